"""Blocks of folded runs in the bucket, under their content addresses; which of them count is in the table."""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adapters.dynamo import ABSENT, WRITES, Item, Table, sort_key
from functions.adapters.keys import runs as keys
from functions.adapters.s3 import AT_ONCE, translated
from functions.core.errors import StaleError
from functions.core.objects.uploads import object_key
from functions.core.ports.blocks import BlockRef, Folded, Removal
from functions.tables import EXPIRY_ATTRIBUTE
from lineal_contract.artifacts import StoredObject
from lineal_contract.digests import address_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NEAR = 65_536
"""Ranges this close to one another are fetched as one: a request costs as much as so many bytes."""


@dataclass(frozen=True)
class S3Blocks:
    """The `BlockStore` port."""

    table: Table
    client: "S3Client"
    bucket: str

    def folded(self, project: str, experiment_ids: Sequence[str]) -> list[Folded]:
        """Read the items of the experiments."""
        wanted = [keys.blocks(project, each) for each in dict.fromkeys(experiment_ids)]
        if len(wanted) == 1:
            item = self.table.get(wanted[0])
            return [_folded(item)] if item else []
        return [_folded(item) for item in self.table.get_many(wanted)]

    def read(self, stored: StoredObject, parts: Sequence[tuple[int, int]]) -> Sequence[bytes]:
        """Read ranges of a version, those that are near to one another together."""
        spans = _spans(parts)
        with ThreadPoolExecutor(min(AT_ONCE, len(spans)) or 1) as pool:
            found = dict(zip(spans, pool.map(lambda span: self._range(stored, *span), spans), strict=True))
        return [_cut(found, at, length) for at, length in parts]

    def put(self, project: str, data: bytes) -> StoredObject:
        """Store a block under its content address; S3 checks what arrives."""
        digest = address_of(data)
        key = object_key(project, digest)
        with translated(key):
            answer = self.client.put_object(
                Bucket=self.bucket, Key=key, Body=data, ChecksumAlgorithm="SHA256"
            )
        return StoredObject(
            digest=digest,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            bucket=self.bucket,
            key=key,
            version_id=answer["VersionId"],
        )

    def replace(self, before: Folded, after: Folded) -> None:
        """Compare the revision and set all."""
        values: Item = {":doc": {"S": _document(after)}, ":after": {"N": str(after.revision)}}
        names = {"#doc": "doc", "#revision": "revision"}
        change, condition = "SET #doc = :doc, #revision = :after", ABSENT
        if before.revision:
            condition, values[":before"] = "#revision = :before", {"N": str(before.revision)}
        at = keys.blocks(after.project, after.experiment_id)
        self.table.update(at, change, condition, names, values)

    def retire(self, project: str, experiment_id: str, refs: Sequence[BlockRef], until: int) -> None:
        """Put an item for each that DynamoDB lets expire; what any item names is no garbage."""
        for ref in refs:
            at = keys.retired_block(project, experiment_id, ref.object.digest)
            self.table.put(at, {EXPIRY_ATTRIBUTE: {"N": str(until // 1000)}})

    def removals(self, project: str, experiment_ids: Sequence[str]) -> list[Removal]:
        """Read the marks of the experiment, or of the project where there are several."""
        wanted = [*dict.fromkeys(experiment_ids)]
        of = wanted[0] if len(wanted) == 1 else None
        found = self.table.query(keys.experiments(project), prefix=keys.removals(of)) if wanted else []
        marks = (Removal(*sort_key(item).removeprefix(keys.REMOVED).split("#")) for item in found)
        return [mark for mark in marks if mark.experiment_id in wanted]

    def forget(self, project: str, removals: Sequence[Removal]) -> None:
        """Delete marks, as many at once as a transaction takes."""
        for start in range(0, len(removals), WRITES):
            gone = (keys.removal(project, *each) for each in removals[start : start + WRITES])
            self.table.write([self.table.delete_in(at) for at in gone])

    def _range(self, stored: StoredObject, at: int, length: int) -> bytes:
        with translated(stored.key):
            answer: Any = self.client.get_object(
                Bucket=stored.bucket,
                Key=stored.key,
                VersionId=stored.version_id,
                Range=f"bytes={at}-{at + length - 1}",
            )
            if "ContentRange" not in answer:  # a store may ignore a range and send everything
                answer["Body"].read(at)
            # Not to the end: a checksum in the answer may be that of the whole object.
            data: bytes = answer["Body"].read(length)
            return data


@dataclass(frozen=True)
class DynamoFoldingList:
    """The `FoldingList` port."""

    table: Table

    def ask(self, project: str, experiment_id: str) -> None:
        """Put an entry, if there is none."""
        try:
            self.table.put(keys.folding(project, experiment_id), {}, ABSENT)
        except StaleError:
            return

    def asked(self) -> list[tuple[str, str]]:
        """Read the list."""
        parts = (sort_key(item).partition("#") for item in self.table.query(keys.FOLDING))
        return [(project, experiment_id) for experiment_id, _, project in parts]

    def done(self, project: str, experiment_id: str) -> None:
        """Delete an entry."""
        self.table.delete(keys.folding(project, experiment_id))


def _folded(item: Item) -> Folded:
    found = json.loads(item["doc"]["S"])
    return Folded.model_validate({**found, "revision": item["revision"]["N"]})


def _document(folded: Folded) -> str:
    return folded.model_dump_json(exclude={"revision"})


def _spans(parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges that have all parts, with as little between them as is worth a request."""
    spans: list[tuple[int, int]] = []
    for at, length in sorted(parts):
        end = spans[-1][0] + spans[-1][1] if spans else None
        if end is not None and at <= end + _NEAR:
            begins = spans[-1][0]
            spans[-1] = begins, max(end, at + length) - begins
        else:
            spans.append((at, length))
    return spans


def _cut(found: dict[tuple[int, int], bytes], at: int, length: int) -> Any:
    for (begins, size), data in found.items():
        if begins <= at and at + length <= begins + size:
            return data[at - begins : at - begins + length]
    raise LookupError(f"no range has {length} bytes at {at}")
