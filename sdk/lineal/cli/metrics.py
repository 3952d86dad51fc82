"""lineal metrics"""

import csv
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.output import moment, print_json, print_table, say
from lineal.cli.sparkline import sparkline
from lineal_contract.series import MetricPoint

app = group("Read metrics.")

_SHOWN = 20
_WIDTH = 60
Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The metric.")]
FromStep = Annotated[int | None, typer.Option(help="From this step on.")]
ToStep = Annotated[int | None, typer.Option(help="Up to this step.")]
Since = Annotated[datetime | None, typer.Option(help="From this time on, UTC.")]
Until = Annotated[datetime | None, typer.Option(help="Up to this time, UTC.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print all points as CSV.")]


@app.command("list", epilog="Example: lineal metrics list 0192f0c1a2b37c4d8e5f60718293a4b5")
def list_(context: typer.Context, run_id: Run, as_json: Json = False) -> None:
    """List the metrics of a run, each with its last, least and greatest value."""
    found = client_of(context).runs.get(run_id).metrics
    if as_json:
        return print_json(dict(found.items()))
    return print_table(
        ("METRIC", "LAST", "MIN", "MAX", "STEP", "POINTS", "AT"),
        (
            (key, f"{m.last:g}", f"{m.min:g}", f"{m.max:g}", m.step, m.count, moment(m.timestamp))
            for key, m in sorted(found.items())
        ),
    )


@app.command(
    epilog="Example: lineal metrics show 0192f0c1a2b37c4d8e5f60718293a4b5 loss --from-step 100 --csv"
)
def show(
    context: typer.Context,
    run_id: Run,
    key: Key,
    from_step: FromStep = None,
    to_step: ToStep = None,
    since: Since = None,
    until: Until = None,
    max_points: Annotated[
        int | None,
        typer.Option(help="Thin out to so many points, extremes kept. People see 20 where it is not given."),
    ] = None,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """Show a metric of a run: its curve and points."""
    points = client_of(context).runs.metric(
        run_id,
        key,
        from_step=from_step,
        to_step=to_step,
        from_time=_utc(since),
        to_time=_utc(until),
        max_points=max_points if max_points or as_csv or as_json else 5_000,
    )
    if as_json:
        return print_json(points)
    if as_csv:
        return _print_csv(("step", "timestamp", "value"), [(p.step, p.timestamp, p.value) for p in points])
    say(sparkline([p.value for p in points], _WIDTH))
    return _print_points(points, max_points or _SHOWN)


@app.command(epilog="Example: lineal metrics compare loss 0192f0c1a2b37c4d8e5f60718293a4b5")
def compare(
    context: typer.Context,
    key: Key,
    run_ids: Annotated[list[str], typer.Argument(metavar="RUN...", help="The runs' ids.")],
    from_step: FromStep = None,
    to_step: ToStep = None,
    max_points: Annotated[int, typer.Option(help="How many points of each run at most.")] = 500,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """Show a metric of several runs side by side."""
    found = client_of(context).runs.metrics(
        run_ids, key, from_step=from_step, to_step=to_step, max_points=max_points
    )
    if as_json:
        return print_json(found)
    if as_csv:
        rows = [(s.run_id, p.step, p.timestamp, p.value) for s in found for p in s.points]
        return _print_csv(("run_id", "step", "timestamp", "value"), rows)
    return print_table(
        ("RUN", "CURVE", "FIRST", "LAST", "MIN", "MAX", "POINTS"),
        ((s.run_id, *_at_a_glance(s.points), s.total) for s in found),
    )


def _at_a_glance(points: tuple[MetricPoint, ...]) -> tuple[object, ...]:
    values = [p.value for p in points]
    numbers = [v for v in values if v == v]
    if not values:
        return (None,) * 5
    least, greatest = (f"{edge(numbers):g}" if numbers else "nan" for edge in (min, max))
    return sparkline(values, _WIDTH // 2), f"{values[0]:g}", f"{values[-1]:g}", least, greatest


def _print_points(points: tuple[MetricPoint, ...], most: int) -> None:
    """Print the first and the last ones; a line says how many are left out between them."""
    head, tail = (points, ()) if len(points) <= most else (points[: most // 2], points[-(most - most // 2) :])
    rows: list[tuple[object, ...]] = [(p.step, moment(p.timestamp), repr(p.value)) for p in head]
    if tail:
        rows.append(("…", f"{len(points) - most} more: --csv, --json", ""))
        rows += [(p.step, moment(p.timestamp), repr(p.value)) for p in tail]
    print_table(("STEP", "AT", "VALUE"), rows)


def _print_csv(columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _utc(time: datetime | None) -> int | None:
    return None if time is None else round(time.replace(tzinfo=UTC).timestamp() * 1_000)
