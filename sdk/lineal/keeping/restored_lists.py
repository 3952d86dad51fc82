"""Lists of files in a restored stack: what they pin lies under other VersionIds, so they are written anew."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lineal.keeping.archive import Archive
from lineal.keeping.items import Item, Pin
from lineal.keeping.leftovers import content_of
from lineal.keeping.lists import read_list, repinned_list
from lineal.keeping.references import RECORDED, record_of
from lineal.keeping.stores import Stores
from lineal_contract.artifacts import StoredObject
from lineal_contract.digests import address_of


@dataclass
class RestoredLists:
    """Writes each list once. Digests of manifests stay: they are over what was pinned first."""

    stores: Stores
    archive: Archive
    moved: Mapping[Pin, str]
    _written: dict[str, StoredObject] = field(default_factory=dict)

    def restored(self, document: StoredObject) -> StoredObject:
        """Return the list in place of one of the backup; one that was lost before stays what it was."""
        file = self.archive.object_file((document.key, document.version_id))
        if not file.exists():
            return document
        if document.digest not in self._written:
            listed = repinned_list(read_list(file.read_bytes()), self.stores.bucket, self.moved)
            self._written[document.digest] = self._put(listed.to_bytes(), listed.prefix)
        return self._written[document.digest]

    def records(self) -> Iterator[Item]:
        """Yield the records of the contents that the lists are now."""
        for stored in self._written.values():
            content = content_of(stored.key)
            if content is not None:
                yield {**record_of(content, RECORDED), "doc": {"S": stored.model_dump_json()}}

    def _put(self, data: bytes, prefix: str) -> StoredObject:
        digest = address_of(data)
        key = f"{prefix}{digest[:2]}/{digest}"
        answer = self.stores.s3.put_object(
            Bucket=self.stores.bucket, Key=key, Body=data, ChecksumAlgorithm="SHA256"
        )
        return StoredObject(
            digest=digest,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            bucket=self.stores.bucket,
            key=key,
            version_id=answer["VersionId"],
        )
