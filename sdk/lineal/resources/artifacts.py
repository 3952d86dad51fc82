"""Artifacts: storing files, and reading them back."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lineal.errors import InputError, IntegrityError, NotFoundError
from lineal.http.api import checked_input
from lineal.resources.base import Resource
from lineal.transfer.download import downloads, fetch, fetch_tree
from lineal.transfer.file_lists import Listed, check_count, listed, read_list
from lineal.transfer.files import LocalFile, hash_all, read_file, read_tree
from lineal.transfer.progress import Progress, Silent, progress_bar
from lineal.transfer.streams import Stream, file_of
from lineal.transfer.upload import store
from lineal_contract.artifacts import (
    MAX_INLINE_FILES,
    Artifact,
    ArtifactFile,
    ArtifactKind,
    LogArtifact,
    ManifestEntry,
    ModelInfo,
    StoredObject,
    manifest_digest,
)
from lineal_contract.lifecycle import UNFINISHED
from lineal_contract.problems import ProblemCode
from lineal_contract.pulls import Pull
from lineal_contract.registry import ModelVersion
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
            check_count(len(files))
            self._hash(files)
            with checked_input():
                request = LogArtifact(
                    name=name or root.resolve().name,
                    files=tuple(ArtifactFile(path=f.path, digest=f.digest) for f in files[:MAX_INLINE_FILES]),
                    kind=kind,
                    step=step,
                    keep=keep,
                    model=model,
                    description=description,
                    metadata=dict(metadata or {}),
                )
            stored = self.store(files)
            named = self.store_list(
                [ManifestEntry(path=f.path, object=o) for f, o in zip(files, stored, strict=True)]
            )
        request = request.model_copy(update={"files": named.files, "manifest": named.manifest})
        return self.record(run_id, request)

    def record(self, run_id: str, artifact: LogArtifact) -> Artifact:
        """Name stored content as an artifact of a run, of any number of files up to 50,000.

        Raises NotFoundError, ConflictError.
        """
        if len(artifact.files) > MAX_INLINE_FILES:
            stored = self.stored(file.digest for file in artifact.files)
            pins = zip(artifact.files, stored, strict=True)
            named = self.store_list([ManifestEntry(path=file.path, object=each) for file, each in pins])
            artifact = artifact.model_copy(update={"files": named.files, "manifest": named.manifest})
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

    def store_list(self, entries: Sequence[ManifestEntry]) -> Listed:
        """Return how a request names stored files; where they are many, the list of them is stored too."""
        with checked_input():
            named = listed(entries, self._api.project)
        if named.document is not None:
            self.store_bytes(named.document)
        return named

    def stored(self, digests: Iterable[str]) -> list[StoredObject]:
        """Return what is stored of each content. Raises NotFoundError."""
        return [each.stored for each in downloads(self._api, digests)]

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
        check_count(len(files))
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

    def files(self, of: Artifact | ModelVersion | Pull) -> tuple[ManifestEntry, ...]:
        """Return all files of an artifact or a version, also those that its record only leads to.

        Raises IntegrityError where they are not the ones that its digest is over, InputError for a version
        whose bytes nobody has hashed.
        """
        if isinstance(of, ModelVersion) and of.status in UNFINISHED:
            raise InputError(f"version {of.version} of {of.model!r} is {of.status}: {of.status_reason}")
        if of.manifest_object is None:
            return of.files if isinstance(of, Artifact) else of.manifest
        with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
            document = self.download(of.manifest_object.digest, Path(folder, "files"))
            entries = read_list(document.read_bytes())
        if manifest_digest(entries) != (of.digest if isinstance(of, Artifact) else of.manifest_digest):
            raise IntegrityError("the files are not those that the digest is over")
        return entries

    def fetch(
        self, files: "Artifact | ModelVersion | Pull | Iterable[ManifestEntry]", to: str | Path
    ) -> Path:
        """Write an artifact, a version, or some of their files below the folder `to`, each verified.

        Raises InputError, before anything is written, for paths that this machine cannot have.
        """
        if isinstance(files, Artifact | ModelVersion | Pull):
            files = self.files(files)
        files = list(files)
        wanted = [ArtifactFile.model_construct(path=f.path, digest=f.object.digest) for f in files]
        with progress_bar("Fetching", sum(f.object.size for f in files)) as progress:
            return fetch_tree(self._api, wanted, Path(to), progress)

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
