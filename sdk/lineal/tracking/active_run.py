"""The run that is going on: what a training script logs to."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lineal.capture.failures import MAX_ERROR_CHARS, how_it_ended, traceback_of
from lineal.capture.switches import Item
from lineal.errors import InputError, LinealError
from lineal.http.api import checked_input
from lineal.ids import now_millis
from lineal.resources.runs import Run
from lineal.spool.waiting import Left
from lineal.tracking.checkpoints import Checkpoint
from lineal.tracking.farewell import say_farewell
from lineal.tracking.labelling import Labelling
from lineal.tracking.metrics import MetricSink
from lineal.tracking.modes import Mode, current_mode
from lineal.tracking.recording import Recording
from lineal.tracking.run_context import RunContext
from lineal.tracking.storing import Storing
from lineal.warned import warn
from lineal.wording import counted
from lineal_contract.runs import RunStatus, UpdateRun

_CLOSE_SECONDS = 60.0
_LAST_TRY_SECONDS = 5.0
_ENDS = (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED)


class ActiveRun(Labelling, Storing):
    """A run from its start to its end; used in a `with` block, it ends with the block.

    `log` never raises and never waits for the network: when it returns, the numbers are in the spool. All
    else is done when it returns, or raises; while the server cannot be reached it goes to the spool as well.
    `record` is the run as the server gave it, None while it did not. A run that is not `owned` was joined.
    """

    def __init__(
        self,
        run_id: str,
        recording: Recording,
        sink: MetricSink,
        *,
        record: Run | None = None,
        owned: bool = True,
        context: RunContext | None = None,
    ) -> None:
        self.record = record
        self._context = context or RunContext()
        self._id = run_id
        self._recording = recording
        self._sink = sink
        self._owner = os.getpid() if owned else None
        self._ended = False
        self._patience = _CLOSE_SECONDS
        self._traceback: str | None = None
        if self._context.capturing is not None:
            self._context.capturing.begin(self)

    @property
    def id(self) -> str:
        """The run's id."""
        return self._id

    def __repr__(self) -> str:
        client = self._context.client
        where = f" project={client.project!r} experiment={self._context.experiment!r}" if client else ""
        return f"<run {self._id}{where}>"

    @property
    def should_stop(self) -> bool:
        """Whether somebody has asked the run to stop. Reading it costs nothing: ask in every step.

        It is heard with the answers to what the run delivers, so without a connection it stays false.
        """
        return self._context.signals.stop is not None

    @property
    def stop_reason(self) -> str | None:
        """Why the run is to stop; None while it is not, empty where no reason was given."""
        stop = self._context.signals.stop
        return None if stop is None else stop.reason

    @property
    def restored(self) -> Checkpoint | None:
        """The step and path of the checkpoint that `lineal.resume` restored; None where there was none."""
        return self._context.restored

    @property
    def lost_points(self) -> int:
        """How many metric points could not be logged, or were refused by the server, so far."""
        return self._sink.lost_points

    def log(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log numbers by name, at a training step; without one each name counts its own calls.

        NaN and infinities are values. What is not a number is left out: it is told once in the log of
        `lineal`, counted in `lost_points`, and summed up in a LinealWarning at the end of the run.
        """
        self._sink.log(metrics, step)

    def child(
        self,
        name: str = "",
        *,
        experiment: str | None = None,
        params: Any = None,
        tags: Mapping[str, Any] | None = None,
        note: str = "",
        script: str | Path | None = None,
    ) -> "ActiveRun":
        """Start a run below this one, such as a trial of a sweep, by default in the same experiment."""
        from lineal.tracking.starting import start_run

        return start_run(
            self._context.client,
            experiment=experiment or self._context.experiment,
            name=name,
            params=params,
            tags=tags,
            note=note,
            script=script,
            parent=self.id,
        )

    def flush(self) -> bool:
        """Wait until what was logged so far is delivered, at most a minute; say whether it is."""
        if self._ended:
            return self._context.left() == Left()
        return self._sink.flush(_CLOSE_SECONDS)

    def end(self, status: RunStatus | str = RunStatus.FINISHED, error: str | None = None) -> None:
        """Deliver what was logged and end the run: finished, failed or killed. A second call changes nothing.

        In a process that joined the run, or was forked off, it delivers alone: the run goes on elsewhere.
        """
        if self._ended:
            return
        status = _final(status)
        self._ended = True
        if self._context.capturing is not None:
            self._context.capturing.end(self)
        reached = self._sink.flush(self._patience)
        try:
            if self._owner == os.getpid():
                self._end_run(status, error)
        finally:
            delivered = self._sink.close(self._patience if reached else _LAST_TRY_SECONDS)
        self._tell(delivered=delivered)

    def end_with(self, error: BaseException) -> None:
        """End the run as an exception has it; that it cannot be ended is a warning, and comes second."""
        status, words = how_it_ended(error)
        if self._context.captures(Item.TRACEBACK) and status is RunStatus.FAILED:
            self._traceback = traceback_of(error)
        try:
            self.end(status, words)
        except LinealError as failure:
            warn(f"run {self.id} was not ended: {failure}")

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this for what is delivered at the end: the process is about to be killed."""
        self._patience = min(self._patience, seconds)

    def _end_run(self, status: RunStatus | str, error: str | None) -> None:
        attempt = self._context.attempt_id or self.id
        ended = {"status": status, "ended_at": now_millis(), "attempt": attempt}
        ended |= {"traceback": self._traceback}
        with checked_input():
            change = UpdateRun.model_validate(ended | {"error": error[:MAX_ERROR_CHARS] if error else None})
        self.record = self._recording.update(change) or self.record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return self.end()
        return self.end_with(error)

    def _tell(self, *, delivered: bool) -> None:
        left = self._context.left()
        if current_mode() is not Mode.DISABLED:
            say_farewell(self.id, self._context.client, left, delivered=delivered)
        if left.waiting is not None and current_mode() is Mode.ONLINE:
            warn(f"run {self.id} is not whole on the server: `lineal sync` delivers what waits here")
        lost = ((self.lost_points, "metric point"), (left.lost_changes, "change"))
        if words := " and ".join(counted(count, what) for count, what in lost if count):
            warn(f"run {self.id} could not record {words}")


def _final(status: RunStatus | str) -> RunStatus:
    """Return how a run ends. Raises InputError for what is no end; then the run goes on."""
    if status not in _ENDS:
        raise InputError(f"a run ends {', '.join(_ENDS[:-1])} or {_ENDS[-1]}, not {status!s:.80}")
    return RunStatus(status)
