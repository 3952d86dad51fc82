"""What is known of stored bytes: an item for each content address."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.adapters.dynamo import ABSENT, AT_ONCE, BATCH, Item, Table, document, parse
from functions.adapters.keys import runs as keys
from functions.core.errors import StaleError
from lineal_contract.artifacts import StoredObject

_UPLOAD = "upload_id"


@dataclass(frozen=True)
class DynamoObjects:
    """The `ObjectRecords` port."""

    table: Table

    def get(self, project: str, digest: str) -> StoredObject | None:
        """Return the record of a content address."""
        item = self.table.get(keys.stored_object(project, digest))
        return parse(StoredObject, item) if item else None

    def get_many(self, project: str, digests: Sequence[str]) -> dict[str, StoredObject]:
        """Return the records that there are, a hundred by one request and some requests at once."""
        wanted = [keys.stored_object(project, digest) for digest in dict.fromkeys(digests)]
        batches = [wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = [
                parse(StoredObject, i) for items in pool.map(self.table.get_many, batches) for i in items
            ]
        return {each.digest: each for each in found}

    def put_many(self, project: str, stored: Sequence[StoredObject]) -> list[StoredObject]:
        """Keep the first record of each, some at once; each is a write of its own."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda each: self.put(project, each), stored))

    def put(self, project: str, stored: StoredObject) -> StoredObject:
        """Keep the first record: later writes of the same content pin the same version."""
        at = keys.stored_object(project, stored.digest)
        try:
            self.table.put(at, document(stored), ABSENT)
        except StaleError:
            return self.get(project, stored.digest) or stored
        return stored

    def open_upload(self, project: str, digest: str) -> str | None:
        """Return the multipart upload that was opened last for a content address."""
        item = self.table.get(keys.open_upload(project, digest))
        return str(item[_UPLOAD]["S"]) if item else None

    def put_upload(self, project: str, digest: str, upload_id: str, instead_of: str | None) -> str:
        """Record an upload where there is none, or in place of one that is gone; the first of two stays."""
        condition = "attribute_not_exists(#u)" if instead_of is None else "#u = :before"
        values: Item = {":u": {"S": upload_id}} | ({":before": {"S": instead_of}} if instead_of else {})
        at = keys.open_upload(project, digest)
        try:
            self.table.update(at, "SET #u = :u", condition, {"#u": _UPLOAD}, values)
        except StaleError:
            return self.open_upload(project, digest) or upload_id
        return upload_id
