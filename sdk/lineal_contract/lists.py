"""The stored document that lists the files of something with thousands of them, each pinned."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from lineal_contract.artifacts import ManifestEntry, Size, StoredObject
from lineal_contract.base import Digest, KnownDigest, RelativePath, Wire
from lineal_contract.digests import canonical_json

MAX_FILES = 50_000
"""What one artifact may have: as many as are looked up while a client waits."""
MAX_LIST_BYTES = 16 * 2**20
"""How long a list may be: one part."""
Name = Annotated[str, Field(min_length=1, max_length=1_024)]


class ListedFile(Wire):
    """One file: as a `ManifestEntry`, but for what the list says of all. `key` is null for the usual one."""

    path: RelativePath
    digest: Digest
    sha256: KnownDigest
    size: Size
    version_id: Name
    original_version_id: Name | None = None
    key: Name | None = None


class FileList(Wire):
    """All files, in one bucket. A content's usual key is `prefix`, two digits of its address, and that."""

    format: Literal["lineal.files.v1"] = "lineal.files.v1"
    bucket: Name
    prefix: Name
    files: Annotated[tuple[ListedFile, ...], Field(min_length=1, max_length=MAX_FILES)]

    @classmethod
    def of(cls, entries: Sequence[ManifestEntry], prefix: str) -> Self:
        """Return the list of pinned files. Raises ValidationError for too many."""
        files = [_row(entry, prefix) for entry in sorted(entries, key=lambda each: each.path)]
        return cls.model_validate({"bucket": entries[0].object.bucket, "prefix": prefix, "files": files})

    def entries(self) -> tuple[ManifestEntry, ...]:
        """Return the files as a manifest has them, in order of path."""
        found = (
            ManifestEntry.model_construct(path=file.path, object=self._object(file)) for file in self.files
        )
        return tuple(sorted(found, key=lambda entry: entry.path))

    def to_bytes(self) -> bytes:
        """Return the document as it is stored: canonical JSON without what is null."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))

    def _object(self, file: ListedFile) -> StoredObject:
        return StoredObject.model_construct(
            digest=file.digest,
            sha256=file.sha256,
            size=file.size,
            bucket=self.bucket,
            key=file.key or _usual(self.prefix, file.digest),
            version_id=file.version_id,
            original_version_id=file.original_version_id,
        )


def _row(entry: ManifestEntry, prefix: str) -> dict[str, Any]:
    stored = entry.object
    key = None if stored.key == _usual(prefix, stored.digest) else stored.key
    return stored.model_dump(exclude={"bucket"}) | {"path": entry.path, "key": key}


def prefix_of(project: str) -> str:
    """Return what the keys of a project's contents begin with."""
    return f"projects/{project}/objects/"


def _usual(prefix: str, digest: str) -> str:
    return f"{prefix}{digest[:2]}/{digest}"
