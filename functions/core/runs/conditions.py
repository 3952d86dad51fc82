"""Conditions as filters state them, three-valued like SQL; of one record each by itself.

What they consist of is plain to see, so that `scanning` can decide them for whole columns at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Protocol

from functions.core.runs.values import COMPARATORS, Value, all_of, any_of, holds, liker


class Readable(Protocol):
    """A field of some kind of record."""

    @property
    def namespace(self) -> str:
        """Which kind of field it is."""

    @property
    def key(self) -> str:
        """Its name among those."""

    def values(self, record: Any, /) -> list[Value]:
        """Return what a record has there."""


class Condition(Protocol):
    """Whether a record fits: yes, no, or None where it cannot be said."""

    def __call__(self, record: Any, /) -> bool | None:
        """Decide it for one record."""


@dataclass(frozen=True)
class Compared:
    """A comparator, LIKE or ILIKE, on one of the values of a field."""

    field: Readable
    operator: str
    wanted: Value

    def __call__(self, record: Any, /) -> bool | None:
        return any_of(map(self.holds, self.field.values(record)))

    def holds(self, found: Value) -> bool | None:
        """Decide it for one value."""
        return holds(self.operator, found, self.wanted)


@dataclass(frozen=True)
class Among:
    """One of the values of a field is one of some values."""

    field: Readable
    wanted: tuple[Value, ...]

    def __call__(self, record: Any, /) -> bool | None:
        return any_of(map(self.holds, self.field.values(record)))

    def holds(self, found: Value) -> bool:
        """Decide it for one value."""
        return any(holds("=", found, value) for value in self.wanted)


@dataclass(frozen=True)
class Present:
    """A field has a value."""

    field: Readable

    def __call__(self, record: Any, /) -> bool:
        return bool(self.field.values(record))


@dataclass(frozen=True)
class Not:
    """A doubt stays a doubt."""

    inner: Condition

    def __call__(self, record: Any, /) -> bool | None:
        result = self.inner(record)
        return None if result is None else not result


@dataclass(frozen=True)
class All:
    """One no decides, else one doubt does; of none at all it holds."""

    conditions: tuple[Condition, ...] = ()

    def __call__(self, record: Any, /) -> bool | None:
        return all_of(condition(record) for condition in self.conditions)


def either(*conditions: Condition) -> Condition:
    """Or: not that none of them holds."""
    return Not(All(tuple(map(Not, conditions))))


ALWAYS = All()
"""What an empty filter states."""
Test = Compared | Among


def of_texts(test: Test, texts: Iterable[str]) -> Iterable[bool] | None:
    """Decide a test for many texts, quickly; None where it is not one of texts alone."""
    if isinstance(test, Among):
        every = all(isinstance(value, str) for value in test.wanted)
        return map(frozenset(test.wanted).__contains__, texts) if every else None
    if not isinstance(test.wanted, str):
        return None
    if test.operator in COMPARATORS:
        return map(COMPARATORS[test.operator], texts, repeat(test.wanted))
    fold = test.operator == "ILIKE"
    pattern = test.wanted.casefold() if fold else test.wanted
    return map(liker(pattern), map(str.casefold, texts) if fold else texts)
