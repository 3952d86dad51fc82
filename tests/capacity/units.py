"""Capacity units of DynamoDB requests from the sizes of items: AWS's published rules, as pure functions.

Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Transactions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html

Of tables without indexes, which is all that lineal has. Checked against DynamoDB Local by `make conformance`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

Item = Mapping[str, Any]

_READ_BYTES = 4096
_WRITE_BYTES = 1024
_CONTAINER_BYTES = 3
_EXACT = Context(prec=40)
"""DynamoDB keeps 38 digits."""


@dataclass(frozen=True)
class Units:
    """Read and write capacity units."""

    read: float = 0.0
    write: float = 0.0

    def __add__(self, other: "Units") -> "Units":
        return Units(self.read + other.read, self.write + other.write)


def item_size(item: Item | None) -> int:
    """Return an item's size in bytes: the names and values of its attributes; 0 for none."""
    return sum(len(name.encode()) + _value_size(value) for name, value in (item or {}).items())


def get(item: Item | None, *, consistent: bool) -> Units:
    """Return the units of GetItem; an item that is not there costs like a small one."""
    return Units(read=_reads(item_size(item)) * (1.0 if consistent else 0.5))


def query(items: Iterable[Item], *, consistent: bool) -> Units:
    """Return the units of one page of Query: the sizes are summed before they are rounded up."""
    return Units(read=_reads(sum(map(item_size, items))) * (1.0 if consistent else 0.5))


def write(before: Item | None, after: Item | None) -> Units:
    """Return the units of PutItem, UpdateItem or DeleteItem: of the larger of what was and what is.

    For a failed condition `after` is `before`.
    """
    return Units(write=float(_writes(max(item_size(before), item_size(after)))))


def transaction(changes: Iterable[tuple[Item | None, Item | None]]) -> Units:
    """Return the units of TransactWriteItems: each item is written twice, to prepare and to commit."""
    return Units(write=sum(2 * write(before, after).write for before, after in changes))


def transactional_get(items: Iterable[Item | None]) -> Units:
    """Return the units of TransactGetItems: each item is read twice."""
    return Units(read=sum(2.0 * _reads(item_size(item)) for item in items))


def _reads(size: int) -> int:
    return max(1, -(-size // _READ_BYTES))


def _writes(size: int) -> int:
    return max(1, -(-size // _WRITE_BYTES))


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return _number_size(content)
        case "BOOL" | "NULL":
            return 1
        case "SS":
            return sum(len(text.encode()) for text in content)
        case "BS":
            return sum(map(len, content))
        case "NS":
            return sum(map(_number_size, content))
        case "L":
            return _CONTAINER_BYTES + sum(1 + _value_size(element) for element in content)
        case "M":
            return _CONTAINER_BYTES + sum(
                1 + len(name.encode()) + _value_size(element) for name, element in content.items()
            )
    raise ValueError(f"{kind} is no type of DynamoDB")


def _number_size(text: str) -> int:
    """A byte for every two significant digits and one more, and one for a minus."""
    number = Decimal(text)
    if not number:
        return 1
    sign, digits, exponent = number.normalize(_EXACT).as_tuple()
    assert isinstance(exponent, int)
    odd = exponent % 2  # digits are stored in pairs that the decimal point does not part
    return (len(digits) + odd + 1) // 2 + 1 + sign
