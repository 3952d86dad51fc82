"""lineal runs"""

from pathlib import Path
from typing import Annotated

import typer

from lineal.cli import run_changes, run_logs, run_tree
from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.dataset_facts import dataset_facts
from lineal.cli.html_page import write_page
from lineal.cli.output import moment, print_facts, print_json, print_table
from lineal.cost.training import training_cost
from lineal.errors import InputError
from lineal.report.texts import model, size
from lineal.resources.runs import Run
from lineal_contract.runs import SYSTEM_METRICS, RunStatus

app = group("Look at runs, and change what may change.")


@app.command("list", epilog="Example: lineal runs list --experiment diabetes --status finished")
def list_(
    context: typer.Context,
    experiment: Annotated[str | None, typer.Option(help="Only those of this experiment.")] = None,
    status: Annotated[RunStatus | None, typer.Option(help="Only those in this status.")] = None,
    condition: Annotated[
        str, typer.Option("--filter", help="Only those that fit: metrics.mae < 45 AND params.model = 'ridge'")
    ] = "",
    order_by: Annotated[str, typer.Option(help="Fields in order: metrics.mae ASC, tags.owner DESC")] = "",
    deleted: Annotated[bool, typer.Option("--deleted", help="The deleted ones.")] = False,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List runs, newest first or in another order."""
    found = client_of(context).runs.search(
        condition,
        experiment=experiment,
        status=status,
        lifecycle="deleted" if deleted else "active",
        order_by=order_by,
        limit=limit,
    )
    if as_json:
        return print_json(found)
    return print_table(
        ("RUN", "EXPERIMENT", "NAME", "STATUS", "STARTED", "METRICS"),
        ((r.id, r.experiment, r.name, r.status, moment(r.started_at), _metrics(r)) for r in found),
    )


@app.command(epilog="Example: lineal runs show 0192f0c1a2b37c4d8e5f60718293a4b5 --html run.html")
def show(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")],
    file: Annotated[Path | None, typer.Argument(help="Where --html writes; `-` is stdout.")] = None,
    as_html: Annotated[bool, typer.Option("--html", help="Write one self-contained page.")] = False,
    as_json: Json = False,
) -> None:
    """Show all that is recorded of a run, or write it as one page with curves."""
    if as_html:
        return write_page(client_of(context), run_id, file)
    if file is not None:
        raise InputError("a file is written with --html alone")
    run = client_of(context).runs.get(run_id)
    return print_json(run) if as_json else print_facts(_facts(run))


def _facts(run: Run) -> list[tuple[str, object]]:
    code, environment = run.code, run.environment
    return [
        ("run", run.id),
        ("name", run.name or None),
        ("experiment", run.experiment),
        ("parent", run.parent_run_id),
        ("status", run.status),
        ("lifecycle", run.lifecycle if run.lifecycle == "deleted" else None),
        ("stop", _stop(run)),
        ("error", run.error),
        ("actor", run.actor.display_name),
        ("started", moment(run.started_at)),
        ("ended", moment(run.ended_at)),
        *(("resumed", f"{moment(a.started_at)} after it was {a.found}, on {a.host}") for a in run.attempts),
        ("cost", training_cost(run.tags)),
        ("note", run.note or None),
        ("model", model(run.model) if run.model else None),
        *((f"param {key}", value) for key, value in run.params.items()),
        *_metric_facts(run, of_machine=False),
        *((f"tag {key}", value) for key, value in run.tags.items()),
        (
            "commit",
            f"{code.commit}{' with uncommitted changes' if code.dirty else ''}" if code.commit else None,
        ),
        ("script", f"{code.script} {code.script_digest}" if code.script else None),
        ("python", f"{environment.python}, {len(environment.packages)} packages" if environment else None),
        *((f"dataset {d.name}", dataset_facts(d)) for d in run.datasets),
        *((f"artifact {a.name}", f"{a.digest}, {size(a.size)}") for a in run.artifacts),
        *_metric_facts(run, of_machine=True),
    ]


def _metric_facts(run: Run, *, of_machine: bool) -> list[tuple[str, object]]:
    """The last values of what the run logged, or of the machine it was on, which come last: they are many."""
    told = {k: m for k, m in run.metrics.items() if k.startswith(SYSTEM_METRICS) is of_machine}
    return [(f"metric {key}", f"{m.last:g} at step {m.step}") for key, m in told.items()]


def _stop(run: Run) -> str | None:
    if run.stop is None:
        return None
    return f"asked for by {run.stop.actor.display_name} {run.stop.reason}".rstrip()


def _metrics(run: Run) -> str:
    shown = [f"{k}={m.last:.6g}" for k, m in run.metrics.items() if not k.startswith(SYSTEM_METRICS)]
    return " ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")


run_changes.add_to(app)
run_logs.add_to(app)
run_tree.add_to(app)
