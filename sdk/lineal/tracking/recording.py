"""What is done to a run besides logging points: at the server now, or in the spool for later."""

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel

from lineal.client import Client
from lineal.data.datasets import Described, record_dataset
from lineal.errors import (
    ConfigurationError,
    ConnectionFailedError,
    InputError,
    PermissionDeniedError,
    ServerError,
    ThrottledError,
    UnauthenticatedError,
)
from lineal.http.api import checked_input
from lineal.ids import new_id
from lineal.resources.runs import Run
from lineal.spool import operations
from lineal.spool.live import Spool
from lineal.tracking.signals import Signals
from lineal.transfer.file_lists import check_count
from lineal.transfer.files import LocalFile, read_tree
from lineal_contract.artifacts import (
    MAX_INLINE_FILES,
    Artifact,
    ArtifactFile,
    ArtifactKind,
    LogArtifact,
    ModelInfo,
)
from lineal_contract.datasets import Dataset
from lineal_contract.runs import UpdateRun

logger = logging.getLogger("lineal")
T = TypeVar("T")

UNREACHABLE = (ConnectionFailedError, ServerError, ThrottledError)
"""What may be different in a while, so that an operation waits in the spool instead of failing."""
MEANWHILE = (*UNREACHABLE, UnauthenticatedError, PermissionDeniedError, ConfigurationError)
"""The same for a run that was begun: its credentials, which were good then, may have expired."""


@dataclass(frozen=True)
class PendingArtifact:
    """An artifact whose copy waits in the spool; `lineal sync`, or the run itself, stores it."""

    name: str
    size: int


@dataclass(frozen=True)
class NewArtifact:
    """What an artifact is made of."""

    path: Path
    name: str | None = None
    model: ModelInfo | None = None
    description: str = ""
    metadata: Mapping[str, str] | None = None
    kind: ArtifactKind = ArtifactKind.FILES
    step: int | None = None
    keep: int | None = None


class Recording(Protocol):
    """Changes one run. Each method raises LinealError for what can never be recorded."""

    def update(self, change: UpdateRun) -> Run | None:
        """Change the run; None where that is still to be done at the server."""
        ...

    def use_dataset(self, described: Described) -> Dataset:
        """Record an input."""
        ...

    def log_artifact(self, artifact: NewArtifact) -> Artifact | PendingArtifact:
        """Store a file or a folder."""
        ...


class SpoolRecording:
    """Speaks to the server while it can be reached and lets us in; the spool keeps the rest, in order.

    Without a client everything goes to the spool. While an operation waits there, all that follow it wait
    behind it, so that the last of two values stays the last.
    """

    def __init__(
        self, client: Client | None, run_id: str, spool: Spool, signals: Signals | None = None
    ) -> None:
        self.signals = signals or Signals()
        self._client = client
        self._run_id = run_id
        self._spool = spool
        self._told = client is None

    def update(self, change: UpdateRun) -> Run | None:
        """Change the run. Raises ConflictError for a param with another value, if the server can say so."""
        request_id = new_id()

        def now(client: Client) -> Run | None:
            return client.runs.update(self._run_id, change, request_id=request_id)

        def spooled() -> Run | None:
            self._put(operations.Update(change=change, request_id=request_id))
            return None

        record = self._now_or_later(now, spooled)
        self.signals.hear(record.stop if record else None)
        return record

    def use_dataset(self, described: Described) -> Dataset:
        """Record an input."""

        def spooled() -> Dataset:
            self._put(operations.Use.of(described))
            return Dataset(**dict(described.dataset))

        return self._now_or_later(lambda client: record_dataset(client, self._run_id, described), spooled)

    def log_artifact(self, artifact: NewArtifact) -> Artifact | PendingArtifact:
        """Store a file or a folder; for later, a copy of it. Raises InputError for what cannot be stored."""

        def direct(client: Client) -> Artifact | PendingArtifact:
            return client.artifacts.log(
                self._run_id,
                artifact.path,
                artifact.name,
                kind=artifact.kind,
                step=artifact.step,
                keep=artifact.keep,
                model=artifact.model,
                description=artifact.description,
                metadata=artifact.metadata,
            )

        return self._now_or_later(direct, lambda: self._spool_artifact(artifact))

    def _now_or_later(self, now: Callable[[Client], T], later: Callable[[], T]) -> T:
        if self._client is not None and not self._spool.operations_waiting:
            try:
                return now(self._client)
            except MEANWHILE as error:
                self.tell(error)
        return later()

    def tell(self, error: Exception) -> None:
        """Say once that the run goes on without the server."""
        if not self._told:
            self._told = True
            logger.warning("run %s goes on in the spool; no server now: %s", self._run_id, error)

    def _put(self, operation: BaseModel) -> None:
        self._spool.put(operation.model_dump_json().encode())

    def _spool_artifact(self, artifact: NewArtifact) -> PendingArtifact:
        root = artifact.path.resolve()
        files = list(read_tree(artifact.path))
        if not files:
            raise InputError(f"{artifact.path} holds no file")
        request = _checked(artifact, root.name, files)
        try:
            folder = self._spool.folder_for_files()
            _copy(files, folder / root.name)
        except OSError as error:
            raise ConfigurationError(f"{artifact.path} cannot be copied to the spool: {error}") from error
        self._put(
            operations.LogArtifact(
                path=f"{folder.parent.name}/{folder.name}/{root.name}",
                name=request.name,
                artifact_kind=request.kind,
                step=request.step,
                keep=request.keep,
                model=request.model,
                description=request.description,
                metadata=request.metadata,
            )
        )
        return PendingArtifact(request.name, sum(file.size for file in files))


def _checked(artifact: NewArtifact, own_name: str, files: list[LocalFile]) -> LogArtifact:
    """Return the request as the server will get it; what it would refuse is refused while one can act."""
    check_count(len(files))
    with checked_input():
        return LogArtifact(
            name=artifact.name or own_name,
            files=tuple(
                ArtifactFile(path=own_name if f.path == "." else f.path, digest=f.digest)
                for f in files[:MAX_INLINE_FILES]
            ),
            kind=artifact.kind,
            step=artifact.step,
            keep=artifact.keep,
            model=artifact.model,
            description=artifact.description,
            metadata=dict(artifact.metadata or {}),
        )


def _copy(files: list[LocalFile], root: Path) -> None:
    """Copy what was read. Raises FileChangedError if it did not hold still, OSError without room."""
    for file in files:
        target = root if file.path == "." else root / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.source, target)
        file.check_unchanged()


class NoRecording:
    """Records nothing: what `LINEAL_MODE=disabled` speaks to."""

    def update(self, change: UpdateRun) -> Run | None:  # noqa: ARG002
        """Do nothing."""
        return None

    def use_dataset(self, described: Described) -> Dataset:
        """Return what would have been recorded."""
        return Dataset(**dict(described.dataset))

    def log_artifact(self, artifact: NewArtifact) -> Artifact | PendingArtifact:
        """Do nothing."""
        return PendingArtifact(artifact.name or artifact.path.resolve().name, 0)
