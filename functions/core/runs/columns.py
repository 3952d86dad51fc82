"""One block as a search reads it: the columns that it asks for, fetched once and then kept."""

import json
from array import array
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import Any

from functions.core.runs.blocks import (
    ID_BYTES,
    LINE,
    Head,
    Part,
    Row,
    codes_kind,
    plain,
    read_array,
    spread,
)
from functions.core.runs.fields import Field
from functions.core.runs.values import Value

_TEXTS = frozenset({"entries", "lines", "codes1", "codes2", "codes4"})
"""Names of the parts of a column that are its texts."""

Fetch = Callable[[Sequence[Part]], Sequence[bytes]]
"""Reads parts of a block."""


@dataclass(frozen=True)
class Texts:
    """What stands in each row, as the number of an entry; entry 0 is nothing.

    `lines` are the entries behind it, where each of them is one text.
    """

    codes: "bytes | array[int]"
    lines: Sequence[str] | None
    several: Sequence[Sequence[Value]] = ()

    @cached_property
    def entries(self) -> Sequence[Sequence[Value]]:
        """Return what each entry has."""
        return self.several if self.lines is None else [(), *((line,) for line in self.lines)]


class Column:
    """A column of a block; `numbers` is None where it has something else."""

    def __init__(self, block: "Block", parts: dict[str, Part]) -> None:
        self._block, self._parts = block, parts
        self.keys: dict[bool, Any] = {}
        """What `ranking` puts its rows in order by, ascending and descending, once it was asked to."""

    @property
    def is_numeric(self) -> bool:
        """Whether everything in it is a number, or a text that reads as one."""
        return "numbers" in self._parts

    @property
    def is_text(self) -> bool:
        """Whether it has texts."""
        return not _TEXTS.isdisjoint(self._parts)

    @cached_property
    def numbers(self) -> "array[float]":
        """Each row's number, NaN where it has none."""
        return spread(read_array("d", self._part("numbers")), self._rows, self._block.rows, nan)

    @cached_property
    def is_finite(self) -> bool:
        """Whether every row has a number, and none that is infinite; in doubt it is not."""
        return isfinite(sum(self.numbers))

    @cached_property
    def texts(self) -> Texts:
        """Each row's entry."""
        if not self.is_text:
            known = {"": 0}  # by how they are written: -0.0 is another text than 0.0
            found = [known.setdefault(repr(n) if n == n else "", len(known)) for n in self.numbers]
            return Texts(array("I", found), None, [[float(text)] if text else [] for text in known])
        name, kind = codes_kind(self._parts)
        codes = spread(read_array(kind, self._part(name)), self._rows, self._block.rows, 0)
        packed = codes.tobytes() if kind == "B" else codes
        if "lines" in self._parts:
            return Texts(packed, plain(self._part("lines")).decode().split(LINE))
        return Texts(packed, None, json.loads(plain(self._part("entries"))))

    def cells(self) -> Iterator[tuple[int, Sequence[Value]]]:
        """Yield the rows that have something, and what."""
        rows = range(self._block.rows) if self._rows is None else self._rows
        for row in rows:
            if values := self._values(row):
                yield row, values

    def _values(self, row: int) -> Sequence[Value]:
        if self.is_text:
            return self.texts.entries[self.texts.codes[row]]
        number = self.numbers[row]
        return (number,) if number == number else ()

    def parts(self, *, as_numbers: bool) -> Iterable[Part]:
        """Yield the parts that reading it takes."""
        unread: Set[str] = frozenset()
        if as_numbers and self.is_numeric:
            unread = _TEXTS
        elif self.is_text:
            unread = {"numbers"}
        yield from (part for name, part in self._parts.items() if name not in unread)

    @cached_property
    def _rows(self) -> "array[int] | None":
        return read_array("I", self._part("rows")) if "rows" in self._parts else None

    def _part(self, name: str) -> bytes:
        return self._block.part(self._parts[name])


class Block:
    """The columns of a block. What was fetched stays: a block never changes."""

    def __init__(self, head: Head, fetch: Fetch) -> None:
        self._head, self._fetch = head, fetch
        self._fetched: dict[Part, bytes] = {}
        self._columns: dict[Field, Column] = {}

    @property
    def rows(self) -> int:
        """How many runs it has."""
        return self._head.rows

    @property
    def fields(self) -> Iterable[Field]:
        """What its runs have."""
        return self._head.columns

    def column(self, field: Field) -> Column | None:
        """Return a column; None where no run has a value."""
        parts = self._head.columns.get(field)
        if parts is None:
            return None
        return self._columns.setdefault(field, Column(self, dict(parts)))

    def load(self, parts: Iterable[Part]) -> None:
        """Fetch parts at once, that are not here yet, and the ids, without which no run is found."""
        wanted = [part for part in {*parts, self._head.ids} if part not in self._fetched]
        self._fetched.update(zip(wanted, self._fetch(wanted), strict=True))

    def part(self, at: Part) -> bytes:
        """Return a part."""
        if at not in self._fetched:
            self.load([at])
        return self._fetched[at]

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return 3 * sum(map(len, self._fetched.values()))

    @cached_property
    def _ids(self) -> bytes:
        return plain(self.part(self._head.ids))

    def _id(self, row: int) -> bytes:
        return self._ids[row * ID_BYTES : (row + 1) * ID_BYTES]

    def run_id(self, row: int) -> str:
        """Return the run of a row."""
        return self._id(row).hex()

    def behind(self, run_id: str) -> int:
        """Return how many rows are of runs with smaller ids."""
        return bisect_left(range(self.rows), bytes.fromhex(run_id), key=self._id)

    def row(self, run_id: str) -> int | None:
        """Return the row of a run."""
        row = self.behind(run_id)
        return row if row < self.rows and self.run_id(row) == run_id else None

    def all_rows(self, hidden: Container[int]) -> list[Row]:
        """Return what the runs have, but for hidden rows; it takes as long as there are values."""
        found: list[dict[Field, Sequence[Value]]] = [{} for _ in range(self.rows)]
        self.load(part for parts in self._head.columns.values() for part in parts.values())
        for field in self.fields:
            column = self.column(field)
            for row, values in column.cells() if column else ():
                found[row][field] = values
        return [Row(self.run_id(row), values) for row, values in enumerate(found) if row not in hidden]
