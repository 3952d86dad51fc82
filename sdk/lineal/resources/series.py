"""Series of metrics: the points of one, or some of many runs, and both as pandas tables."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from lineal.errors import InputError
from lineal.http.api import Api, checked_input, paged
from lineal.tracking.points import composed
from lineal_contract.base import Page
from lineal_contract.routes import tracking as routes
from lineal_contract.series import MAX_KEYS, MAX_RUNS, MetricPoint, MetricQuery, RunSeries, SeriesQuery

if TYPE_CHECKING:
    from pandas import DataFrame


class Range(TypedDict, total=False):
    """A part of a series: both ends belong to it. Times are datetimes with a zone, or UTC milliseconds."""

    from_step: int | None
    to_step: int | None
    from_time: datetime | int | None
    to_time: datetime | int | None


class Selection(Range, total=False):
    """A range, thinned out where it is longer than `max_points`.

    Its first and last point stay, the least and the greatest of each part, and what is no number.
    """

    max_points: int | None


class Series(tuple[MetricPoint, ...]):
    """The points of a metric, each with `step`, `timestamp` (UTC milliseconds) and `value`."""

    __slots__ = ()

    def to_pandas(self) -> "DataFrame":
        """Return a table with `step`, `timestamp` (UTC) and `value`. Raises InputError without pandas."""
        return _table([(p.step, p.timestamp, p.value) for p in self], ["step", "timestamp", "value"])


class SeriesTable(tuple[RunSeries, ...]):
    """Series of several runs, in the order asked for, each with `run_id`, `key`, `points` and `total`."""

    __slots__ = ()

    def to_pandas(self) -> "DataFrame":
        """Return one row for each point, with `run_id` and `key`. Raises InputError without pandas."""
        rows = [(s.run_id, s.key, p.step, p.timestamp, p.value) for s in self for p in s.points]
        return _table(rows, ["run_id", "key", "step", "timestamp", "value"])


def read_series(api: Api, run_id: str, key: str, **selection: Unpack[Selection]) -> Series:
    """Return a series of a run, page by page."""
    with checked_input():
        query: MetricQuery | None = MetricQuery.model_validate({"key": composed(key), **_wire(selection)})
    points: list[MetricPoint] = []
    while query is not None:
        page = api.call(routes.GET_METRIC, query=query, run_id=run_id)
        points += page.points
        query = None if page.next is None else query.model_copy(update={"start": page.next})
    return Series(points)


def read_many(
    api: Api, runs: Sequence[str], keys: Sequence[str], **selection: Unpack[Selection]
) -> SeriesTable:
    """Return series of runs, as many requests as it takes."""
    found: list[RunSeries] = []
    chosen = _wire(selection)
    for some_runs, some_keys in product(_cut(runs, MAX_RUNS), _cut([*map(composed, keys)], MAX_KEYS)):
        with checked_input():
            query = SeriesQuery.of(some_runs, some_keys, **chosen)

        def fetch(token: str | None, query: SeriesQuery = query) -> Page[RunSeries]:
            return api.call(routes.GET_SERIES, query=query.model_copy(update={"page_token": token}))

        found += paged(fetch)
    return SeriesTable(found)


def _cut(names: Sequence[str], size: int) -> list[list[str]]:
    once = list(dict.fromkeys(names))
    return [once[at : at + size] for at in range(0, len(once), size)]


def _wire(selection: Selection) -> dict[str, Any]:
    return {
        name: _millis(value) if isinstance(value, datetime) else value
        for name, value in selection.items()
        if value is not None
    }


def _millis(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise InputError("a time without a zone is ambiguous: pass datetime.now(UTC), say")
    return round(moment.astimezone(UTC).timestamp() * 1_000)


def _table(rows: list[tuple[Any, ...]], columns: list[str]) -> "DataFrame":
    try:
        import pandas as pd
    except ImportError as error:
        raise InputError("to_pandas needs pandas: pip install pandas") from error
    table = pd.DataFrame(rows, columns=columns)
    table["timestamp"] = pd.to_datetime(table["timestamp"], unit="ms", utc=True)
    return table
