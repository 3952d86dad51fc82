"""Shorter ways to the same outcome in moto's DynamoDB, for tests that write and read much.

It copies a table for each item of a transaction before it changes any, and keeps the last of the copies,
though they are all alike. And it asks a string whether it is of four other types whenever it compares two.
"""

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table


class _Copies(threading.local):
    """The tables that the transaction of this thread has copied; None outside of one."""

    made: dict[str, Table] | None = None


_copies = _Copies()
_transact = DynamoDBBackend.transact_write_items
_cast: property = DynamoType.__dict__["cast_value"]


@contextmanager
def shortcuts() -> Iterator[None]:
    """Let moto take them as long as it lasts."""
    instead = SimpleNamespace(deepcopy=_deepcopy, copy=copy.copy)
    with (
        patch.object(models, "copy", instead),
        patch.object(DynamoDBBackend, "transact_write_items", _transact_copying_once),
        patch.object(DynamoType, "cast_value", property(_value)),
    ):
        yield


def _transact_copying_once(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    _copies.made = {}
    try:
        _transact(backend, transact_items)
    finally:
        _copies.made = None


def _deepcopy(value: Any) -> Any:
    if _copies.made is None or not isinstance(value, Table):
        return copy.deepcopy(value)
    if value.name not in _copies.made:
        _copies.made[value.name] = copy.deepcopy(value)
    return _copies.made[value.name]


def _value(of: DynamoType) -> Any:
    return of.value if of.type == "S" else _cast.__get__(of)
