"""What all tables have in common: documents in items, pages, and errors in the words of the core."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from functions.adapters.keys.key import Key, key
from functions.adapters.service_errors import BUSY, NO_ANSWER, ServiceError, code_of
from functions.core.errors import StaleError, TooLargeError, UnavailableError
from functions.tables import RUNS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Item = dict[str, Any]
M = TypeVar("M", bound=BaseModel)

ABSENT = f"attribute_not_exists({RUNS.partition_key})"
PRESENT = f"attribute_exists({RUNS.partition_key})"
_STALE = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_TOO_BIG = frozenset({"ValidationError", "ItemCollectionSizeLimitExceeded"})
_TOO_LARGE = "a name or a record is longer than the database takes: at most 1 KB and 400 KB"
BATCH = 100
"""How many items one request reads."""
AT_ONCE = 10
"""Requests that are on their way at once: as many connections as a client keeps."""
WRITES = 100
"""How many items one transaction writes."""
MAX_PAGE_BYTES = 3_000_000
"""Below Lambda's 6 MB, since packed metrics grow when they are written out."""


def document(model: BaseModel, **attributes: Any) -> Item:
    """Return the attributes of an item that holds `model` as JSON in `doc`."""
    return {"doc": {"S": model.model_dump_json()}} | attributes


def parse(model: type[M], item: Item) -> M:
    """Return the model that an item's `doc` holds."""
    return model.model_validate_json(item["doc"]["S"])


@contextmanager
def translated() -> Iterator[None]:
    """Say StaleError for a failed condition or a conflict, UnavailableError for a service that cannot.

    What DynamoDB finds invalid is too large: our expressions are fixed, only keys and items grow with what
    callers send. Anything else is a mistake of ours and passes as it is.
    """
    try:
        yield
    except NO_ANSWER as error:
        raise UnavailableError("the database did not answer") from error
    except ServiceError as error:
        code = code_of(error)
        if code == "TransactionCanceledException":
            raise _cancelled(error) from error
        if code == "ConditionalCheckFailedException" or code == "TransactionConflictException":
            raise StaleError from error
        if code in BUSY:
            raise UnavailableError("the database is busy") from error
        if code == "ValidationException":
            raise TooLargeError(_TOO_LARGE) from error
        raise


def _cancelled(error: ServiceError) -> Exception:
    reasons = {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])}
    if reasons & _STALE:
        return StaleError()
    if reasons & _TOO_BIG:
        return TooLargeError(_TOO_LARGE)
    return UnavailableError("the database is busy") if reasons - {"None"} else error


