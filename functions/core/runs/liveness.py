"""Whether a run's process lives, told from its last heartbeat by the server's clock alone."""

from typing import Any, cast

from functions.core.ports.glances import Glance
from lineal_contract.runs import Run, RunStatus

LOST_AFTER_MILLIS = 90_000
"""Three heartbeats of the SDK: one may be late and one lost, and a dead process shows within two minutes."""


def is_lost(run: Glance, now: int) -> bool:
    """Say whether a run's heartbeats, once promised, have ceased."""
    if run.status is not RunStatus.RUNNING:
        return False
    beats = run.heartbeat_at
    return beats is not None and now - beats > LOST_AFTER_MILLIS


def as_seen(run: Run, now: int) -> Run:
    """Return the run as readers are to see it: `lost` where its heartbeats have ceased.

    Nothing is stored: a process that is heard of again is running again.
    """
    return run.model_copy(update={"status": RunStatus.LOST}) if is_lost(run, now) else run


def glance_as_seen(run: Glance, now: int) -> Glance:
    """Return a glance at a run as `as_seen` returns the run."""
    return cast("Glance", _Lost(run)) if is_lost(run, now) else run


class _Lost:
    """All that a run is, but for its status."""

    status = RunStatus.LOST

    def __init__(self, run: Glance) -> None:
        self._run = run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)
