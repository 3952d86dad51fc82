"""Curves as they are drawn, and which of them belong into one chart."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lineal_contract.series import RunSeries

_SPLITS = "train|training|val|valid|validation|test|testing|eval|evaluation|dev|holdout"
_BEFORE = re.compile(rf"^(?:{_SPLITS})[/_.-]+(?=.)", re.IGNORECASE)
_BEHIND = re.compile(rf"(?<=.)[/_.-]+(?:{_SPLITS})$", re.IGNORECASE)


@dataclass(frozen=True)
class Curve:
    """The points of one metric that are shown, how many there are, and how many are no finite numbers.

    Where the series was `thinned`, at least so many are not.
    """

    key: str
    points: tuple[tuple[float, float], ...]
    count: int
    not_finite: int
    thinned: bool = False


def curve(series: RunSeries) -> Curve:
    """Return a curve over the steps, or over seconds from its start where all points have the same step."""
    points = series.points
    timed = len({p.step for p in points}) < 2 < len(points)
    start = min((p.timestamp for p in points), default=0)
    placed = [((p.timestamp - start) / 1000 if timed else p.step, p.value) for p in points]
    finite = tuple((x, y) for x, y in placed if math.isfinite(y))
    return Curve(series.key, finite, series.total, len(points) - len(finite), series.total > len(points))


def base_name(key: str) -> str:
    """Return a metric's name without what says on which split of the data it was measured."""
    return _BEHIND.sub("", _BEFORE.sub("", key, count=1), count=1)


def charts(curves: Iterable[Curve]) -> dict[str, list[Curve]]:
    """Return curves by chart: training and validation of one metric are in one."""
    found: dict[str, list[Curve]] = {}
    for each in curves:
        found.setdefault(base_name(each.key), []).append(each)
    return found
