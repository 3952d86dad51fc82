"""Uploads by content address: what is missing, and the proof that it arrived."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from functions.core.errors import (
    ChecksumMismatchError,
    InvalidRequestError,
    NotFoundError,
    UploadIncompleteError,
)
from functions.core.ports.objects import Head, ObjectRecords, ObjectStore, SentPart
from lineal_contract.artifacts import (
    BeginUpload,
    CompleteUpload,
    Download,
    StoredObject,
    Upload,
)
from lineal_contract.digests import content_address, part_count, part_length
from lineal_contract.lists import prefix_of

PAGE = 500


def object_key(project: str, digest: str) -> str:
    """Return the S3 key of a content address; its scope is the project."""
    return f"{prefix_of(project)}{digest[:2]}/{digest}"


def expected_checksum(digest: str, part_digests: tuple[str, ...]) -> str:
    """Return the checksum S3 computes: plain SHA-256 for one part, composite `…-N` for more."""
    if len(part_digests) == 1:
        return b64encode(bytes.fromhex(part_digests[0])).decode()
    return f"{b64encode(bytes.fromhex(digest)).decode()}-{len(part_digests)}"


def proven(head: Head, key: str, digest: str, announced: CompleteUpload) -> StoredObject:
    """Return what is stored, once the store's own checksum proves it. Raises ChecksumMismatchError."""
    if not _is_content(head, digest, announced):
        raise ChecksumMismatchError("the stored bytes are not the ones that were announced")
    return StoredObject(
        digest=digest,
        sha256=announced.sha256,
        size=announced.size,
        bucket=head.bucket,
        key=key,
        version_id=head.version_id,
    )


@dataclass(frozen=True)
class Uploads:
    """Stores content once per project."""

    objects: ObjectStore
    records: ObjectRecords

    def begin(self, project: str, wanted: BeginUpload) -> Upload:
        """Return the stored object of known content, else the parts that have not arrived yet.

        An upload that was interrupted, here or on another machine, goes on where it ended.
        """
        digest = _address(wanted)
        known = self.records.get(project, digest)
        if known is not None:
            return Upload(digest=digest, stored=known)
        key = object_key(project, digest)
        if len(wanted.part_digests) == 1:
            part = self.objects.presign_object(key, wanted.size, wanted.part_digests[0])
            return Upload(digest=digest, missing=1, parts=(part,))
        before = self.records.open_upload(project, digest)
        sent = self.objects.sent_parts(key, before) if before else None
        if before is not None and sent is not None:
            return self._missing(digest, key, before, wanted, sent)
        if before is not None and self._has_arrived(key, digest, wanted):
            return Upload(digest=digest)  # it was joined, and nobody lived to record it
        return self._open(project, digest, key, wanted, instead_of=before)

    def _open(
        self, project: str, digest: str, key: str, wanted: BeginUpload, instead_of: str | None
    ) -> Upload:
        """Open a multipart upload; of two at once for one content, both clients fill the first."""
        fresh = self.objects.begin_multipart(key)
        chosen = self.records.put_upload(project, digest, fresh, instead_of)
        if chosen == fresh:
            return self._missing(digest, key, fresh, wanted, ())
        self.objects.abort_multipart(key, fresh)
        return self._missing(digest, key, chosen, wanted, self.objects.sent_parts(key, chosen) or ())

    def _missing(
        self, digest: str, key: str, upload_id: str, wanted: BeginUpload, sent: Iterable[SentPart]
    ) -> Upload:
        there = {part.number for part in sent if _is_as_announced(part, wanted)}
        missing = [n for n in range(1, len(wanted.part_digests) + 1) if n not in there]
        parts = (
            self.objects.presign_part(
                key, upload_id, n, part_length(wanted.size, n), wanted.part_digests[n - 1]
            )
            for n in missing[:PAGE]
        )
        return Upload(digest=digest, missing=len(missing), parts=tuple(parts))

    def complete(self, project: str, digest: str, done: CompleteUpload) -> StoredObject:
        """Return the stored object once the store's own checksum proves its address. Idempotent.

        Raises UploadIncompleteError, ChecksumMismatchError.
        """
        if _address(done) != digest:
            raise InvalidRequestError("the part digests do not give this content address")
        known = self.records.get(project, digest)
        if known is not None:
            return known
        key = object_key(project, digest)
        joined = self._join(project, digest, key, done) if len(done.part_digests) > 1 else None
        head = joined or self.objects.head(key)
        if head is None:
            raise UploadIncompleteError("no bytes have arrived for this content address")
        return self.records.put(project, proven(head, key, digest, done))

    def _join(self, project: str, digest: str, key: str, done: CompleteUpload) -> Head | None:
        """Join the parts; None where that was done before, as `head` will show."""
        upload_id = self.records.open_upload(project, digest)
        sent = self.objects.sent_parts(key, upload_id) if upload_id else None
        if upload_id is None or sent is None:
            return None
        parts = [part for part in sent if _is_as_announced(part, done)]
        if len(parts) != len(done.part_digests):
            raise UploadIncompleteError(f"{len(done.part_digests) - len(parts)} parts have not arrived")
        return self.objects.complete_multipart(key, upload_id, parts)

    def _has_arrived(self, key: str, digest: str, wanted: BeginUpload) -> bool:
        head = self.objects.head(key)
        return head is not None and _is_content(head, digest, wanted)

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


def _address(wanted: BeginUpload | CompleteUpload) -> str:
    if len(wanted.part_digests) != part_count(wanted.size):
        raise InvalidRequestError(
            f"{wanted.size} bytes have {part_count(wanted.size)} parts, not {len(wanted.part_digests)}"
        )
    claimed = wanted.sha256 if isinstance(wanted, CompleteUpload) else None
    if len(wanted.part_digests) == 1 and claimed not in (None, wanted.part_digests[0]):
        raise InvalidRequestError("the SHA-256 of content in one part is that part's digest")
    return content_address(wanted.part_digests)


def _is_as_announced(part: SentPart, wanted: BeginUpload | CompleteUpload) -> bool:
    return (
        0 < part.number <= len(wanted.part_digests)
        and part.sha256 == wanted.part_digests[part.number - 1]
        and part.size == part_length(wanted.size, part.number)
    )


def _is_content(head: Head, digest: str, wanted: BeginUpload | CompleteUpload) -> bool:
    return head.size == wanted.size and head.checksum == expected_checksum(digest, wanted.part_digests)
