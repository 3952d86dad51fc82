"""lineal cost"""

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.output import complain, print_facts, print_json, print_table, say

if TYPE_CHECKING:
    from lineal.cost import Prices
    from lineal.cost.month import Counts, Line

_Count = Annotated[int | None, typer.Option(min=0, help="Planned for a month, in place of what was.")]


def cost(
    context: typer.Context,
    run: Annotated[str | None, typer.Option(metavar="RUN", help="Say what the job of this run cost.")] = None,
    runs: _Count = None,
    points: _Count = None,
    versions: _Count = None,
    searches: _Count = None,
    stored_bytes: _Count = None,
    prices: Annotated[
        Path | None, typer.Option(help="Unit prices of your own, in the form of the package's file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Estimate a month of the project, from its last 30 days or a plan; or the dollars of a SageMaker run.

    SageMaker is asked for a run's billable seconds by your own AWS credentials, and the run keeps them.
    """
    from lineal.cost import load
    from lineal.cost.month import counted, estimate

    known = load(prices)
    if run is not None:
        return _of_run(context, run, known, as_json)
    counts = counted(client_of(context), int(time.time() * 1000)).with_(
        runs=runs, points=points, versions=versions, searches=searches, stored_bytes=stored_bytes
    )
    return _tell(counts, estimate(counts, known), known, as_json)


def _of_run(context: typer.Context, run_id: str, prices: "Prices", as_json: bool) -> None:
    from lineal.cost.training import BILLABLE, billable_tags, training_cost

    runs = client_of(context).runs
    run = runs.get(run_id)
    if BILLABLE not in run.tags:
        run = runs.set_tags(run_id, billable_tags(run.tags))
    found = training_cost(run.tags, prices)
    if as_json:
        return print_json({"run_id": run_id, **(asdict(found) if found else {}), "prices_of": str(prices.at)})
    return print_facts([("run", run_id), ("cost", str(found) if found else "the instance is not known")])


def _tell(counts: "Counts", lines: "list[Line]", prices: "Prices", as_json: bool) -> None:
    total = sum(line.usd for line in lines)
    if as_json:
        return print_json(
            {
                "counts": asdict(counts),
                "lines": [asdict(line) for line in lines],
                "usd": total,
                "prices": {"date": str(prices.at), "region": prices.region},
            }
        )
    rows = [(line.what, f"{line.amount:,}", f"{line.usd:,.4f}") for line in lines]
    print_table(("IN A MONTH", "AMOUNT", "USD"), [*rows, ("together", "", f"{total:,.2f}")])
    say(f"prices of {prices.at} in {prices.region}, without free tiers; see docs/cost.md")
    if not counts.complete:
        complain(f"there are more than {counts.runs:,} runs: it is more than this")
    return None