@dataclass(frozen=True)
class Table:
    """A table with strongly consistent reads."""

    client: "DynamoDBClient"
    name: str

    def get(self, at: Key) -> Item | None:
        """Return an item, or None."""
        with translated():
            answer = self.client.get_item(TableName=self.name, Key=at, ConsistentRead=True)
        return answer.get("Item")

    def put(self, at: Key, attributes: Item, condition: str | None = None) -> None:
        """Store an item. Raises StaleError when `condition` does not hold."""
        extra: Any = {"ConditionExpression": condition} if condition else {}
        with translated():
            self.client.put_item(TableName=self.name, Item=at | attributes, **extra)

    def put_many(self, items: Sequence[tuple[Key, Item]]) -> None:
        """Store items of different keys, some at once; each is a write of its own."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda each: self.put(*each), items))

    def update(self, at: Key, change: str, condition: str, names: dict[str, str], values: Item) -> None:
        """Change attributes of an item. Raises StaleError when `condition` does not hold."""
        self._update(at, change, condition, names, values)

    def updated(self, at: Key, change: str, condition: str, names: dict[str, str], values: Item) -> Item:
        """Change attributes of an item, and return all of it: that costs no read."""
        item: Item = self._update(at, change, condition, names, values, ReturnValues="ALL_NEW")["Attributes"]
        return item

    def _update(
        self, at: Key, change: str, condition: str, names: dict[str, str], values: Item, **more: Any
    ) -> Any:
        with translated():
            return self.client.update_item(
                TableName=self.name,
                Key=at,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                **more,
            )

    def delete(self, at: Key, condition: str | None = None, values: Item | None = None) -> None:
        """Delete an item; one that is gone is no error. Raises StaleError when `condition` does not hold."""
        extra: Any = {}
        if condition is not None:
            extra = {"ConditionExpression": condition, "ExpressionAttributeValues": values or {}}
        with translated():
            self.client.delete_item(TableName=self.name, Key=at, **extra)

    def write(self, items: Sequence["TransactWriteItemTypeDef"]) -> None:
        """Write all items or none. Raises StaleError."""
        with translated():
            self.client.transact_write_items(TransactItems=items)

    def put_in(self, at: Key, attributes: Item, condition: str | None = None) -> "TransactWriteItemTypeDef":
        """Return a put for `write`."""
        put: Any = {"TableName": self.name, "Item": at | attributes}
        if condition is not None:
            put["ConditionExpression"] = condition
        return {"Put": put}

    def update_in(
        self, at: Key, change: str, condition: str, names: dict[str, str], values: Item
    ) -> "TransactWriteItemTypeDef":
        """Return an update for `write`."""
        return {
            "Update": {
                "TableName": self.name,
                "Key": at,
                "UpdateExpression": change,
                "ConditionExpression": condition,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }

    def delete_in(
        self, at: Key, condition: str = "", names: dict[str, str] | None = None, values: Item | None = None
    ) -> "TransactWriteItemTypeDef":
        """Return a deletion for `write`."""
        if not condition:
            return {"Delete": {"TableName": self.name, "Key": at}}
        return {"Delete": self._conditional(at, condition, names or {}, values or {})}

    def check_in(
        self, at: Key, condition: str, names: dict[str, str], values: Item
    ) -> "TransactWriteItemTypeDef":
        """Return a condition for `write` that changes nothing."""
        return {"ConditionCheck": self._conditional(at, condition, names, values)}

    def _conditional(self, at: Key, condition: str, names: dict[str, str], values: Item) -> Any:
        request: Any = {"TableName": self.name, "Key": at, "ConditionExpression": condition}
        if values:  # an empty map of them is refused
            request["ExpressionAttributeValues"] = values
        return request | {"ExpressionAttributeNames": names}

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """Return the items that are there, in no order."""
        found: list[Item] = []
        for start in range(0, len(keys), BATCH):
            wanted: Any = {self.name: {"Keys": keys[start : start + BATCH], "ConsistentRead": True}}
            while wanted:
                with translated():
                    answer = self.client.batch_get_item(RequestItems=wanted)
                found += answer["Responses"].get(self.name, [])
                wanted = answer.get("UnprocessedKeys")
        return found

    def query(
        self,
        partition: str,
        *,
        prefix: str | None = None,
        after: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Item]:
        """Return items of a partition in order of their sort key, at most `limit`.

        `after` begins behind a sort key, in the direction read.
        """
        names = {"#p": RUNS.partition_key}
        values: Item = {":p": {"S": partition}}
        condition = "#p = :p"
        if prefix is not None:
            condition += " AND begins_with(#s, :s)"
            values[":s"] = {"S": prefix}
            names["#s"] = RUNS.sort_key
        request: Any = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        if after is not None:
            request["ExclusiveStartKey"] = key(partition, after)
        return self._collect(request, limit)

    def _collect(self, request: Any, limit: int | None) -> list[Item]:
        items: list[Item] = []
        while True:
            if limit is not None:
                request["Limit"] = limit - len(items)
            with translated():
                answer = self.client.query(**request)
            items += answer["Items"]
            last = answer.get("LastEvaluatedKey")
            if not last or (limit is not None and len(items) >= limit):
                return items
            request["ExclusiveStartKey"] = last


def sort_key(item: Item) -> str:
    """Return an item's sort key."""
    value: str = item[RUNS.sort_key]["S"]
    return value


def fitting(items: Sequence[Item], page_size: int) -> int:
    """Return how many of `items` make a page: at most `page_size`, and one at least."""
    total = 0
    for count, item in enumerate(items[:page_size]):
        total += weight(item)
        if total > MAX_PAGE_BYTES and count:
            return count
    return min(len(items), page_size)


def weight(item: Item) -> int:
    """Return about how many bytes an item's texts and binaries have."""
    values = (value for attribute in item.values() for value in attribute.values())
    return sum(len(value) for value in values if isinstance(value, str | bytes))
