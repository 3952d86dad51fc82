"""One column at a glance, from batches: counts, range, moments, frequent values, histogram."""

import math
from collections import Counter
from typing import Any

from lineal.data.profiling.tables import Column, Values
from lineal_contract.profiles import (
    HISTOGRAM_BINS,
    MAX_DISTINCT,
    MAX_VALUE_CHARS,
    TOP_VALUES,
    ColumnProfile,
    ColumnType,
    Histogram,
    ValueCount,
)

_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATETIME)
_CATEGORIES = (ColumnType.STRING, ColumnType.BOOLEAN)


class ColumnFigures:
    """What is known of a column so far. Memory is bounded whatever the number of rows and values."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._count = self._nulls = self._nan = self._infinite = self._finite = 0
        self._minimum, self._maximum = math.inf, -math.inf
        self._mean = self._squares = 0.0
        self._values: Counter[str] = Counter()
        self._too_many = False
        self._bins: Any = None

    def add(self, values: Values) -> None:
        """Take a batch: the first pass."""
        self._count += len(values.present)
        self._nulls += values.nulls
        if self._column.type in _NUMBERS:
            self._add_numbers(values.present)
        elif self._column.type in _CATEGORIES:
            self._add_categories([str(value)[:MAX_VALUE_CHARS] for value in values.present])
            lengths = [len(str(value)) for value in values.present]
            if lengths and self._column.type is ColumnType.STRING:
                self._widen(min(lengths), max(lengths))

    def _add_numbers(self, present: Any) -> None:
        import numpy

        numbers = present.astype(float)
        finite = numbers[numpy.isfinite(numbers)]
        self._nan += int(numpy.isnan(numbers).sum())
        self._infinite += int(numpy.isinf(numbers).sum())
        if not len(finite):
            return
        self._widen(float(finite.min()), float(finite.max()))
        with numpy.errstate(over="ignore", invalid="ignore"):  # an overflow leaves mean and deviation out
            self._merge(len(finite), float(finite.mean()), float(((finite - finite.mean()) ** 2).sum()))

    def _merge(self, count: int, mean: float, squares: float) -> None:
        """Add the moments of a batch, as Chan, Golub and LeVeque combine them."""
        together, apart = self._finite + count, mean - self._mean
        self._squares += squares + apart * apart * self._finite * count / together
        self._mean += apart * count / together
        self._finite = together

    def _widen(self, least: float, greatest: float) -> None:
        self._minimum, self._maximum = min(self._minimum, least), max(self._maximum, greatest)

    def _add_categories(self, values: list[str]) -> None:
        if not self._too_many:
            self._values.update(values)
        else:
            self._values.update(value for value in values if value in self._values)
        if len(self._values) > MAX_DISTINCT:
            self._too_many = True
            self._values = Counter(dict(self._values.most_common(MAX_DISTINCT)))

    def add_to_histogram(self, values: Values) -> None:
        """Take the same batch again: the second pass, when the range is known."""
        if self._column.type not in _NUMBERS or not self._has_range():
            return
        import numpy

        numbers = values.present.astype(float)
        finite = numbers[numpy.isfinite(numbers)]
        if self._minimum == self._maximum:
            counts = numpy.array([len(finite)])
        else:
            counts, _ = numpy.histogram(finite, HISTOGRAM_BINS, (self._minimum, self._maximum))
        self._bins = counts if self._bins is None else self._bins + counts

    def _has_range(self) -> bool:
        return self._finite > 0 and math.isfinite(self._maximum - self._minimum)

    def profile(self) -> ColumnProfile:
        """Return what was seen."""
        ranged = self._minimum <= self._maximum
        moments = self._finite > 0 and math.isfinite(self._mean) and math.isfinite(self._squares)
        return ColumnProfile(
            name=self._column.name,
            type=self._column.type,
            native_type=self._column.native_type,
            count=self._count,
            nulls=self._nulls,
            nan=self._nan,
            infinite=self._infinite,
            minimum=self._minimum if ranged else None,
            maximum=self._maximum if ranged else None,
            mean=self._mean if moments else None,
            deviation=math.sqrt(self._squares / self._finite) if moments else None,
            histogram=self._histogram(),
            top=tuple(ValueCount(value=v, count=c) for v, c in self._most_frequent()),
            distinct=None if self._too_many or self._column.type not in _CATEGORIES else len(self._values),
        )

    def _most_frequent(self) -> list[tuple[str, int]]:
        """The most frequent first, equally frequent ones by name, so that a copy has the same profile."""
        return sorted(self._values.items(), key=lambda item: (-item[1], item[0]))[:TOP_VALUES]

    def _histogram(self) -> Histogram | None:
        if self._bins is None:
            return None
        width = self._maximum - self._minimum
        bins = len(self._bins)
        inner = (self._minimum + width * at / bins for at in range(1, bins))
        edges = (self._minimum, *inner, self._maximum)
        return Histogram(edges=edges, counts=tuple(int(count) for count in self._bins))
