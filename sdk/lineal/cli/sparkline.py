"""A curve in one line of text."""

import math
from collections.abc import Sequence
from itertools import pairwise

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int) -> str:
    """Return at most `width` bars, each the mean of equally many values; a gap is where nothing is finite."""
    columns = min(width, len(values))
    edges = [len(values) * column // columns for column in range(columns + 1)] if columns else [0]
    means = [_mean(values[low:high]) for low, high in pairwise(edges)]
    finite = [mean for mean in means if mean is not None]
    if not finite:
        return " " * columns
    low, high = min(finite), max(finite)
    return "".join(" " if mean is None else _bar(mean, low, high) for mean in means)


def _mean(values: Sequence[float]) -> float | None:
    finite = [value for value in values if math.isfinite(value)]
    return sum(value / len(finite) for value in finite) if finite else None


def _bar(value: float, low: float, high: float) -> str:
    """Return a bar by height; halves, since the span of two floats may be no float."""
    span = high / 2 - low / 2
    share = (value / 2 - low / 2) / span if span else 0.0
    return _BARS[round(share * (len(_BARS) - 1))]
