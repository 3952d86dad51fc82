"""Blocks: what may be asked of many runs, column by column, written once and never changed.

A block begins with a head: JSON under zlib that says which columns there are and where their parts lie
behind it, so that a reader fetches no others. Rows are in order of their run ids, which sort by time.

A column is of numbers (float64, NaN where a run has none), or of texts: what stands in a row is a number
of an entry, entry 0 is nothing, and an entry is a list, since a run has many datasets. Where each entry is
one text, they are lines, which are read much faster than JSON. Where every text of a column is a number, the
numbers are there as well. A column that few runs have tells which rows they are.
"""

import json
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from functions.core.runs.fields import Field
from functions.core.runs.values import Value, rank

ID_BYTES = 16
_SPARSE = 8
"""A column that less than one run in so many has is written with its rows."""
LINE = "\n"
"""What is between texts that are written as lines."""
_RAW, _DEFLATED = b"\0", b"\1"
_KINDS = {1: "B", 2: "H", 4: "I"}

Part = tuple[int, int]
"""Where a part lies behind the head, and its length."""


@dataclass(frozen=True)
class Row:
    """A run as it goes into a block: its values by field."""

    run_id: str
    values: Mapping[Field, Sequence[Value]]


@dataclass(frozen=True)
class Head:
    """What a block has: its ids, and the parts of its columns by name."""

    rows: int
    ids: Part
    columns: Mapping[Field, Mapping[str, Part]]

    @classmethod
    def read(cls, packed: bytes) -> "Head":
        """Return the head that a block begins with."""
        found = json.loads(zlib.decompress(packed))
        columns = {
            Field(namespace, key): {name: (at, length) for name, (at, length) in parts.items()}
            for namespace, key, parts in found["columns"]
        }
        return cls(found["rows"], tuple(found["ids"]), columns)


def written(rows: Iterable[Row]) -> tuple[bytes, int]:
    """Return a block, and the length of its head. No two rows are of one run."""
    ordered = sorted(rows, key=lambda row: row.run_id)
    body = _Body()
    # As they are: half of each is random, and every search reads them.
    ids = body.add(b"".join(bytes.fromhex(row.run_id) for row in ordered), packs=False)
    cells: defaultdict[Field, dict[int, Sequence[Value]]] = defaultdict(dict)
    for at, row in enumerate(ordered):
        for field, values in row.values.items():
            if values:
                cells[field][at] = values
    columns = [(f.namespace, f.key, _column(body, found, len(ordered))) for f, found in cells.items()]
    told = {"rows": len(ordered), "ids": ids, "columns": columns}
    head = zlib.compress(json.dumps(told, separators=(",", ":")).encode())
    return head + body.data, len(head)


class _Body:
    def __init__(self) -> None:
        self.data = bytearray()

    def add(self, plain: bytes, *, packs: bool = True) -> Part:
        """Append a part; one that hardly gets shorter stays as it is, since that is read fastest."""
        packed = zlib.compress(plain, 1) if packs else plain
        shorter = len(packed) < len(plain) * 3 // 4
        at = len(self.data)
        self.data += _DEFLATED + packed if shorter else _RAW + plain
        return at, len(self.data) - at


def plain(part: bytes) -> bytes:
    """Return what was written as a part."""
    return zlib.decompress(part[1:]) if part[:1] == _DEFLATED else part[1:]


def _column(body: _Body, cells: Mapping[int, Sequence[Value]], rows: int) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    if len(cells) * _SPARSE < rows:
        parts["rows"] = body.add(array("I", cells).tobytes())
        laid: list[Sequence[Value]] = list(cells.values())
    else:
        laid = [cells.get(at, ()) for at in range(rows)]
    numbers = _numbers(laid)
    if numbers is not None:
        parts["numbers"] = body.add(numbers.tobytes())
    if numbers is None or any(isinstance(value, str) for values in laid for value in values):
        parts |= _texts(body, laid)
    return parts


def _numbers(laid: Iterable[Sequence[Value]]) -> "array[float] | None":
    """Return what stands in each row as a number; None where something is no number, or is several."""
    numbers = array("d")
    for values in laid:
        ranked = rank(values, descending=False)
        if len(values) > 1 or (values and ranked[0] != 0):
            return None
        numbers.append(ranked[1] if values else nan)
    return numbers


def _texts(body: _Body, laid: Iterable[Sequence[Value]]) -> dict[str, Part]:
    known: dict[tuple[Value, ...], int] = {(): 0}
    codes = [known.setdefault(tuple(values), len(known)) for values in laid]
    entries = _lines([*known][1:]) or {"entries": json.dumps([*known], separators=(",", ":")).encode()}
    width = 1 if len(known) <= 0x100 else 2 if len(known) <= 0x10000 else 4
    coded = array(_KINDS[width], codes).tobytes()
    return {name: body.add(data) for name, data in (*entries.items(), (f"codes{width}", coded))}


def _lines(entries: Sequence[Sequence[Value]]) -> dict[str, bytes]:
    """Return entries as lines, if each is one text of one line."""
    texts = [value for entry in entries for value in entry if isinstance(value, str) and LINE not in value]
    alone = all(len(entry) == 1 for entry in entries) and len(texts) == len(entries)
    return {"lines": LINE.join(texts).encode()} if alone and texts else {}


def spread(numbers: "array[Any]", at: "array[int] | None", rows: int, missing: Any) -> "array[Any]":
    """Return a column over all rows, from what some of them have."""
    if at is None:
        return numbers
    whole = array(numbers.typecode, [missing]) * rows
    for row, number in zip(at, numbers, strict=True):
        whole[row] = number
    return whole


def read_array(kind: str, part: bytes) -> "array[Any]":
    """Return the numbers of a part."""
    numbers = array(kind)
    numbers.frombytes(plain(part))
    return numbers


def codes_kind(parts: Mapping[str, Part]) -> tuple[str, str]:
    """Return the name of the part with the numbers of entries, and how wide they are."""
    return next((name, _KINDS[width]) for width in _KINDS if (name := f"codes{width}") in parts)
