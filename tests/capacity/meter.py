"""A DynamoDB client that adds up the units of what goes through it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from tests.capacity import units
from tests.capacity.units import Item, Units

_KEYS = ("PK", "SK")
_WRITES = {"put_item", "update_item", "delete_item"}


class Meter:
    """Passes requests on. It looks at items before and after a write by requests that it does not count.

    Requests of one meter that write wait for one another: an item has one state before each of them.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._total = Units()
        self._adding, self._writing = threading.Lock(), threading.RLock()
        self.last = Units()

    @contextmanager
    def counting(self) -> Iterator[Callable[[], Units]]:
        """Count from here on; the function that is yielded says how many units it is so far."""
        before = self._total

        def so_far() -> Units:
            return Units(self._total.read - before.read, self._total.write - before.write)

        yield so_far

    def get_item(self, **request: Any) -> Any:
        """Read an item."""
        answer = self.client.get_item(**request)
        self._add(units.get(answer.get("Item"), consistent=request.get("ConsistentRead", False)))
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        """Read several items, each of which costs what it would alone; one that is not there does too."""
        answer = self.client.batch_get_item(**request)
        for name, wanted in request["RequestItems"].items():
            found = answer["Responses"].get(name, [])
            missing = [None] * (len(wanted["Keys"]) - len(found))
            for item in (*found, *missing):
                self._add(units.get(item, consistent=wanted.get("ConsistentRead", False)))
        return answer

    def query(self, **request: Any) -> Any:
        """Read a page. Units are by what was looked at, so a filter or a projection is not understood."""
        assert not {"FilterExpression", "ProjectionExpression", "IndexName"} & request.keys()
        answer = self.client.query(**request)
        self._add(units.query(answer["Items"], consistent=request.get("ConsistentRead", False)))
        return answer

    def transact_write_items(self, **request: Any) -> Any:
        """Write several items; a condition alone costs what its item would."""
        wanted = [next(iter(each.values())) for each in request["TransactItems"]]
        with self._writing:
            before = [self._present(each) for each in wanted]
            try:
                return self.client.transact_write_items(**request)
            finally:
                after = [self._present(each) for each in wanted]
                self._add(units.transaction(zip(before, after, strict=True)))

    def __getattr__(self, name: str) -> Any:
        if name not in _WRITES:
            raise AttributeError(f"{name} is not metered")
        return lambda **request: self._write(name, request)

    def _write(self, name: str, request: Any) -> Any:
        with self._writing:
            before = after = self._present(request)
            try:
                answer = getattr(self.client, name)(**request)
                after = self._present(request)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
                self._add(units.write(before, before))
                raise
            self._add(units.write(before, after))
            return answer

    def _present(self, request: Any) -> Item | None:
        at = request["Key"] if "Key" in request else {name: request["Item"][name] for name in _KEYS}
        found: Item | None = self.client.get_item(
            TableName=request["TableName"], Key=at, ConsistentRead=True
        ).get("Item")
        return found

    def _add(self, more: Units) -> None:
        with self._adding:
            self.last = more
            self._total += more
