"""Files that MLflow clients put below a project's staging prefix, on their own or through the proxy.

Nothing here has a content address: a path may be written again, and S3 keeps the older versions. Whoever
needs bytes that stay pins a version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.objects.file_paths import inside
from functions.core.ports.staging import PartUrl, StagedFile, StagedPage, StagedStore
from lineal_contract.mlflow.staging import MAX_PARTS, prefix

MAX_KEY_BYTES = 1_024
"""S3's limit on a key, in UTF-8."""


@dataclass(frozen=True)
class Staging:
    """A project's staged files by path, relative to the prefix."""

    store: StagedStore

    def uri(self, project: str) -> str:
        """Return the S3 address of the prefix; it ends in a slash."""
        return f"s3://{self.store.bucket}/{prefix(project)}"

    def listed(self, project: str, folder: str, after: str | None = None) -> StagedPage:
        """Return a page of what lies right in a folder, by names relative to it."""
        return self.store.listed(_folder_key(project, folder), after)

    def every(self, project: str, folder: str) -> Iterator[StagedFile]:
        """Yield all files below a folder, however deep, pinned, by paths relative to it."""
        start = _folder_key(project, folder)
        for found in self.store.newest(start):
            yield replace(found, path=found.path.removeprefix(start))

    def find(self, project: str, path: str) -> StagedFile:
        """Return what is stored under a path now, pinned. Raises NotFoundError."""
        found = self.store.head(_key(project, path))
        if found is None:
            raise NotFoundError(f"there is no file {path!r}")
        return replace(found, path=path)

    def read(self, project: str, path: str) -> bytes:
        """Return a file's bytes. Raises NotFoundError."""
        return self.store.read(_key(project, path))

    def write(self, project: str, path: str, data: bytes) -> None:
        """Store a file, in place of the one before."""
        self.store.write(_key(project, path), data)

    def delete(self, project: str, path: str) -> None:
        """Hide a file, or everything below a folder; the versions stay. Raises NotFoundError."""
        keys = [*self.store.every(_folder_key(project, path)), *self._present(project, path)]
        if not keys:
            raise NotFoundError(f"there is no file {path!r}")
        for key in keys:
            self.store.delete(key)

    def download(self, project: str, path: str, seconds: int) -> tuple[StagedFile, str]:
        """Return a file and an address to read it from. Raises NotFoundError."""
        found = self.find(project, path)
        return found, self.store.presign_read(_key(project, path), found.version_id, seconds)

    def upload(self, project: str, path: str, seconds: int) -> str:
        """Return an address to PUT a file to."""
        return self.store.presign_write(_key(project, path), seconds)

    def begin_parts(self, project: str, path: str, count: int) -> tuple[str, list[PartUrl]]:
        """Open an upload in parts; return its id and an address for each part. Raises InvalidRequestError."""
        if not 0 < count <= MAX_PARTS:
            raise InvalidRequestError(
                f"an upload has 1 to {MAX_PARTS} parts, not {count}; MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE sets "
                "how many bytes one has"
            )
        return self.store.begin_parts(_key(project, path), count)

    def complete_parts(
        self, project: str, path: str, upload_id: str, etags: Sequence[tuple[int, str]]
    ) -> None:
        """Join the parts. Raises UploadIncompleteError for a missing one, NotFoundError."""
        self.store.complete_parts(_key(project, path), upload_id, etags)

    def abort_parts(self, project: str, path: str, upload_id: str) -> None:
        """Give an upload up; one that is gone is no error."""
        self.store.abort_parts(_key(project, path), upload_id)

    def _present(self, project: str, path: str) -> list[str]:
        key = _key(project, path)
        return [key] if self.store.head(key) is not None else []


def _key(project: str, path: str) -> str:
    key = prefix(project) + inside(path)
    if len(key.encode()) > MAX_KEY_BYTES:
        room = MAX_KEY_BYTES - len(prefix(project).encode())
        raise InvalidRequestError(f"path: with its folders it may have {room} bytes in UTF-8")
    return key


def _folder_key(project: str, folder: str) -> str:
    return f"{_key(project, folder)}/" if folder else prefix(project)
