"""Whether a run's process lives, told from its last heartbeat by the server's clock alone."""

from lineal_contract.runs import Run, RunStatus

LOST_AFTER_MILLIS = 90_000
"""Three heartbeats of the SDK: one may be late and one lost, and a dead process shows within two minutes."""


def as_seen(run: Run, now: int) -> Run:
    """Return the run as readers are to see it: `lost` where its heartbeats, once promised, have ceased.

    Nothing is stored: a process that is heard of again is running again.
    """
    beats = run.heartbeat_at
    if run.status is RunStatus.RUNNING and beats is not None and now - beats > LOST_AFTER_MILLIS:
        return run.model_copy(update={"status": RunStatus.LOST})
    return run
