"""Conditions decided for all runs of a block at once: the same answers as run by run, a column at a time.

An answer is two numbers that have a byte for each row: where a condition holds, and where it can be said
whether it does. And, or and not are then operations on whole numbers.
"""

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import compress, repeat

from functions.core.runs.blocks import Part
from functions.core.runs.columns import Block, Column
from functions.core.runs.conditions import (
    All,
    Among,
    Compared,
    Condition,
    Not,
    Present,
    Test,
    of_texts,
)
from functions.core.runs.fields import Field
from functions.core.runs.search import Ordering
from functions.core.runs.values import COMPARATORS, any_of

_UNKNOWN, _NO, _YES = 0, 1, 3
_KNOWN_OF = bytes((0, 1, 0, 1)) + bytes(252)
_TRUE_OF = bytes((0, 0, 0, 1)) + bytes(252)
_DECIDED = bytes((_NO, _YES)) + bytes(254)
_BYTE = 256
_FEW = 16
"""Where less than one row in so many is set, they are looked for one by one."""


@dataclass(frozen=True)
class Answer:
    """Where a condition holds, and where it can be said; of what holds it can be."""

    true: int
    known: int


def matching(
    block: Block,
    condition: Condition,
    hidden: Iterable[int] = (),
    within: Callable[[], Iterable[bool]] | None = None,
) -> Iterator[int]:
    """Yield the rows of a block that fit, the newest run first; `hidden` rows do not.

    `within` says of each row whether it is of interest; it is asked where many rows fit.
    """
    mask = bytearray(_decide(block, condition).true.to_bytes(block.rows, "little"))
    for row in hidden:
        mask[row] = 0
    if within is not None and mask.count(1) * _FEW > len(mask):
        both = _number(mask) & _mask(within())
        mask = bytearray(both.to_bytes(block.rows, "little"))
    return _rows(mask)


def _rows(mask: bytearray) -> Iterator[int]:
    """Yield where a mask is set, from its end."""
    if mask.count(1) * _FEW < len(mask):
        row = len(mask)
        while (row := mask.rfind(1, 0, row)) >= 0:
            yield row
    else:
        mask.reverse()
        yield from compress(range(len(mask) - 1, -1, -1), mask)


def needed(block: Block, condition: Condition, orderings: Iterable[Ordering]) -> Iterator[Part]:
    """Yield the parts of a block that deciding a condition, and the order, will read."""
    match condition:
        case All(conditions):
            for each in conditions:
                yield from needed(block, each, ())
        case Not(inner):
            yield from needed(block, inner, ())
        case Present(field):
            yield from _parts(block, field, as_numbers=True)
        case Compared(field) | Among(field):
            yield from _parts(block, field, as_numbers=_is_of_numbers(condition))
    for ordering in orderings:
        yield from _parts(block, ordering.field, as_numbers=True)


def _parts(block: Block, field: object, *, as_numbers: bool) -> Iterable[Part]:
    column = column_of(block, field)
    return column.parts(as_numbers=as_numbers) if column else ()


def column_of(block: Block, field: object) -> Column | None:
    """Return the column of a field of runs; None where no run has a value."""
    if not isinstance(field, Field):
        raise TypeError("blocks have the fields of runs alone")
    return block.column(field)


def _decide(block: Block, condition: Condition) -> Answer:
    match condition:
        case All(conditions):
            return _all(block, [_decide(block, each) for each in conditions])
        case Not(inner):
            answer = _decide(block, inner)
            return Answer(answer.known ^ answer.true, answer.known)
        case Present(field):
            column, everywhere = column_of(block, field), _everywhere(block)
            return Answer(_present(column) if column else 0, everywhere)
        case Compared(field) | Among(field):
            column = column_of(block, field)
            return _tested(condition, column) if column else Answer(0, 0)
    raise TypeError(f"{condition} is no condition on runs")


def _all(block: Block, answers: Iterable[Answer]) -> Answer:
    true, false = _everywhere(block), 0
    for answer in answers:
        true &= answer.true
        false |= answer.known ^ answer.true
    return Answer(true, true | false)


def _everywhere(block: Block) -> int:
    return int.from_bytes(b"\1" * block.rows, "little")


def _present(column: Column) -> int:
    if not column.is_numeric:
        return _looked_up(column, bytes(bool(entry) and _YES for entry in column.texts.entries)).true
    if column.is_finite:
        return _mask(repeat(True, len(column.numbers)))
    return _mask(map(operator.eq, column.numbers, column.numbers))


def _tested(test: Test, column: Column) -> Answer:
    """Decide it number by number where both sides are numbers, else once for each entry."""
    if isinstance(test, Compared) and column.is_numeric and _is_of_numbers(test):
        numbers, known = column.numbers, _present(column)
        return Answer(_mask(map(COMPARATORS[test.operator], numbers, repeat(test.wanted))) & known, known)
    if (lines := column.texts.lines) is not None and (decided := of_texts(test, lines)) is not None:
        return _looked_up(column, bytes((_UNKNOWN,)) + bytes(decided).translate(_DECIDED))
    results = (any_of(map(test.holds, entry)) for entry in column.texts.entries)
    return _looked_up(column, bytes(_UNKNOWN if r is None else _YES if r else _NO for r in results))


def _is_of_numbers(test: Test) -> bool:
    return isinstance(test, Compared) and test.operator in COMPARATORS and isinstance(test.wanted, float)


def _looked_up(column: Column, results: bytes) -> Answer:
    """Return the answer to each row from the results for the entries."""
    codes = column.texts.codes
    if isinstance(codes, bytes):
        found = codes.translate(results.ljust(_BYTE, b"\0"))
    else:
        found = bytes(map(results.__getitem__, codes))
    return Answer(_number(found.translate(_TRUE_OF)), _number(found.translate(_KNOWN_OF)))


def _mask(results: Iterable[bool]) -> int:
    return _number(bytes(results))


def _number(mask: bytes | bytearray) -> int:
    return int.from_bytes(mask, "little")
