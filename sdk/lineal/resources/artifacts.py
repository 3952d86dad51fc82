"""Artifacts: storing files, and reading them back."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from lineal.errors import InputError, NotFoundError
from lineal.http.api import checked_input
from lineal.resources.base import Resource
from lineal.transfer.download import fetch, fetch_tree
from lineal.transfer.files import LocalFile, hash_all, read_file, read_tree
from lineal.transfer.progress import Progress, Silent, progress_bar
from lineal.transfer.streams import Stream, file_of
from lineal.transfer.upload import store
from lineal_contract.artifacts import (
    Artifact,
    ArtifactFile,
    ArtifactKind,
    LogArtifact,
    ManifestEntry,
    ModelInfo,
    StoredObject,
)
from lineal_contract.problems import ProblemCode
from lineal_contract.routes import tracking as routes


class Artifacts(Resource):
    """The stored content of the project."""

    def log(
        self,
        run_id: str,
        source: str | Path | Stream,
        name: str | None = None,
        *,
        kind: ArtifactKind = ArtifactKind.FILES,
        step: int | None = None,
        keep: int | None = None,
        model: ModelInfo | None = None,
        description: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> Artifact:
        """Store a file, a folder or a stream and name it as an artifact of a run.

        The name is the path's by default. Raises InputError for what cannot be stored, FileChangedError if a
        file did not hold still.
        """
        with file_of(source, name) as root:
            files = _named(root, read_tree(root))
            self._hash(files)
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
        return self.record(run_id, request)

    def record(self, run_id: str, artifact: LogArtifact) -> Artifact:
        """Name stored content as an artifact of a run. Raises NotFoundError, ConflictError."""
        return self._api.call(routes.LOG_ARTIFACT, body=artifact, run_id=run_id)

    def store(self, files: Iterable[LocalFile], progress: Progress | None = None) -> list[StoredObject]:
        """Store files by content; what the server knows already is not sent.

        A bar shows how far it is, unless `progress` is told instead.
        """
        files = list(files)
        if progress is not None:
            hash_all(files, Silent())
            return store(self._api, files, progress)
        self._hash(files)
        with progress_bar("Storing", sum(f.size for f in files)) as progress:
            return store(self._api, files, progress)

    def _hash(self, files: list[LocalFile]) -> None:
        left = [file for file in files if not file.is_hashed]
        with progress_bar("Hashing", sum(f.size for f in left)) as progress:
            hash_all(left, progress)

    def store_bytes(self, data: bytes) -> StoredObject:
        """Store bytes in memory by content, as `store` does files."""
        with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
            file = Path(folder, "content")
            file.write_bytes(data)
            return self.store([read_file(file, file.name)])[0]

    def store_tree(self, path: str | Path) -> dict[str, str]:
        """Store a file or a folder and return the content address of each path in it. Raises InputError."""
        root = Path(path)
        files = _named(root, read_tree(root))
        self.store(files)
        return {file.path: file.digest for file in files}

    def download(self, digest: str, to: str | Path) -> Path:
        """Write the content with the address `digest` to the file `to`, whole and verified or not at all.

        A download that was interrupted goes on where it ended. Raises IntegrityError if the bytes received do
        not have that address, DiskError where they cannot be written.
        """
        download = self._api.call(routes.DOWNLOAD, digest=digest)
        with progress_bar("Fetching", download.stored.size) as progress:
            return fetch(self._api, download, Path(to), progress)

    def fetch(self, files: Iterable[ManifestEntry], to: str | Path) -> Path:
        """Write the files of an artifact or of a version's manifest below the folder `to`, each verified.

        Raises InputError, before anything is written, for paths that this machine cannot have.
        """
        files = list(files)
        with progress_bar("Fetching", sum(f.object.size for f in files)) as progress:
            return fetch_tree(self._api, files, Path(to), progress)

    def get(self, run_id: str, name: str) -> Artifact:
        """Return an artifact of a run. Raises NotFoundError."""
        found = self._api.call(routes.GET_RUN, run_id=run_id).artifacts
        for artifact in found:
            if artifact.name == name:
                return artifact
        there = ", ".join(repr(a.name) for a in found) or "none"
        raise NotFoundError(
            f"run {run_id} has no artifact {name!r}; it has {there}", status=404, code=ProblemCode.NOT_FOUND
        )


def _named(root: Path, files: Iterable[LocalFile]) -> list[LocalFile]:
    """The files under the paths of an artifact, where a single file goes by its own name."""
    found = list(files)
    if not found:
        raise InputError(f"{root} holds no file")
    return [replace(f, path=root.resolve().name) if f.path == "." else f for f in found]
