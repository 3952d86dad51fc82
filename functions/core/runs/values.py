"""How the values that searches meet compare, and what they rank by: numbers, texts, and what is missing."""

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Value = str | float
Rank = tuple[Any, ...]

COMPARATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MISSING: Rank = (2,)
"""The rank of what is not there: behind everything, in either direction."""


def holds(operator: str, found: Value, wanted: Value) -> bool | None:
    """Say whether a value compares, by a comparator, LIKE or ILIKE; None where that cannot be said."""
    if operator in COMPARATORS:
        pair = _pair(found, wanted)
        return None if pair is None else COMPARATORS[operator](*pair)
    fold = str.casefold if operator == "ILIKE" else str
    return like(fold(_as_text(found)), fold(_as_text(wanted)))


def like(text: str, pattern: str) -> bool:
    """Say whether `text` fits a LIKE pattern: `%` any characters, `_` one. In time |text| x |pattern|."""
    at = resume = 0
    star = -1
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "%":
            star, resume, at = at, position, at + 1
        elif at < len(pattern) and pattern[at] in ("_", text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return set(pattern[at:]) <= {"%"}


def liker(pattern: str) -> Callable[[str], bool]:
    """Return what says of a text whether it fits a LIKE pattern, made for many texts."""
    if "_" in pattern:
        return lambda text: like(text, pattern)
    begins, *middle = pattern.split("%")
    if not middle:
        return lambda text: text == begins
    *inner, ends = middle
    pieces = [piece for piece in inner if piece]
    if pieces == [pattern.strip("%")] and not begins + ends:
        return lambda text: pieces[0] in text
    return lambda text: _has(text, begins, pieces, ends)


def _has(text: str, begins: str, pieces: Iterable[str], ends: str) -> bool:
    """Say whether a text has its ends, and in between some pieces in order."""
    at, end = len(begins), len(text) - len(ends)
    if at > end or not (text.startswith(begins) and text.endswith(ends)):
        return False
    for piece in pieces:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def rank(values: Sequence[Value], descending: bool) -> Rank:
    """Return what to sort by: numbers, texts, then nothing. Of several values the first counts."""
    return min((_rank(value, descending) for value in values), default=MISSING)


def _rank(value: Value, descending: bool) -> Rank:
    try:
        number = float(value)
    except ValueError:
        return (1, (*(-ord(c) for c in str(value)), 1) if descending else str(value))
    return MISSING if math.isnan(number) else (0, -number if descending else number)


def as_rank(position: Any) -> Any:
    """Return a rank as it was before it was JSON, where tuples become lists."""
    return tuple(map(as_rank, position)) if isinstance(position, list) else position


def all_of(results: Iterable[bool | None]) -> bool | None:
    """And, in three values: one no decides, else one doubt does."""
    doubt = False
    for result in results:
        if result is False:
            return False
        doubt |= result is None
    return None if doubt else True


def any_of(results: Iterable[bool | None]) -> bool | None:
    """Whether it holds for one of the values that something has; None where it can be said for none."""
    known = [result for result in results if result is not None]
    return any(known) if known else None


def _as_text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _pair(found: Value, wanted: Value) -> tuple[Any, Any] | None:
    """Both as numbers or both as texts; None where a text is held against a number and is none."""
    if isinstance(found, str) and isinstance(wanted, str):
        return found, wanted
    try:
        return float(found), float(wanted)
    except ValueError:
        return None
