"""Requests that are done, in the table of what they change: written with it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adapters.dynamo import ABSENT, Item, Table
from functions.adapters.keys import registry as keys
from functions.core.causes import Said
from functions.tables import EXPIRY_ATTRIBUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True)
class DynamoRequests:
    """The `Requests` port."""

    table: Table

    def said(self, project: str, request_id: str) -> Said | None:
        """Return what a request said that is done."""
        item = self.table.get(keys.said(project, request_id))
        if item is None:
            return None
        ends = int(item[EXPIRY_ATTRIBUTE]["N"]) if EXPIRY_ATTRIBUTE in item else None
        return Said(request_id, item["digest"]["S"], item["made"]["S"], ends)

    def remember(self, project: str, said: Said) -> None:
        """Keep that a request is done."""
        self.table.put(keys.said(project, said.request_id), _of(said))


def done(table: Table, project: str, said: Said | None) -> list["TransactWriteItemTypeDef"]:
    """Return what keeps a request beside its change, unless it is there; nothing for a nameless one."""
    if said is None:
        return []
    put = table.put_in(keys.said(project, said.request_id), _of(said), ABSENT)
    if said.came_at is not None:  # what has ended may be there still
        put["Put"]["ConditionExpression"] = f"{ABSENT} OR {EXPIRY_ATTRIBUTE} <= :now"
        put["Put"]["ExpressionAttributeValues"] = {":now": {"N": str(said.came_at)}}
    return [put]


def _of(said: Said) -> Item:
    item: Item = {"digest": {"S": said.digest}, "made": {"S": said.made}}
    return item if said.expires_at is None else item | {EXPIRY_ATTRIBUTE: {"N": str(said.expires_at)}}
