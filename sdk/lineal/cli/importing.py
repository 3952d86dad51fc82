"""lineal import"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.exit_codes import ExitCode
from lineal.cli.operating import working
from lineal.cli.output import complain, print_json, print_table, say
from lineal.errors import InputError

if TYPE_CHECKING:
    from lineal.importing import Plan, Report, Selection, Source

app = group("Bring experiments, runs and models over from another tracker.")

_TOLD = 20


@app.command(epilog="Example: lineal import mlflow http://localhost:5000 --experiment churn --dry-run")
def mlflow(
    context: typer.Context,
    uri: Annotated[str, typer.Argument(metavar="URI", help="http(s)://…, sqlite:///… or a folder of runs.")],
    experiment: Annotated[
        list[str] | None, typer.Option(help="This experiment alone; may be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Runs started since, ISO 8601, UTC.")
    ] = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Also what is deleted there, as deleted.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what there is, and write nothing.")] = False,
    registry: Annotated[
        str | None, typer.Option("--registry-uri", help="The registry of a local store that has another.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="LINEAL_IMPORT_TOKEN", help="The server's bearer token.")
    ] = None,
    parallel: Annotated[int, typer.Option(min=1, max=32, help="How many runs at once.")] = 4,
    journal: Annotated[Path | None, typer.Option(help="The folder of journals, instead of your own.")] = None,
    as_json: Json = False,
) -> None:
    """Import experiments, runs, metrics, files and the registry; what was interrupted goes on."""
    from lineal.importing import Options, Selection, plan, run_import
    from lineal.importing.mlflow import open_source

    client = client_of(context)
    source = open_source(uri, token=token, registry_uri=registry)
    selection = Selection(tuple(experiment or ()), _millis(since), deleted)
    planned = _planned(plan, source, selection)
    with _watched(planned, shown=not as_json and not dry_run) as advance:
        report = run_import(client, source, planned, Options(journal, parallel, dry_run, advance))
    _tell(report, as_json)


def _planned(
    plan: "Callable[[Source, Selection, Callable[[str], None]], Plan]",
    source: "Source",
    selection: "Selection",
) -> "Plan":
    if not sys.stderr.isatty():
        return plan(source, selection, lambda _: None)
    with working() as told:
        return plan(source, selection, told)


@contextmanager
def _watched(plan: "Plan", *, shown: bool) -> Iterator[Callable[[], None]]:
    """Show a bar over runs and versions on stderr, where that is a terminal."""
    if not shown or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=len(plan.runs) + len(plan.versions))
        yield lambda: bars.advance(task)


def _millis(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--since: {text!r} is no date such as 2026-01-31 or 2026-01-31T12:00Z") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _tell(report: "Report", as_json: bool) -> None:
    """Print the report, and end with the code for what is missing or differs."""
    if as_json:
        print_json({**report.model_dump(mode="json"), "identical": report.identical})
    else:
        _print(report)
    if report.dry_run:
        return
    if not report.identical:
        complain("what was read back is not what the source has; the report names it")
        raise typer.Exit(ExitCode.NOT_VERIFIED)
    if report.left_out:
        complain(f"{report.left_out} of it could not be brought; the report names each")
        raise typer.Exit(ExitCode.REFUSED)


def _print(report: "Report") -> None:
    rows = [
        (kind, each.found, each.written, each.present, each.verified, each.left or None)
        for kind, each in report.counts.items()
        if each.found
    ]
    print_table(("", "FOUND", "WRITTEN", "PRESENT", "VERIFIED", "LEFT"), rows)
    if not report.dry_run:
        for name, volume in (("points", report.points), ("files", report.files)):
            same = "the same" if volume.found_digest == volume.stored_digest else "DIFFERENT"
            say(f"{name}: {volume.found:,} at the source, {volume.stored:,} here, digests {same}")
    for old, new in report.renamed.items():
        say(f"{old} is called {new!r} here")
    for model, numbers in report.numbers.items():
        say(
            f"versions of {model}: " + ", ".join(f"{there} is {here} here" for there, here in numbers.items())
        )
    for problem in report.problems[:_TOLD]:
        say(f"{problem.kind} {problem.id}: {problem.what}")
    if len(report.problems) > _TOLD:
        say(f"and {len(report.problems) - _TOLD} more; --json lists all")
