"""Which versions of which objects are to be hashed, and how the work is shared out.

A share is what one call of a function has the time for, whatever is in it: some files, or parts of a long
one. Whoever runs a share again hashes the same bytes and finds the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from functions.core.errors import TooLargeError
from functions.core.ports.staging import Stretch
from lineal_contract.artifacts import MAX_INLINE_FILES, ManifestEntry, Size, StoredObject
from lineal_contract.base import Digest, RelativePath, Wire
from lineal_contract.digests import canonical_json, part_count, part_length, part_size
from lineal_contract.lists import MAX_FILES

GIB = 2**30
SMALL_FILES = MAX_INLINE_FILES
SMALL_BYTES = 256 * 2**20
"""What is hashed while a client waits: some seconds of its 29."""
SHARE_FILES = 1_000
SHARE_BYTES = 4 * GIB
WHOLE_BYTES = 32 * GIB
"""A longer file is hashed in several shares: its parts are known then, and its plain SHA-256 is not."""
MAX_BYTES = 10_240 * GIB
"""In all, 10 TiB: the shares of more would not fit the history of one execution."""
_NAME = Annotated[str, Field(min_length=1, max_length=1_024)]


class PlannedFile(Wire):
    """A version of an object that shall be the file `path`; `stored` where its digests are known already."""

    path: RelativePath
    key: _NAME
    version_id: _NAME
    size: Size
    etag: str = ""
    stored: StoredObject | None = None


class Plan(Wire):
    """The files of a version to be, in order of path, as they were when it was asked for."""

    format: Literal["lineal.plan.v1"] = "lineal.plan.v1"
    bucket: _NAME
    files: tuple[PlannedFile, ...]

    @cached_property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)

    @property
    def is_small(self) -> bool:
        """Whether a client may wait for it to be hashed."""
        unknown = sum(file.size for file in self.files if file.stored is None)
        return len(self.files) <= SMALL_FILES and unknown <= SMALL_BYTES

    def to_bytes(self) -> bytes:
        """Return the document as it is stored."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))


class HashedPiece(Wire):
    """What is known of a piece: a whole file as it is recorded, or digests of parts from `first` on."""

    file: int
    stored: StoredObject | None = None
    first: int = 1
    part_digests: tuple[Digest, ...] = ()


class HashedShare(Wire):
    """What came of a share."""

    pieces: tuple[HashedPiece, ...]


@dataclass(frozen=True)
class Piece:
    """Some parts of a file, counted from 1; `whole` where they are all."""

    file: int
    first: int
    parts: int
    whole: bool


def check_size(count: int, size: int) -> None:
    """Raise TooLargeError for more files or bytes than a version may have."""
    if count > MAX_FILES:
        raise TooLargeError(f"a version has {MAX_FILES:,} files at most, not {count:,}: store an archive")
    if size > MAX_BYTES:
        raise TooLargeError(f"a version has {MAX_BYTES // GIB:,} GiB at most, not {size / GIB:,.0f}")


def of_known(bucket: str, entries: Sequence[ManifestEntry]) -> Plan:
    """Return the plan of files whose digests are known."""
    files = (
        PlannedFile(path=path, key=stored.key, version_id=stored.version_id, size=stored.size, stored=stored)
        for path, stored in sorted((entry.path, entry.object) for entry in entries)
    )
    return Plan(bucket=bucket, files=tuple(files))


def shares(plan: Plan) -> tuple[tuple[Piece, ...], ...]:
    """Return the shares of all that is to be hashed, the same for the same plan."""
    return cut(((n, file.size) for n, file in enumerate(plan.files) if file.stored is None), WHOLE_BYTES)


def cut(files: Iterable[tuple[int, int]], whole_bytes: int) -> tuple[tuple[Piece, ...], ...]:
    """Share out files, given by number and size; those of more than `whole_bytes` by their parts."""
    done: list[tuple[Piece, ...]] = []
    share: list[Piece] = []
    size = 0
    for piece, length in _pieces(files, whole_bytes):
        if share and (len(share) == SHARE_FILES or size + length > SHARE_BYTES):
            done.append(tuple(share))
            share, size = [], 0
        share.append(piece)
        size += length
    return (*done, tuple(share)) if share else tuple(done)


def stretch(plan: Plan, piece: Piece) -> Stretch:
    """Return the bytes of a piece."""
    file = plan.files[piece.file]
    room = part_size(file.size)
    last = piece.first + piece.parts - 1
    length = (piece.parts - 1) * room + part_length(file.size, last)
    return Stretch(file.key, file.version_id, file.etag, file.size, (piece.first - 1) * room, length, room)


def _pieces(files: Iterable[tuple[int, int]], whole_bytes: int) -> Iterator[tuple[Piece, int]]:
    """Yield the pieces with their lengths in bytes."""
    for number, size in files:
        count = part_count(size)
        if size <= whole_bytes:
            yield Piece(number, 1, count, True), size
            continue
        room = part_size(size)
        step = SHARE_BYTES // room
        for first in range(1, count + 1, step):
            yield Piece(number, first, min(step, count - first + 1), False), step * room
