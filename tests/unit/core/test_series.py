"""Reading metrics: ranges, thinning that keeps what matters, and many runs at once."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.runs import series
from functions.core.runs.series import Reading, selected, thinned
from functions.core.runs.summarising import summarise
from lineal_contract import chunks
from lineal_contract.chunks import Point
from lineal_contract.series import MAX_POINTS, MIN_DOWNSAMPLED, MetricQuery, Selection, SeriesQuery
from tests import builders
from tests.builders import PROJECT
from tests.fakes.page_tokens import ClearPageTokens
from tests.fakes.runs import MemoryRuns

NAN, INF = math.nan, math.inf


def point(value: float, step: int, timestamp: int = 0, key: str = "mae") -> Point:
    return Point(key, step, timestamp, value)


def values(points: Sequence[Point]) -> list[str]:
    return [repr(p.value) for p in points]


class Shelf:
    """Runs in memory, and what reads them."""

    def __init__(self) -> None:
        self.runs = MemoryRuns()
        self.reading = Reading(self.runs, ClearPageTokens())
        self._seq = 0

    def run(self, number: int, *points: Point) -> str:
        run = builders.run(number, metrics={}, datasets=(), artifacts=())
        self.runs.create(run)
        self._seq += 1
        if points:
            self.runs.add_chunk(run, "0", self._seq, chunks.encode(points), summarise(points))
        return run.run_id


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_a_series_has_each_point_once_in_order(shelf: Shelf) -> None:
    logged = [
        point(2.0, 1),
        point(NAN, 0),
        point(-INF, -3),
        point(2.0, 1),
        point(NAN, 0),
        point(9.0, 0, key="b"),
    ]
    run_id = shelf.run(1, *logged)
    found = shelf.reading.series(PROJECT, run_id, MetricQuery(key="mae"))
    assert [(p.step, repr(p.value)) for p in found.points] == [(-3, "-inf"), (0, "nan"), (1, "2.0")]
    assert (found.total, found.next) == (3, None)


def test_an_unknown_run_or_metric_is_not_found(shelf: Shelf) -> None:
    run_id = shelf.run(1, point(1.0, 0))
    with pytest.raises(NotFoundError, match="no metric 'loss'"):
        shelf.reading.series(PROJECT, run_id, MetricQuery(key="loss"))
    with pytest.raises(NotFoundError, match="no run"):
        shelf.reading.series(PROJECT, "f" * 32, MetricQuery(key="mae"))


def test_a_series_comes_in_pages(shelf: Shelf) -> None:
    run_id = shelf.run(1, *(point(float(step), step) for step in range(5)))
    found: list[float] = []
    start: int | None = 0
    while start is not None:
        page = shelf.reading.series(PROJECT, run_id, MetricQuery(key="mae", start=start, page_size=2))
        found += [p.value for p in page.points]
        start = page.next
    assert found == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("ends", "steps"),
    [
        ({}, [-2, -1, 0, 1, 2]),
        ({"from_step": 0}, [0, 1, 2]),
        ({"to_step": -1}, [-2, -1]),
        ({"from_step": -1, "to_step": 1}, [-1, 0, 1]),
        ({"from_step": 1, "to_step": -1}, []),
        ({"from_time": 1_010}, [1, 2]),
        ({"to_time": 990, "from_step": -1}, [-1]),
    ],
    ids=str,
)
def test_a_range_has_both_its_ends(ends: dict[str, Any], steps: list[int]) -> None:
    points = [point(0.0, step, 1_000 + 10 * step) for step in (2, -2, 0, 1, -1)]
    assert [p.step for p in selected(points, Selection(**ends))] == steps


SERIES = st.lists(st.floats(), max_size=400).map(lambda all_: [point(v, i) for i, v in enumerate(all_)])


@given(SERIES, st.integers(MIN_DOWNSAMPLED, 120))
def test_thinning_keeps_ends_extremes_and_what_is_no_number(points: list[Point], most: int) -> None:
    kept = thinned(points, most)
    assert len(kept) <= most
    assert [p.step for p in kept] == sorted({p.step for p in kept})
    assert set(kept) <= set(points)
    if points:
        assert (kept[0], kept[-1]) == (points[0], points[-1])
    for odd in ("nan", "inf", "-inf"):
        assert (odd in values(kept)) == (odd in values(points))
    numbers = [p.value for p in points if math.isfinite(p.value)]
    kept_numbers = [p.value for p in kept if math.isfinite(p.value)]
    assert not numbers or (min(numbers), max(numbers)) == (min(kept_numbers), max(kept_numbers))


@given(SERIES, st.integers(MIN_DOWNSAMPLED, 500))
def test_what_is_short_enough_stays_whole(points: list[Point], most: int) -> None:
    if len(points) <= most:
        assert thinned(points, most) == points
    assert thinned(points, None) == points


def test_thinning_leaves_a_spike_in_each_part_of_a_long_series() -> None:
    flat = [point(0.0 if step % 1_000 else float(step), step) for step in range(100_000)]
    kept = {p.step for p in thinned(flat, 402)}
    assert len(kept) <= 402
    assert set(range(0, 100_000, 1_000)) <= kept


def test_thinning_uses_the_room_it_has() -> None:
    assert len(thinned([point(float(s % 7), s) for s in range(10_000)], 500)) >= 450


def many(
    shelf: Shelf, runs: Sequence[str], keys: Sequence[str], **selected: object
) -> list[tuple[str, str, list[float]]]:
    found = []
    query = SeriesQuery.of(runs, keys, **selected)
    while True:
        page = shelf.reading.many(PROJECT, query)
        found += [(s.run_id, s.key, [p.value for p in s.points]) for s in page.items]
        if page.next_page_token is None:
            return found
        query = query.model_copy(update={"page_token": page.next_page_token})


def test_many_runs_are_read_at_once(shelf: Shelf) -> None:
    a = shelf.run(1, point(1.0, 0), point(2.0, 0, key="b"))
    b = shelf.run(2, point(3.0, 0))
    assert many(shelf, [b, a], ["mae", "b"]) == [
        (b, "mae", [3.0]), (b, "b", []), (a, "mae", [1.0]), (a, "b", [2.0]),
    ]  # fmt: skip
    with pytest.raises(NotFoundError):
        many(shelf, [a, "f" * 32], ["mae"])


@pytest.mark.parametrize(("points", "looked_at"), [(7, 500_000), (50_000, 8), (11, 8)])
def test_pages_of_many_runs_miss_and_double_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, points: int, looked_at: int
) -> None:
    monkeypatch.setattr(series, "MAX_POINTS", points)
    monkeypatch.setattr(series, "MOST_LOOKED_AT", looked_at)
    runs = [
        shelf.run(n, *(point(float(i), i, key=key) for key in ("a", "b") for i in range(4)))
        for n in range(1, 5)
    ]
    assert many(shelf, runs, ["a", "b"]) == [(r, k, [0.0, 1.0, 2.0, 3.0]) for r in runs for k in ("a", "b")]
    assert shelf.reading.many(PROJECT, SeriesQuery.of(runs, ["a", "b"])).next_page_token is not None


def test_a_page_of_many_runs_is_of_its_query(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST_LOOKED_AT", 1)
    runs = [shelf.run(n, point(1.0, 0)) for n in (1, 2)]
    token = shelf.reading.many(PROJECT, SeriesQuery.of(runs, ["mae"])).next_page_token
    for other in (SeriesQuery.of(runs, ["loss"]), SeriesQuery.of(runs, ["mae"], max_points=9)):
        with pytest.raises(InvalidRequestError):
            shelf.reading.many(PROJECT, other.model_copy(update={"page_token": token}))


def test_the_longest_answer_is_below_what_a_function_may_give(shelf: Shelf) -> None:
    longest = [point(-1.2345678901234567e-300, -(2**63) + i, 253_402_300_799_999) for i in range(MAX_POINTS)]
    run_id = shelf.run(1, *longest)
    answer = shelf.reading.series(PROJECT, run_id, MetricQuery(key="mae")).model_dump_json()
    assert len(answer) < 6_000_000
