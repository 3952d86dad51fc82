"""What is done to a run besides logging points, as documents that can wait in the spool."""

import shutil
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError

from lineal.client import Client
from lineal.data.datasets import Described, record_dataset
from lineal.errors import IntegrityError
from lineal_contract.artifacts import ArtifactKind, ModelInfo
from lineal_contract.base import Wire
from lineal_contract.datasets import UseDataset
from lineal_contract.runs import CreateRun, StartAttempt, UpdateRun


class Create(Wire):
    """Make the run."""

    kind: Literal["create_run"] = "create_run"
    request: CreateRun


class Update(Wire):
    """Add params or tags, or end the run.

    `request_id` is the one under which the change may have been sent already: made twice, it would take back
    what others have said in between. Spools of older versions have none.
    """

    kind: Literal["update_run"] = "update_run"
    change: UpdateRun
    request_id: str | None = None


class Resume(Wire):
    """Continue the run."""

    kind: Literal["resume_run"] = "resume_run"
    attempt: StartAttempt


class Use(Wire):
    """Record a dataset as an input, and store its manifest, where it has one."""

    kind: Literal["use_dataset"] = "use_dataset"
    dataset: UseDataset
    manifest: str | None = None

    @classmethod
    def of(cls, described: Described) -> Self:
        """Return the operation that records a dataset."""
        manifest = described.manifest
        return cls(dataset=described.dataset, manifest=None if manifest is None else manifest.decode())

    def described(self) -> Described:
        """Return the dataset to record."""
        return Described(self.dataset, None if self.manifest is None else self.manifest.encode())


class LogArtifact(Wire):
    """Store the copy at `path`, relative to the writer's folder, and give it a name in the run."""

    kind: Literal["log_artifact"] = "log_artifact"
    path: str
    name: str
    artifact_kind: ArtifactKind = ArtifactKind.FILES
    step: int | None = None
    keep: int | None = None
    model: ModelInfo | None = None
    description: str = ""
    metadata: dict[str, str] = {}


Operation = Annotated[Create | Update | Resume | Use | LogArtifact, Field(discriminator="kind")]
_OPERATIONS: TypeAdapter[Create | Update | Resume | Use | LogArtifact] = TypeAdapter(Operation)


def parse(document: bytes) -> Create | Update | Resume | Use | LogArtifact:
    """Return the operation. Raises IntegrityError for what this version cannot read."""
    try:
        return _OPERATIONS.validate_json(document)
    except ValidationError as error:
        raise IntegrityError("the spool has an operation that this version of lineal cannot read") from error


def carry_out(client: Client, run_id: str, folder: Path, document: bytes) -> None:
    """Do what was spooled. Doing it twice is doing it once. Raises LinealError."""
    operation = parse(document)
    if isinstance(operation, Create):
        client.runs.create(operation.request)
    elif isinstance(operation, Update):
        client.runs.update(run_id, operation.change, request_id=operation.request_id)
    elif isinstance(operation, Resume):
        client.runs.resume(run_id, operation.attempt)
    elif isinstance(operation, Use):
        record_dataset(client, run_id, operation.described())
    else:
        _store(client, run_id, folder, operation)


def _store(client: Client, run_id: str, folder: Path, artifact: LogArtifact) -> None:
    copy = folder / artifact.path
    if not copy.parent.exists():
        return  # it was stored, and the process ended before it could say so
    client.artifacts.log(
        run_id,
        copy,
        artifact.name,
        kind=artifact.artifact_kind,
        step=artifact.step,
        keep=artifact.keep,
        model=artifact.model,
        description=artifact.description,
        metadata=artifact.metadata,
    )
    shutil.rmtree(copy.parent)
