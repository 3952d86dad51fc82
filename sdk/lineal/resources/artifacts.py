"""Artifacts: storing files, and reading them back."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from lineal.api import checked_input
from lineal.errors import InputError, IntegrityError, StorageError
from lineal.files import LocalFile, read_file, read_tree
from lineal.ids import new_id
from lineal.progress import progress_bar
from lineal.resources.base import Resource
from lineal.transport import Request, Response
from lineal.upload import store
from lineal_contract import routes
from lineal_contract.artifacts import (
    Artifact,
    ArtifactFile,
    ArtifactKind,
    LogArtifact,
    ModelInfo,
    StoredObject,
)


class Artifacts(Resource):
    """The stored content of the project."""

    def log(
        self,
        run_id: str,
        path: str | Path,
        name: str | None = None,
        *,
        kind: ArtifactKind = ArtifactKind.FILES,
        step: int | None = None,
        keep: int | None = None,
        model: ModelInfo | None = None,
        description: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> Artifact:
        """Store a file or a folder and name it as an artifact of a run; the name is the path's by default.

        Raises InputError for what cannot be stored, FileChangedError if a file did not hold still.
        """
        root = Path(path)
        files = _named(root, read_tree(root))
        with checked_input():
            request = LogArtifact(
                name=name or root.resolve().name,
                files=tuple(ArtifactFile(path=f.path, digest=f.digest) for f in files),
                kind=kind,
                step=step,
                keep=keep,
                model=model,
                description=description,
                metadata=dict(metadata or {}),
            )
        self.store(files)
        return self._api.call(routes.LOG_ARTIFACT, body=request, run_id=run_id)

    def store(self, files: Iterable[LocalFile]) -> list[StoredObject]:
        """Store files by content; what the server knows already is not sent."""
        files = list(files)
        with progress_bar("Storing", sum(f.size for f in files)) as progress:
            return [store(self._api, file, progress) for file in files]

    def store_bytes(self, data: bytes) -> StoredObject:
        """Store bytes in memory by content, as `store` does files."""
        with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
            file = Path(folder, "content")
            file.write_bytes(data)
            return self.store([read_file(file, file.name)])[0]

    def download(self, digest: str, to: str | Path) -> Path:
        """Write the content with the address `digest` to the file `to`, whole and verified or not at all.

        Raises IntegrityError if the bytes received do not have that address.
        """
        target = Path(to)
        download = self._api.call(routes.DOWNLOAD, digest=digest)
        partial = target.with_name(f".{target.name}.{new_id()}.part")
        try:
            with partial.open("xb") as file:
                response = self._api.storage.send(Request("GET", download.url, into=file))
            _check_received(partial, digest, response)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return target


def _named(root: Path, files: Iterable[LocalFile]) -> list[LocalFile]:
    """The files under the paths of an artifact, where a single file goes by its own name."""
    found = list(files)
    if not found:
        raise InputError(f"{root} holds no file")
    return [replace(f, path=root.resolve().name) if f.path == "." else f for f in found]


def _check_received(file: Path, digest: str, response: Response) -> None:
    if not response.ok:
        status = response.status
        raise StorageError(f"object storage refused to give {digest} (HTTP {status})", status=status)
    found = read_file(file, file.name).digest
    if found != digest:
        raise IntegrityError(f"the content {digest} came as {found}")
