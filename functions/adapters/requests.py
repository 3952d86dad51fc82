"""Requests that are done, in the registry table: written with what they change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adapters.dynamo import ABSENT, Item, Table
from functions.adapters.keys import registry as keys
from functions.core.causes import Said

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True)
class DynamoRequests:
    """The `Requests` port."""

    table: Table

    def said(self, project: str, request_id: str) -> Said | None:
        """Return what a request said that is done."""
        item = self.table.get(keys.said(project, request_id))
        return Said(request_id, item["digest"]["S"], item["made"]["S"]) if item else None

    def remember(self, project: str, said: Said) -> None:
        """Keep that a request is done."""
        self.table.put(keys.said(project, said.request_id), _of(said))


def done(table: Table, project: str, said: Said | None) -> list["TransactWriteItemTypeDef"]:
    """Return what keeps a request beside its change, unless it is there; nothing for a nameless one."""
    return [] if said is None else [table.put_in(keys.said(project, said.request_id), _of(said), ABSENT)]


def _of(said: Said) -> Item:
    return {"digest": {"S": said.digest}, "made": {"S": said.made}}
