"""The run that is going on: what a training script logs to."""

import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lineal.capture.failures import MAX_ERROR_CHARS, how_it_ended, traceback_of
from lineal.capture.models import model_facts
from lineal.capture.switches import Item
from lineal.data.datasets import describe
from lineal.data.schemas import OnViolation, tell
from lineal.errors import InputError, LinealError
from lineal.governance.onnx_models import as_onnx
from lineal.http.api import checked_input
from lineal.ids import now_millis
from lineal.resources.runs import Run
from lineal.spool.waiting import Waiting
from lineal.tracking.checkpoints import Checkpoint, new_checkpoint
from lineal.tracking.farewell import say_farewell
from lineal.tracking.metrics import MetricSink
from lineal.tracking.modes import Mode, current_mode
from lineal.tracking.originals import keep_original
from lineal.tracking.params import as_params, as_tags
from lineal.tracking.points import as_step
from lineal.tracking.recording import NewArtifact, PendingArtifact, Recording
from lineal.tracking.run_context import RunContext
from lineal.transfer.streams import Stream, file_of
from lineal.warned import warn
from lineal_contract.artifacts import Artifact, ArtifactKind
from lineal_contract.datasets import Dataset
from lineal_contract.runs import ModelFacts, RunStatus, UpdateRun

_CLOSE_SECONDS = 60.0
_LAST_TRY_SECONDS = 5.0


class ActiveRun:
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

    def log_params(self, params: Any) -> None:
        """Record params: a mapping, dataclass, Namespace, pydantic model, DictConfig, or a file's path.

        Nested keys are joined with dots, and the configuration as it was is kept with the run. Raises
        ParamChangedError where one has another value already.
        """
        given = as_params(params).without_repeats(self._context.found_params)
        with checked_input():
            change = UpdateRun(params=given.values, param_types=given.types)
        self._recording.update(change)
        keep_original(self._recording, given.original)

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set tags; a tag that is set again takes the new value."""
        with checked_input():
            change = UpdateRun(tags=as_tags(tags))
        self._recording.update(change)

    def remove_tags(self, *names: str) -> None:
        """Remove tags; one that is not there is no error."""
        with checked_input():
            change = UpdateRun(remove_tags=tuple(as_tags(dict.fromkeys(names, ""))))
        self._recording.update(change)

    def set_note(self, note: str) -> None:
        """Set the note, Markdown of at most 8,000 characters; an empty one removes it."""
        with checked_input():
            change = UpdateRun(note=note)
        self._recording.update(change)

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

    def checkpoint(
        self, path: str | Path, *, step: int, keep: int | None = None
    ) -> Artifact | PendingArtifact:
        """Store a file or a folder as the training's state at `step`, whole or not at all.

        While it is being stored, and if the process dies meanwhile, the one before stays the last. With
        `keep` only those of the last so many steps stay. `lineal.resume` gives the last one back.
        """
        if (at := as_step(step)) is None:
            raise InputError(f"a checkpoint's step is a 64-bit integer, not {step!r:.80}")
        return self._recording.log_artifact(new_checkpoint(Path(path), at, keep))

    def use_dataset(
        self,
        name_or_data: Any,
        data: Any = None,
        *,
        context: str = "training",
        source: str | None = None,
        hash_remote: bool = False,
        as_of: datetime | None = None,
        schema: Any = None,
        on_violation: OnViolation = "raise",
        profile: bool = True,
    ) -> Dataset:
        """Record, by digest, data that this run uses: `use_dataset(path)` or `use_dataset(name, data)`.

        Data is a file or folder, `s3://bucket/prefix`, a `.dvc` file or `dvc.lock`, `lakefs://repo/ref/path`,
        bytes, a NumPy array, or a table of pandas, polars or pyarrow; it is not uploaded. S3 is asked for the
        checksums it has; `hash_remote` reads what has none. `source` says where data is from, by default the
        path or URI, `as_of` the time up to which it has data.

        Tables, CSV and Parquet files are profiled unless `profile` is off. `schema` declares what they must
        keep, as a mapping or a file; one that is broken is recorded, and then raises SchemaError or warns.
        """
        described = describe(
            name_or_data,
            data,
            context=context,
            source=source,
            hash_remote=hash_remote,
            as_of=as_of,
            schema=schema,
            profile=profile,
        )
        recorded = self._recording.use_dataset(described)
        tell(recorded.name, described.violations, on_violation)
        return recorded

    def log_artifact(
        self,
        source: str | Path | Stream,
        name: str | None = None,
        *,
        description: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> Artifact | PendingArtifact:
        """Store a file, a folder or a stream as an artifact of this run; the name is the path's by default.

        A stream is a binary file-like object or an iterator of bytes, and needs a name. While the server
        cannot be reached, and offline, a copy waits in the spool.
        """
        with file_of(source, name) as path:
            artifact = NewArtifact(path, name, description=description, metadata=metadata)
            return self._recording.log_artifact(artifact)

    def log_model(
        self,
        model: Any,
        name: str = "model",
        *,
        model_type: str | None = None,
        algorithm: str | None = None,
        description: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> Artifact | PendingArtifact:
        """Store a model as ONNX: an .onnx file, ONNX bytes, a ModelProto or a fitted scikit-learn estimator.

        An estimator is converted with skl2onnx, for float32 input. Raises InputError for anything else.
        """
        ask = self._context.captures(Item.MODEL)
        onnx = as_onnx(model, model_type=model_type, algorithm=algorithm, ask=ask)
        with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
            file = Path(folder, "model.onnx")
            file.write_bytes(onnx.data)
            return self._recording.log_artifact(
                NewArtifact(file, name, onnx.info, description, metadata, kind=ArtifactKind.MODEL)
            )

    def describe_model(self, model: Any) -> ModelFacts | None:
        """Record what a model object says of itself, to search runs by: its type, algorithm and framework.

        `log_model` does so too. Returns None, and records nothing, for an object of no known framework.
        """
        facts = model_facts(model)
        if facts is not None:
            self._recording.update(UpdateRun(model=facts))
        return facts

    def flush(self) -> bool:
        """Wait until what was logged so far is delivered, at most a minute; say whether it is."""
        if self._ended:
            return self._context.waiting() is None
        return self._sink.flush(_CLOSE_SECONDS)

    def end(self, status: RunStatus | str = RunStatus.FINISHED, error: str | None = None) -> None:
        """Deliver what was logged and end the run. A second call changes nothing.

        In a process that joined the run, or was forked off, it delivers alone: the run goes on elsewhere.
        """
        if self._ended:
            return
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
        if current_mode() is not Mode.DISABLED:
            waiting = None if delivered else self._context.waiting() or Waiting()
            say_farewell(self.id, self._context.client, waiting)
        if not delivered and current_mode() is Mode.ONLINE:
            warn(f"run {self.id} is not whole on the server: `lineal sync` delivers what waits here")
        if self.lost_points:
            warn(f"run {self.id}: {self.lost_points} metric points were not recorded")
