"""Reading metrics: one series of a run, or some series of many runs at once."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from lineal_contract.base import Answer, Key, RunId, Wire

MAX_POINTS = 50_000
"""How many points one answer has at most: below 6 MB, however long their digits are."""
MIN_DOWNSAMPLED = 8
"""One bucket takes six points at most, and the ends of the series are kept besides."""
MAX_RUNS = 100
MAX_KEYS = 20

Step = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Time = Annotated[int, Field(ge=0, le=253_402_300_799_999)]
"""UTC milliseconds; not strict like those in bodies, for a query is all text."""


def _some_runs(text: str) -> str:
    return _listed(text, ",", MAX_RUNS)


def _some_keys(text: str) -> str:
    return _listed(text, "\n", MAX_KEYS)


def _listed(text: str, separator: str, most: int) -> str:
    parts = text.split(separator)
    if len(parts) > most or len(set(parts)) < len(parts):
        raise ValueError(f"at most {most}, each once")
    return text


class Selection(Wire):
    """Which points of a series: both ends of a range belong to it, and at most `max_points` of it are given.

    A longer series is cut into buckets of equally many points. Each gives its least and greatest number and
    its first NaN, +Inf and -Inf; the first and the last point of the range are always there.
    """

    from_step: Step | None = None
    to_step: Step | None = None
    from_time: Time | None = None
    to_time: Time | None = None
    max_points: Annotated[int, Field(ge=MIN_DOWNSAMPLED, le=MAX_POINTS)] | None = None


class MetricQuery(Selection):
    """Which series of a run to read, from which of the selected points on."""

    key: Key
    start: Annotated[int, Field(ge=0)] = 0
    page_size: Annotated[int, Field(ge=1, le=MAX_POINTS)] = MAX_POINTS


class SeriesQuery(Selection):
    """Some metrics of some runs: `runs` are ids with commas between, `keys` stand one on a line."""

    runs: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9a-f]{32}(,[0-9a-f]{32})*$", max_length=MAX_RUNS * 33),
        AfterValidator(_some_runs),
    ]
    keys: Annotated[
        str,
        StringConstraints(
            pattern=r"^[^\x00-\x1f\x7f]{1,250}(\n[^\x00-\x1f\x7f]{1,250})*$", max_length=MAX_KEYS * 251
        ),
        AfterValidator(_some_keys),
    ]
    max_points: Annotated[int, Field(ge=MIN_DOWNSAMPLED, le=5_000)] = 500
    page_token: Annotated[str, Field(max_length=4_000)] | None = None

    @classmethod
    def of(cls, runs: Iterable[str], keys: Iterable[str], **selected: object) -> "SeriesQuery":
        """Return the query for these runs and keys. Raises ValidationError."""
        return cls.model_validate({"runs": ",".join(runs), "keys": "\n".join(keys), **selected})

    @property
    def wanted(self) -> list[tuple[RunId, Key]]:
        """Each run with each key, in the order asked for."""
        return [(run_id, key) for run_id in self.runs.split(",") for key in self.keys.split("\n")]


class MetricPoint(Answer):
    """One point of a series."""

    step: int
    timestamp: int
    value: float


class MetricSeries(Answer):
    """A metric's points in order of (step, timestamp), each once; `next` is the `start` of the next page.

    `total` counts the points of the range, given or not.
    """

    key: str
    points: tuple[MetricPoint, ...]
    total: int = 0
    next: int | None = None


class RunSeries(Answer):
    """A metric of one of several runs; a run without this metric has no points of it."""

    run_id: RunId
    key: str
    points: tuple[MetricPoint, ...]
    total: int = 0
