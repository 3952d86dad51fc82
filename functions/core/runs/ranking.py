"""The first runs of a block in some order, behind a position; few of them are looked at one by one."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from heapq import nsmallest
from itertools import islice, repeat
from math import inf
from operator import le, neg
from typing import Any

from functions.core.runs.columns import Block, Column
from functions.core.runs.scanning import column_of
from functions.core.runs.search import Ordering, newest_first
from functions.core.runs.values import MISSING, Rank, rank

_NUMBER = 0


class Keys:
    """What the rows of a block rank by in one field: keys that compare as the ranks do, of each row."""

    def __init__(self, of: Sequence[Any], ranks: Sequence[Rank] | None) -> None:
        self.of, self._ranks = of, ranks

    def rank(self, row: int) -> Rank:
        """Return the rank of a row."""
        key: Any = self.of[row]
        if self._ranks is not None:
            found: Rank = self._ranks[key]
            return found
        return MISSING if key == inf else (_NUMBER, key)

    def floor(self, wanted: Rank) -> Any:
        """Return a key that no row with a smaller rank has, and every other row has, or a larger one."""
        if self._ranks is not None:
            return bisect_left(self._ranks, wanted)
        return wanted[1] if wanted[0] == _NUMBER else inf

    def ceiling(self, wanted: Rank) -> Any:
        """Return a key that every row with a larger rank has more than, and no other row has."""
        if self._ranks is not None:
            return bisect_right(self._ranks, wanted) - 1
        return wanted[1] if wanted[0] == _NUMBER else inf


def keys(block: Block, ordering: Ordering) -> Keys:
    """Return what a block's rows rank by in a field."""
    column = column_of(block, ordering.field)
    if column is None:
        return Keys(bytes(block.rows), [MISSING])
    kept: dict[bool, Keys] = column.keys
    if ordering.descending not in kept:
        kept[ordering.descending] = _keys(column, ordering.descending)
    return kept[ordering.descending]


def _keys(column: Column, descending: bool) -> Keys:
    if column.is_numeric:
        numbers = column.numbers
        if column.is_finite:
            return Keys(array("d", map(neg, numbers)) if descending else numbers, None)
        if inf not in numbers and -inf not in numbers:
            signed = array("d", (-n for n in numbers)) if descending else numbers
            return Keys(array("d", (n if n == n else inf for n in signed)), None)
    ranks = [rank(entry, descending) for entry in column.texts.entries]
    distinct = sorted(set(ranks))
    places = {each: at for at, each in enumerate(distinct)}
    by_entry = [places[each] for each in ranks]
    return Keys(array("I", map(by_entry.__getitem__, column.texts.codes)), distinct)


def not_behind(block: Block, ordering: Ordering, last: Rank) -> Iterable[bool]:
    """Say of each row whether its rank in a field is `last` or before it."""
    by = keys(block, ordering)
    return map(le, by.of, repeat(by.ceiling(last)))


def first(
    block: Block, rows: Iterable[int], orderings: Sequence[Ordering], after: Rank | None, most: int
) -> list[tuple[Rank, int]]:
    """Return the first of some rows in an order, at most so many, with their positions, behind `after`.

    `rows` come with the newest run first, which is the order among equals.
    """
    columns = [keys(block, ordering) for ordering in orderings]

    @cache
    def position(row: int) -> Rank:
        return (*(column.rank(row) for column in columns), newest_first(block.run_id(row)))

    if columns:
        following = rows if after is None else _following(rows, columns[0], after, position)
        best: Iterable[int] = _least(following, columns, most)
    else:
        best = islice((row for row in rows if after is None or position(row) > after), most)
    return [(position(row), row) for row in best]


def _following(rows: Iterable[int], leading: Keys, after: Rank, position: Callable[[int], Rank]) -> list[int]:
    """Return the rows behind a position; only those that the leading field leaves open are ranked whole."""
    key, floor = leading.of, leading.floor(after[0])
    return [row for row in rows if key[row] > floor or (key[row] == floor and position(row) > after)]


def _least(rows: Iterable[int], columns: Sequence[Keys], most: int) -> list[int]:
    """Return the first rows by some fields; by all of them only those are compared that may be among them."""
    key = columns[0].of
    if len(columns) == 1:
        return nsmallest(most, rows, key=key.__getitem__)
    found = list(rows)
    leading = nsmallest(most, map(key.__getitem__, found))
    tied = [row for row in found if leading and key[row] <= leading[-1]]
    of = [column.of for column in columns]
    return nsmallest(most, tied, key=lambda row: [key[row] for key in of])
