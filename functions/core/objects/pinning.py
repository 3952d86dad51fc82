"""Staged files become part of a version: each pinned by its VersionId and hashed as it streams by.

What is written to the same path later is another version of the object: the pinned bytes stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from functions.core.errors import NotFoundError, TooLargeError
from functions.core.objects.file_paths import inside
from functions.core.objects.staging import Staging
from functions.core.ports.objects import ObjectRecords
from functions.core.ports.staging import StagedFile
from lineal_contract.artifacts import ManifestEntry, StoredObject
from lineal_contract.digests import content_address, part_size

MAX_FILES = 500
"""What the record of a version has room for."""
MAX_BYTES = 1_073_741_824
"""What one request has the time to hash, 1 GiB, with half of its 29 s to spare."""


@dataclass(frozen=True)
class Pinning:
    """Pins staged files, and records them under their content addresses."""

    staging: Staging
    records: ObjectRecords

    def pin(self, project: str, path: str) -> tuple[ManifestEntry, ...]:
        """Return all files below a folder, or the one file of this path, pinned.

        Raises NotFoundError where there is none, TooLargeError, InvalidRequestError.
        """
        found = sorted(self.staging.every(project, path), key=lambda file: file.path)
        keys = [f"{path}/{file.path}" for file in found]
        if not found:
            found, keys = [self._one(project, path)], [path]
        _check_size(found)
        return tuple(self._entry(project, key, file) for key, file in zip(keys, found, strict=True))

    def _one(self, project: str, path: str) -> StagedFile:
        try:
            file = self.staging.find(project, path)
        except NotFoundError as error:
            raise NotFoundError(
                f"there are no files below {path!r}: log them before they are registered"
            ) from error
        return StagedFile(path.rpartition("/")[2], file.size, file.version_id)

    def _entry(self, project: str, key: str, file: StagedFile) -> ManifestEntry:
        digest, whole = fingerprint(self.staging.blocks(project, key, file.version_id), file.size)
        stored = StoredObject(
            digest=digest,
            sha256=whole,
            size=file.size,
            bucket=self.staging.store.bucket,
            key=self.staging.key(project, key),
            version_id=file.version_id,
        )
        return ManifestEntry(path=inside(file.path), object=self.records.put(project, stored))


def fingerprint(blocks: Iterable[bytes], size: int) -> tuple[str, str]:
    """Return the content address and the SHA-256 of bytes that stream by, `size` of them."""
    room = part_size(size)
    whole, part, filled = sha256(), sha256(), 0
    parts: list[str] = []
    for block in blocks:
        whole.update(block)
        rest = memoryview(block)
        while filled + len(rest) > room:
            part.update(rest[: room - filled])
            parts.append(part.hexdigest())
            rest, part, filled = rest[room - filled :], sha256(), 0
        part.update(rest)
        filled += len(rest)
    return content_address([*parts, part.hexdigest()]), whole.hexdigest()


def _check_size(files: Iterable[StagedFile]) -> None:
    sizes = [file.size for file in files]
    if len(sizes) > MAX_FILES:
        raise TooLargeError(f"a version has {MAX_FILES} files at most, not {len(sizes)}")
    if sum(sizes) > MAX_BYTES:
        raise TooLargeError(
            f"files of {sum(sizes)} bytes are too many to hash while a client waits: {MAX_BYTES} at most. "
            "Register them with `lineal.register_files`, which has no such limit"
        )
