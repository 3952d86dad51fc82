"""Reading metrics back: in order, each point once, a range of them, and few enough to draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import PageTokens
from lineal_contract.base import Page
from lineal_contract.chunks import Point
from lineal_contract.digests import json_digest
from lineal_contract.series import (
    MAX_POINTS,
    MetricPoint,
    MetricQuery,
    MetricSeries,
    RunSeries,
    Selection,
    SeriesQuery,
)

MOST_LOOKED_AT = 500_000
"""How many stored points one answer about many runs is made from; the rest is left to a next page."""
_ENDS = 2
_PER_BUCKET = 2
_PER_ODD_BUCKET = 5  # least, greatest, NaN, +Inf, -Inf


@dataclass(frozen=True)
class Reading:
    """What charts and people read of metrics."""

    runs: RunStore
    tokens: PageTokens

    def series(self, project: str, run_id: str, query: MetricQuery) -> MetricSeries:
        """Return a page of a metric's points by (step, timestamp), each once. Raises NotFoundError."""
        stored = self.runs.points(project, run_id, {query.key})
        if not stored:
            self._check_known(project, run_id, query.key)
        ordered = selected(stored, query)
        given = thinned(ordered, query.max_points)
        end = query.start + query.page_size
        return MetricSeries(
            key=query.key,
            points=_wire(given[query.start : end]),
            total=len(ordered),
            next=end if end < len(given) else None,
        )

    def many(self, project: str, query: SeriesQuery) -> Page[RunSeries]:
        """Return series of several runs, each thinned out. A page may end early where runs are long.

        Raises NotFoundError for a run that is not there, InvalidRequestError for a token of another query.
        """
        wanted = query.wanted
        scope = json_digest(["series", project, query.model_dump(mode="json", exclude={"page_token"})])
        first = self.tokens.open(scope, query.page_token) if query.page_token else 0
        if not (isinstance(first, int) and 0 <= first < len(wanted)):
            raise InvalidRequestError("the page token is not of this query")
        found: list[RunSeries] = []
        given = looked_at = 0
        for run_id, keys in _by_run(wanted[first:]):
            stored = self._stored(project, run_id, keys)
            looked_at += len(stored)
            for key in keys:
                series = _series(run_id, key, stored, query)
                if found and given + len(series.points) > MAX_POINTS:
                    return self._page(scope, found, first, len(wanted))
                found.append(series)
                given += len(series.points)
            if looked_at >= MOST_LOOKED_AT:
                break
        return self._page(scope, found, first, len(wanted))

    def _page(self, scope: str, found: list[RunSeries], first: int, count: int) -> Page[RunSeries]:
        behind = first + len(found)
        token = self.tokens.seal(scope, behind) if behind < count else None
        return Page(items=tuple(found), next_page_token=token)

    def _stored(self, project: str, run_id: str, keys: Sequence[str]) -> list[Point]:
        stored = self.runs.points(project, run_id, set(keys))
        if not stored:
            self.runs.get(project, run_id)
        return stored

    def _check_known(self, project: str, run_id: str, key: str) -> None:
        self.runs.get(project, run_id)
        raise NotFoundError(f"run {run_id} has no metric {key!r}")


def selected(points: Iterable[Point], selection: Selection) -> list[Point]:
    """Return the points of one key that are within the range, by (step, timestamp), each once."""
    low_step, high_step = _ends(selection.from_step, selection.to_step)
    low_time, high_time = _ends(selection.from_time, selection.to_time)
    once = {
        (p.step, p.timestamp, p.value.hex()): p
        for p in points
        if low_step <= p.step <= high_step and low_time <= p.timestamp <= high_time
    }
    return sorted(once.values(), key=lambda p: (p.step, p.timestamp))


def thinned(points: Sequence[Point], most: int | None) -> Sequence[Point]:
    """Return at most `most` points, at least 8, in their order, with the first, the last and all extremes.

    The buckets have equally many points, not equally many steps: one step far out would leave the others a
    single bucket.
    """
    if most is None or len(points) <= most:
        return points
    odd = not all(isfinite(p.value) for p in points)
    buckets = (most - _ENDS) // (_PER_ODD_BUCKET if odd else _PER_BUCKET)
    inner = range(1, len(points) - 1)
    kept = {0, len(points) - 1}
    for bucket in range(buckets):
        low, high = (1 + len(inner) * edge // buckets for edge in (bucket, bucket + 1))
        kept |= _remarkable(points, range(low, high))
    return [points[i] for i in sorted(kept)]


def _remarkable(points: Sequence[Point], bucket: range) -> set[int]:
    """Return the places of the least and the greatest number, and of the first of each that is none."""
    firsts: dict[str, int] = {}
    numbers = []
    for i in bucket:
        value = points[i].value
        if isfinite(value):
            numbers.append(i)
        else:
            firsts.setdefault(str(value), i)
    kept = set(firsts.values())
    if numbers:
        kept |= {min(numbers, key=lambda i: points[i].value), max(numbers, key=lambda i: points[i].value)}
    return kept


def _series(run_id: str, key: str, stored: Iterable[Point], query: SeriesQuery) -> RunSeries:
    ordered = selected((p for p in stored if p.key == key), query)
    points = thinned(ordered, query.max_points)
    return RunSeries(run_id=run_id, key=key, points=_wire(points), total=len(ordered))


def _by_run(wanted: Iterable[tuple[str, str]]) -> Iterable[tuple[str, list[str]]]:
    keys: dict[str, list[str]] = {}
    for run_id, key in wanted:
        keys.setdefault(run_id, []).append(key)
    return keys.items()


def _ends(low: int | None, high: int | None) -> tuple[float, float]:
    return (float("-inf") if low is None else low), (float("inf") if high is None else high)


def _wire(points: Iterable[Point]) -> tuple[MetricPoint, ...]:
    return tuple(MetricPoint(step=p.step, timestamp=p.timestamp, value=p.value) for p in points)
