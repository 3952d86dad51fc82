"""The trails of projects and of the installation, beside those of models and anchored like them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adapters.dynamo import ABSENT, Table, document, parse
from functions.adapters.keys import registry as keys
from functions.adapters.keys.key import key
from functions.adapters.requests import DynamoRequests, done
from functions.core.ports.audit import Entry, TrailHead
from lineal_contract.audit import AuditRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True)
class DynamoTrails(DynamoRequests):
    """The `Trails` port."""

    def head(self, project: str) -> TrailHead:
        """Return where a trail ends."""
        item = self.table.get(keys.trail(project))
        if item is None:
            return TrailHead(project)
        return TrailHead(project, int(item["sequence"]["N"]), item["digest"]["S"])

    def records(self, project: str, after: int, page_size: int) -> list[AuditRecord]:
        """Return records in order of sequence."""
        start = keys.audit_sort(after) if after else None
        found = self.table.query(keys.audit_chain(project), after=start, limit=page_size)
        return [parse(AuditRecord, item) for item in found]


def writes(table: Table, entry: Entry) -> list["TransactWriteItemTypeDef"]:
    """Return what appends a record to its trail, guarded by where the trail ended, and keeps its request."""
    project, record = entry.before.project, entry.record
    end = {"sequence": {"N": str(record.sequence)}, "digest": {"S": record.digest}}
    if entry.before.sequence:
        head = table.put_in(keys.trail(project), end, "digest = :before")
        head["Put"]["ExpressionAttributeValues"] = {":before": {"S": entry.before.digest}}
    else:
        head = table.put_in(keys.trail(project), end, ABSENT)
    at = key(keys.audit_chain(project), keys.audit_sort(record.sequence))
    grown = {"grown_to": {"N": str(record.sequence)}}
    return [
        head,
        table.put_in(at, document(record), ABSENT),
        table.put_in(keys.unanchored(project), grown),
        *done(table, project, entry.said),
    ]
