"""Many small files at once: what of them is missing, and the proof that it arrived."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.core.objects.manifests import all_stored
from functions.core.objects.uploads import object_key, proven
from functions.core.ports.objects import ObjectRecords, ObjectStore
from lineal_contract.artifacts import CompleteUpload, Download, Upload
from lineal_contract.batches import Downloads, EndedUploads, SmallFile, SmallFiles, Uploads
from lineal_contract.digests import content_address


@dataclass(frozen=True)
class Batches:
    """Stores content of one part once per project, hundreds at a time."""

    objects: ObjectStore
    records: ObjectRecords

    def begin(self, project: str, wanted: SmallFiles) -> Uploads:
        """Return the stored object of each known content, and the one PUT of each other."""
        by_digest = _by_digest(wanted)
        known = self.records.get_many(project, list(by_digest))

        def upload(digest: str, file: SmallFile) -> Upload:
            if digest in known:
                return Upload.model_construct(digest=digest, stored=known[digest])
            part = self.objects.presign_object(object_key(project, digest), file.size, file.sha256)
            return Upload.model_construct(digest=digest, missing=1, parts=(part,))

        uploads = {digest: upload(digest, file) for digest, file in by_digest.items()}
        return Uploads.model_construct(uploads=tuple(uploads[_address(file)] for file in wanted.files))

    def end(self, project: str, wanted: SmallFiles) -> EndedUploads:
        """Return the stored objects of what has arrived, and what has not. Idempotent.

        Raises ChecksumMismatchError for bytes that are not the announced ones.
        """
        by_digest = _by_digest(wanted)
        stored = self.records.get_many(project, list(by_digest))
        left = [digest for digest in by_digest if digest not in stored]
        heads = self.objects.heads([object_key(project, digest) for digest in left])
        arrived = [
            proven(head, object_key(project, digest), digest, _announced(by_digest[digest]))
            for digest, head in zip(left, heads, strict=True)
            if head is not None
        ]
        stored |= {each.digest: each for each in self.records.put_many(project, arrived)}
        missing = tuple(digest for digest in by_digest if digest not in stored)
        return EndedUploads.model_construct(stored=tuple(stored.values()), missing=missing)

    def downloads(self, project: str, digests: Sequence[str]) -> Downloads:
        """Return where to read stored content, in order. Raises NotFoundError."""
        found = all_stored(self.records, project, digests)
        items = (
            Download.model_construct(stored=found[d], url=self.objects.presign_download(found[d]))
            for d in digests
        )
        return Downloads.model_construct(items=tuple(items))


def _by_digest(wanted: SmallFiles) -> dict[str, SmallFile]:
    return {_address(file): file for file in wanted.files}


def _address(file: SmallFile) -> str:
    return content_address((file.sha256,))


def _announced(file: SmallFile) -> CompleteUpload:
    return CompleteUpload.model_construct(size=file.size, sha256=file.sha256, part_digests=(file.sha256,))
