"""What a training uses and makes: datasets, artifacts, models and checkpoints of its run."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from lineal.capture.switches import Item
from lineal.data.datasets import describe
from lineal.data.schemas import OnViolation, tell
from lineal.errors import InputError
from lineal.governance.onnx_models import as_onnx
from lineal.tracking.checkpoints import new_checkpoint
from lineal.tracking.params import as_tags
from lineal.tracking.points import as_step
from lineal.tracking.recording import NewArtifact, PendingArtifact, Recording
from lineal.tracking.run_context import RunContext
from lineal.transfer.streams import Stream, file_of
from lineal_contract.artifacts import Artifact, ArtifactKind
from lineal_contract.datasets import Dataset


class Storing:
    """The part of an `ActiveRun` that keeps files with the run, and records data by its digest."""

    _recording: Recording
    _context: RunContext

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
        metadata: Mapping[str, Any] | None = None,
    ) -> Artifact | PendingArtifact:
        """Store a file, a folder or a stream as an artifact of this run; the name is the path's by default.

        A stream is bytes, a binary file-like object or an iterator of bytes, and needs a name. While the
        server cannot be reached, and offline, a copy waits in the spool.
        """
        with file_of(source, name) as path:
            artifact = NewArtifact(path, name, description=description, metadata=as_tags(metadata))
            return self._recording.log_artifact(artifact)

    def log_model(
        self,
        model: Any,
        name: str = "model",
        *,
        model_type: str | None = None,
        algorithm: str | None = None,
        description: str = "",
        metadata: Mapping[str, Any] | None = None,
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
                NewArtifact(file, name, onnx.info, description, as_tags(metadata), kind=ArtifactKind.MODEL)
            )
