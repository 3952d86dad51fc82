"""Stored bytes in memory, and the records of them."""

from collections.abc import Sequence

from functions.core.errors import NotFoundError
from functions.core.objects.uploads import expected_checksum
from functions.core.ports.objects import Head, SentPart
from lineal_contract.artifacts import PartUpload, StoredObject
from lineal_contract.digests import content_address, part_length, part_size
from tests.builders import part_digests, sha

BUCKET = "artifacts"


class MemoryObjects:
    """The `ObjectStore` port. Version ids count from `v1` for each key; `hashed` notes what was read."""

    def __init__(self) -> None:
        self.hashed: list[tuple[str, int]] = []
        self._stored: dict[tuple[str, str], bytes] = {}
        self._latest: dict[str, str] = {}
        self._uploads: dict[str, dict[int, bytes]] = {}
        self._opened = 0

    def put(self, key: str, data: bytes) -> str:
        """Store bytes as a client would through a presigned address; return their version id."""
        version_id = f"v{sum(1 for stored, _ in self._stored if stored == key) + 1}"
        self._stored[key, version_id] = data
        self._latest[key] = version_id
        return version_id

    def tamper(self, stored: StoredObject, data: bytes) -> None:
        """Change bytes behind the back of everybody."""
        self._stored[stored.key, stored.version_id] = data

    def lose(self, stored: StoredObject) -> None:
        """Delete a version's bytes."""
        del self._stored[stored.key, stored.version_id]

    def begin_multipart(self, key: str) -> str:
        self._opened += 1
        upload_id = f"upload {self._opened} of {key}"
        self._uploads[upload_id] = {}
        return upload_id

    def put_part(self, upload_id: str, number: int, data: bytes) -> None:
        """Store a part as a client would through a presigned address."""
        self._uploads[upload_id][number] = data

    @property
    def open_uploads(self) -> list[str]:
        """The ids of multipart uploads that were neither ended nor aborted."""
        return list(self._uploads)

    def sent_parts(self, key: str, upload_id: str) -> tuple[SentPart, ...] | None:
        if upload_id not in self._uploads:
            return None
        parts = sorted(self._uploads[upload_id].items())
        return tuple(SentPart(number=n, size=len(d), sha256=sha(d), etag=sha(d)) for n, d in parts)

    def abort_multipart(self, key: str, upload_id: str) -> None:
        self._uploads.pop(upload_id, None)

    def presign_object(self, key: str, size: int, sha256: str) -> PartUpload:
        return PartUpload(number=1, url=f"memory:{key}", headers={})

    def presign_part(self, key: str, upload_id: str, number: int, size: int, sha256: str) -> PartUpload:
        return PartUpload(number=number, url=f"memory:{key}?{number}&{size}&{sha256}", headers={})

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[SentPart]) -> Head | None:
        sent = self._uploads.pop(upload_id, None)
        if sent is None:
            return None
        self.put(key, b"".join(sent[part.number] for part in parts))
        return self.head(key)

    def write(self, key: str, data: bytes) -> Head:
        if key not in self._latest:
            self.put(key, data)
        return Head(BUCKET, self._latest[key], len(data), None)

    def head(self, key: str) -> Head | None:
        if key not in self._latest:
            return None
        data = self._stored[key, self._latest[key]]
        parts = part_digests(data)
        checksum = expected_checksum(content_address(parts), parts)
        return Head(bucket=BUCKET, version_id=self._latest[key], size=len(data), checksum=checksum)

    def heads(self, keys: Sequence[str]) -> list[Head | None]:
        return [self.head(key) for key in keys]

    def presign_download(self, stored: StoredObject) -> str:
        return f"memory:{stored.key}?{stored.version_id}"

    def part_digest(self, stored: StoredObject, number: int) -> str:
        self.hashed.append((stored.key, number))
        start = (number - 1) * part_size(stored.size)
        return sha(self.read(stored)[start : start + part_length(stored.size, number)])

    def read(self, stored: StoredObject) -> bytes:
        try:
            return self._stored[stored.key, stored.version_id]
        except KeyError as error:
            raise NotFoundError(f"{stored.key} is not in the bucket") from error


class MemoryObjectRecords:
    """The `ObjectRecords` port."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], StoredObject] = {}
        self._uploads: dict[tuple[str, str], str] = {}

    def get(self, project: str, digest: str) -> StoredObject | None:
        return self._records.get((project, digest))

    def get_many(self, project: str, digests: Sequence[str]) -> dict[str, StoredObject]:
        return {d: self._records[project, d] for d in digests if (project, d) in self._records}

    def put_many(self, project: str, stored: Sequence[StoredObject]) -> list[StoredObject]:
        return [self.put(project, each) for each in stored]

    def put(self, project: str, stored: StoredObject) -> StoredObject:
        return self._records.setdefault((project, stored.digest), stored)

    def open_upload(self, project: str, digest: str) -> str | None:
        return self._uploads.get((project, digest))

    def put_upload(self, project: str, digest: str, upload_id: str, instead_of: str | None) -> str:
        if self._uploads.get((project, digest)) == instead_of:
            self._uploads[project, digest] = upload_id
        return self._uploads[project, digest]
