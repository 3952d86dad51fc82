"""The run that is going on: what a training script logs to."""

import os
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lineal.api import checked_input
from lineal.datasets import describe
from lineal.errors import LinealError, LinealWarning
from lineal.ids import now_millis
from lineal.metrics import MetricSink
from lineal.modes import Mode, current_mode
from lineal.onnx_models import as_onnx
from lineal.params import as_params
from lineal.recording import NewArtifact, PendingArtifact, Recording
from lineal.resources.runs import Run
from lineal_contract.artifacts import Artifact
from lineal_contract.datasets import Dataset
from lineal_contract.runs import RunStatus, UpdateRun

_CLOSE_SECONDS = 60.0
_LAST_TRY_SECONDS = 5.0
_MAX_ERROR_CHARS = 8_000


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
    ) -> None:
        self.record = record
        self._id = run_id
        self._recording = recording
        self._sink = sink
        self._owner = os.getpid() if owned else None
        self._ended = False

    @property
    def id(self) -> str:
        """The run's id."""
        return self._id

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

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Record params. Raises ConflictError where one has another value already."""
        with checked_input():
            change = UpdateRun(params=as_params(params))
        self._recording.update(change)

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set tags; a tag that is set again takes the new value."""
        with checked_input():
            change = UpdateRun(tags=as_params(tags))
        self._recording.update(change)

    def use_dataset(
        self,
        name_or_data: Any,
        data: Any = None,
        *,
        context: str = "training",
        source: str | None = None,
        hash_remote: bool = False,
    ) -> Dataset:
        """Record, by digest, data that this run uses: `use_dataset(path)` or `use_dataset(name, data)`.

        Data is a file or folder, `s3://bucket/prefix`, a `.dvc` file or `dvc.lock`, `lakefs://repo/ref/path`,
        bytes, a NumPy array, or a table of pandas, polars or pyarrow; it is not uploaded. S3 is asked for the
        checksums it has; `hash_remote` reads what has none. `source` says where data is from, by default the
        path or URI.
        """
        described = describe(name_or_data, data, context=context, source=source, hash_remote=hash_remote)
        return self._recording.use_dataset(described)

    def log_artifact(
        self,
        path: str | Path,
        name: str | None = None,
        *,
        description: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> Artifact | PendingArtifact:
        """Store a file or a folder as an artifact of this run; the name is the path's by default.

        While the server cannot be reached, and offline, a copy waits in the spool.
        """
        artifact = NewArtifact(Path(path), name, description=description, metadata=metadata)
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
        onnx = as_onnx(model, model_type=model_type, algorithm=algorithm)
        with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
            file = Path(folder, "model.onnx")
            file.write_bytes(onnx.data)
            return self._recording.log_artifact(NewArtifact(file, name, onnx.info, description, metadata))

    def flush(self) -> None:
        """Wait until what was logged so far is delivered, at most a minute; not without a connection."""
        if not self._ended:
            self._sink.flush(_CLOSE_SECONDS)

    def end(self, status: RunStatus | str = RunStatus.FINISHED, error: str | None = None) -> None:
        """Deliver what was logged and end the run. A second call changes nothing.

        In a process that joined the run, or was forked off, it delivers alone: the run goes on elsewhere.
        """
        if self._ended:
            return
        self._ended = True
        reached = self._sink.flush(_CLOSE_SECONDS)
        try:
            if self._owner == os.getpid():
                self._end_run(status, error)
        finally:
            delivered = self._sink.close(_CLOSE_SECONDS if reached else _LAST_TRY_SECONDS)
        self._tell(delivered=delivered)

    def _end_run(self, status: RunStatus | str, error: str | None) -> None:
        ended = {"status": status, "ended_at": now_millis()}
        with checked_input():
            change = UpdateRun.model_validate(ended | {"error": error[:_MAX_ERROR_CHARS] if error else None})
        self.record = self._recording.update(change) or self.record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return self.end()
        try:
            self.end(_status_after(error), _in_words(error))
        except LinealError as failure:
            # What stopped the training is the news; that the run could not be ended comes second.
            warnings.warn(f"run {self.id} was not ended: {failure}", LinealWarning, stacklevel=2)

    def _tell(self, *, delivered: bool) -> None:
        if os.environ.get("LINEAL_QUIET") != "1":
            print(f"lineal runs show {self.id}" if delivered else "lineal sync", file=sys.stderr)  # noqa: T201
        if not delivered and current_mode() is Mode.ONLINE:
            message = f"run {self.id} was not ended on the server: `lineal sync` delivers what waits here"
            warnings.warn(message, LinealWarning, stacklevel=3)
        if self.lost_points:
            message = f"run {self.id}: {self.lost_points} metric points were not recorded"
            warnings.warn(message, LinealWarning, stacklevel=3)


def _status_after(error: BaseException) -> RunStatus:
    if isinstance(error, KeyboardInterrupt):
        return RunStatus.KILLED
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return RunStatus.FINISHED
    return RunStatus.FAILED


def _in_words(error: BaseException) -> str | None:
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return None
    return f"{type(error).__name__}: {error}"
