"""Where clients put files before they are pinned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StagedFile:
    """A staged file, pinned by the version that is there now."""

    path: str
    size: int
    version_id: str
    key: str
    etag: str = ""


@dataclass(frozen=True)
class StagedEntry:
    """Something right in a folder: a file with its size, or a folder, whose size is None."""

    name: str
    size: int | None


@dataclass(frozen=True)
class StagedPage:
    """A page of a folder, and where the next one begins."""

    entries: Sequence[StagedEntry]
    after: str | None = None


@dataclass(frozen=True)
class PartUrl:
    """Where to PUT one part of an upload."""

    number: int
    url: str


@dataclass(frozen=True)
class Stretch:
    """`length` bytes from `start` on of one version of an object of `size`, in parts of `room`."""

    key: str
    version_id: str
    etag: str
    size: int
    start: int
    length: int
    room: int


@dataclass(frozen=True)
class Digests:
    """SHA-256 digests, in hex, of the parts of a stretch, and of it all."""

    parts: tuple[str, ...]
    whole: str


class Plans(Protocol):
    """Documents of work under way, out of every client's reach. They expire after weeks.

    `work_id` is that of a registration or of a deployment; each kind has its own documents.
    """

    def put(self, project: str, work_id: str, name: str, data: bytes) -> None:
        """Store a document, in place of one of the same name."""

    def get(self, project: str, work_id: str, name: str) -> bytes:
        """Return a document. Raises NotFoundError."""


class StagedStore(Protocol):
    """Versioned storage of files by key, below the staging prefix."""

    @property
    def bucket(self) -> str:
        """The bucket's name."""

    def listed(self, folder: str, after: str | None) -> StagedPage:
        """Return a page of what lies right in a folder, whose key ends in a slash."""

    def every(self, start: str) -> Iterator[str]:
        """Yield the keys of all files that begin so."""

    def newest(self, start: str) -> Iterator[StagedFile]:
        """Yield all files that begin so, pinned; `path` is the key."""

    def head(self, key: str) -> StagedFile | None:
        """Return what is stored under a key now."""

    def read(self, key: str) -> bytes:
        """Return the bytes under a key. Raises NotFoundError."""

    def digests(self, wanted: Sequence[Stretch]) -> list[Digests | None]:
        """Hash bytes, some at once; None where that version of the object is not there any more."""

    def write(self, key: str, data: bytes) -> None:
        """Store bytes under a key."""

    def delete(self, key: str) -> None:
        """Hide what is under a key."""

    def presign_read(self, key: str, version_id: str, seconds: int) -> str:
        """Return an address to read a version from."""

    def presign_write(self, key: str, seconds: int) -> str:
        """Return an address to PUT to."""

    def begin_parts(self, key: str, count: int) -> tuple[str, list[PartUrl]]:
        """Open an upload in parts; return its id and where each part goes."""

    def complete_parts(self, key: str, upload_id: str, etags: Sequence[tuple[int, str]]) -> None:
        """Join the parts. Raises UploadIncompleteError, NotFoundError."""

    def abort_parts(self, key: str, upload_id: str) -> None:
        """Give an upload up; one that is gone is no error."""
