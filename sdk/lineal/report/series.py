"""Curves as they are drawn: which belong into one chart, and which of their points are shown."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lineal_contract.runs import MetricPoint

BUCKETS = 400
_SPLITS = "train|training|val|valid|validation|test|testing|eval|evaluation|dev|holdout"
_BEFORE = re.compile(rf"^(?:{_SPLITS})[/_.-]+(?=.)", re.IGNORECASE)
_BEHIND = re.compile(rf"(?<=.)[/_.-]+(?:{_SPLITS})$", re.IGNORECASE)


@dataclass(frozen=True)
class Curve:
    """The points of one metric that are shown, and how many there are and are no finite numbers."""

    key: str
    points: tuple[tuple[float, float], ...]
    count: int
    not_finite: int


def curve(key: str, points: Sequence[MetricPoint]) -> Curve:
    """Return a curve over the steps, or over seconds from its start where all points have the same step."""
    timed = len({p.step for p in points}) < 2 < len(points)
    start = min((p.timestamp for p in points), default=0)
    placed = [((p.timestamp - start) / 1000 if timed else p.step, p.value) for p in points]
    finite = [(x, y) for x, y in placed if math.isfinite(y)]
    return Curve(key, tuple(thinned(finite)), len(points), len(points) - len(finite))


def thinned(points: Sequence[tuple[float, float]], buckets: int = BUCKETS) -> list[tuple[float, float]]:
    """Return at most four points a bucket: the first, the least, the greatest and the last stay."""
    if len(points) <= 2 * buckets:
        return list(points)
    size = len(points) / buckets
    kept: list[tuple[float, float]] = []
    for number in range(buckets):
        low, high = round(number * size), round((number + 1) * size)
        bucket = range(low, high)
        least = min(bucket, key=lambda i: points[i][1])
        greatest = max(bucket, key=lambda i: points[i][1])
        kept += [points[i] for i in sorted({low, least, greatest, high - 1})]
    return kept


def base_name(key: str) -> str:
    """Return a metric's name without what says on which split of the data it was measured."""
    return _BEHIND.sub("", _BEFORE.sub("", key, count=1), count=1)


def charts(curves: Iterable[Curve]) -> dict[str, list[Curve]]:
    """Return curves by chart: training and validation of one metric are in one."""
    found: dict[str, list[Curve]] = {}
    for each in curves:
        found.setdefault(base_name(each.key), []).append(each)
    return found
