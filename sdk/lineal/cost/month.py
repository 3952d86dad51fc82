"""A project's month: what it did in the last 30 days, or is planned to do, times unit prices."""

from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from lineal.cost import activities, idle
from lineal.cost.prices import Prices

if TYPE_CHECKING:
    from lineal.client import Client

DAYS = 30
_DAY = 86_400_000
_GB = 10**9
MOST_RUNS = 10_000
"""Runs that are looked at; of a project with more the estimate is said to be a lower bound."""
_RUN_BYTES, _VERSION_BYTES = 2_000, 20_000
"""What records of a run and of a version take in the tables, roughly."""


@dataclass(frozen=True)
class Counts:
    """What a project does in 30 days, and how much it has stored in the bucket altogether."""

    runs: int
    points: int
    versions: int
    searches: int
    stored_bytes: int
    complete: bool = True

    def with_(self, **planned: int | None) -> "Counts":
        """Return the counts with those that are planned in place of the ones that were."""
        given = {name: value for name, value in planned.items() if value is not None}
        return Counts(**{**asdict(self), **given})


@dataclass(frozen=True)
class Line:
    """One thing that costs: how much of it there is, and its dollars."""

    what: str
    amount: int
    usd: float


def counted(client: "Client", now: int) -> Counts:
    """Count what a project did in the last 30 days; `now` is in epoch milliseconds."""
    since = now - DAYS * _DAY
    newest = client.runs.search(lifecycle="all", limit=MOST_RUNS)
    runs = list(takewhile(lambda run: run.started_at >= since, newest))
    every = (version for model in client.models.list() for version in client.models.versions(model.model))
    return Counts(
        runs=len(runs),
        points=sum(metric.count for run in runs for metric in run.metrics.values()),
        versions=sum(version.registered_at >= since for version in every),
        searches=10 * len(runs),
        stored_bytes=client.quotas.usage().stored_bytes,
        complete=len(runs) < MOST_RUNS,
    )


def estimate(counts: Counts, prices: Prices) -> list[Line]:
    """Return what each of the counts costs in a month, and what the stack costs anyway."""
    records = (
        counts.points * activities.POINT_BYTES + counts.runs * _RUN_BYTES + counts.versions * _VERSION_BYTES
    )
    kept = {"dynamodb_gb_months": records / _GB, "dynamodb_backup_gb_months": records / _GB}
    return [
        Line("runs", counts.runs, prices.of(activities.times(counts.runs, activities.run()))),
        Line("points", counts.points, prices.of(activities.points(counts.points))),
        Line("versions, approved and deployed", counts.versions,
             prices.of(activities.times(counts.versions, activities.version()))),
        Line("searches", counts.searches, prices.of(activities.times(counts.searches, activities.search()))),
        Line("bytes of artifacts", counts.stored_bytes,
             prices.of({"s3_gb_months": counts.stored_bytes / _GB})),
        Line("bytes of the month's records", int(records), prices.of(kept)),
        Line("the stack itself", 1, idle.default_month(prices)),
    ]  # fmt: skip
