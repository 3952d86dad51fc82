"""Uploads by content address: what is missing, and the proof that it arrived."""

from base64 import b64encode
from dataclasses import dataclass

from functions.core.errors import (
    ChecksumMismatchError,
    InvalidRequestError,
    NotFoundError,
    UploadIncompleteError,
)
from functions.core.ports import Head, ObjectRecords, ObjectStore
from lineal_contract.artifacts import (
    BeginUpload,
    CompleteUpload,
    Download,
    PartsRequest,
    StoredObject,
    Upload,
)
from lineal_contract.digests import content_address, part_count, part_length

PAGE = 500


def object_key(project: str, digest: str) -> str:
    """Return the S3 key of a content address; its scope is the project."""
    return f"projects/{project}/objects/{digest[:2]}/{digest}"


def expected_checksum(digest: str, part_digests: tuple[str, ...]) -> str:
    """Return the checksum S3 computes: plain SHA-256 for one part, composite `…-N` for more."""
    if len(part_digests) == 1:
        return b64encode(bytes.fromhex(part_digests[0])).decode()
    return f"{b64encode(bytes.fromhex(digest)).decode()}-{len(part_digests)}"


@dataclass(frozen=True)
class Uploads:
    """Stores content once per project."""

    objects: ObjectStore
    records: ObjectRecords

    def begin(self, project: str, wanted: BeginUpload) -> Upload:
        """Return the stored object of known content, else the parts to send."""
        digest = _address(wanted)
        known = self.records.get(project, digest)
        if known is not None:
            return Upload(digest=digest, stored=known)
        key = object_key(project, digest)
        if len(wanted.part_digests) == 1:
            part = self.objects.presign_object(key, wanted.size, wanted.part_digests[0])
            return Upload(digest=digest, parts=(part,))
        upload_id = self.objects.begin_multipart(key)
        request = PartsRequest(
            upload_id=upload_id, size=wanted.size, part_digests=wanted.part_digests, first_part=1
        )
        return self.parts(project, digest, request)

    def parts(self, project: str, digest: str, wanted: PartsRequest) -> Upload:
        """Return a page of presigned parts of a multipart upload."""
        _check_address(digest, wanted)
        first, count = wanted.first_part, len(wanted.part_digests)
        last = min(count, first + PAGE - 1)
        key = object_key(project, digest)
        return Upload(
            digest=digest,
            upload_id=wanted.upload_id,
            parts=tuple(
                self.objects.presign_part(
                    key,
                    wanted.upload_id,
                    number,
                    part_length(wanted.size, number),
                    wanted.part_digests[number - 1],
                )
                for number in range(first, last + 1)
            ),
            next_part=last + 1 if last < count else None,
        )

    def complete(self, project: str, digest: str, done: CompleteUpload) -> StoredObject:
        """Return the stored object once the store's own checksum proves its address. Idempotent.

        Raises UploadIncompleteError, ChecksumMismatchError.
        """
        _check_address(digest, done)
        known = self.records.get(project, digest)
        if known is not None:
            return known
        key = object_key(project, digest)
        if done.upload_id is not None:
            self.objects.complete_multipart(key, done.upload_id, done.parts, done.part_digests)
        head = self.objects.head(key)
        if head is None:
            raise UploadIncompleteError("no bytes have arrived for this content address")
        _check_arrived(head, digest, done)
        stored = StoredObject(
            digest=digest,
            sha256=done.sha256,
            size=done.size,
            bucket=head.bucket,
            key=key,
            version_id=head.version_id,
        )
        return self.records.put(project, stored)

    def download(self, project: str, digest: str) -> Download:
        """Return where to read stored content. Raises NotFoundError."""
        stored = self.stored(project, digest)
        return Download(stored=stored, url=self.objects.presign_download(stored))

    def stored(self, project: str, digest: str) -> StoredObject:
        """Return a stored object. Raises NotFoundError."""
        stored = self.records.get(project, digest)
        if stored is None:
            raise NotFoundError(f"no content {digest} is stored in project {project}")
        return stored


def _address(wanted: BeginUpload | PartsRequest | CompleteUpload) -> str:
    if len(wanted.part_digests) != part_count(wanted.size):
        raise InvalidRequestError(
            f"{wanted.size} bytes have {part_count(wanted.size)} parts, not {len(wanted.part_digests)}"
        )
    claimed = None if isinstance(wanted, PartsRequest) else wanted.sha256
    if len(wanted.part_digests) == 1 and claimed not in (None, wanted.part_digests[0]):
        raise InvalidRequestError("the SHA-256 of content in one part is that part's digest")
    return content_address(wanted.part_digests)


def _check_address(digest: str, wanted: PartsRequest | CompleteUpload) -> None:
    if _address(wanted) != digest:
        raise InvalidRequestError("the part digests do not give this content address")


def _check_arrived(head: Head, digest: str, done: CompleteUpload) -> None:
    if head.size != done.size or head.checksum != expected_checksum(digest, done.part_digests):
        raise ChecksumMismatchError("the stored bytes are not the ones that were announced")
