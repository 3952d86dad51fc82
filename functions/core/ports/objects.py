"""Where bytes are kept, and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lineal_contract.artifacts import PartUpload, StoredObject


class ObjectRecords(Protocol):
    """Which content a project has stored."""

    def get(self, project: str, digest: str) -> StoredObject | None:
        """Return the stored object of a content address."""

    def get_many(self, project: str, digests: Sequence[str]) -> dict[str, StoredObject]:
        """Return the stored objects of these content addresses that there are, by address."""

    def put(self, project: str, stored: StoredObject) -> StoredObject:
        """Record a stored object; return the one that was recorded first."""

    def put_many(self, project: str, stored: Sequence[StoredObject]) -> list[StoredObject]:
        """Record stored objects of different contents; return those that were recorded first, in order."""

    def open_upload(self, project: str, digest: str) -> str | None:
        """Return the id of the multipart upload that was opened last for a content address."""

    def put_upload(self, project: str, digest: str, upload_id: str, instead_of: str | None) -> str:
        """Record an open upload, unless another took the place of `instead_of`; return what is in place."""


@dataclass(frozen=True)
class SentPart:
    """A part of a multipart upload as the store has it; `sha256` is in hex."""

    number: int
    size: int
    sha256: str
    etag: str


class ObjectStore(Protocol):
    """Versioned storage of bytes, checked on the way in."""

    def begin_multipart(self, key: str) -> str:
        """Open a multipart upload with part checksums and return its id."""

    def presign_object(self, key: str, size: int, sha256: str) -> PartUpload:
        """Return the one PUT of an object that is a single part."""

    def presign_part(self, key: str, upload_id: str, number: int, size: int, sha256: str) -> PartUpload:
        """Return the PUT of one part of a multipart upload."""

    def sent_parts(self, key: str, upload_id: str) -> tuple[SentPart, ...] | None:
        """Return the parts that have arrived; None for an upload that was ended, aborted or never opened."""

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Give up a multipart upload; one that is gone is no error."""

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[SentPart]) -> "Head | None":
        """Join the parts into the object and return it, where the store tells it all; `head` does otherwise.

        Does nothing for an upload that was ended before. Raises UploadIncompleteError, ChecksumMismatchError.
        """

    def write(self, key: str, data: bytes) -> "Head":
        """Store bytes under a key that their content gives, unless they are there."""

    def head(self, key: str) -> "Head | None":
        """Return what is stored under a key now, with the checksum the store itself computed."""

    def heads(self, keys: Sequence[str]) -> "list[Head | None]":
        """Return what is stored under each key now, many asked for at once."""

    def presign_download(self, stored: StoredObject) -> str:
        """Return an address to read exactly this version from."""

    def part_digest(self, stored: StoredObject, number: int) -> str:
        """Return the SHA-256 of part `number` of the stored bytes. Raises NotFoundError."""

    def read(self, stored: StoredObject) -> bytes:
        """Return the bytes of exactly this version. Raises NotFoundError."""


@dataclass(frozen=True)
class Head:
    """What a store says of an object: `checksum` is base64, as S3 writes it, `-N` for N parts."""

    bucket: str
    version_id: str
    size: int
    checksum: str | None
