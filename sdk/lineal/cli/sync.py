"""lineal sync"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.exit_codes import ExitCode, exit_code_of
from lineal.cli.output import complain, print_json, print_table, say
from lineal.errors import ConfigurationError, InputError
from lineal.spool.folders import About, default_spool, folder_of
from lineal.spool.syncing import Report, sync, to_server
from lineal.spool.waiting import NOTHING

if TYPE_CHECKING:
    from lineal.client import Client


def command(
    context: typer.Context,
    spool: Annotated[Path | None, typer.Option(help="The spool, instead of LINEAL_SPOOL_DIR.")] = None,
    as_json: Json = False,
) -> None:
    """Deliver what ended processes logged and could not deliver themselves.

    Processes that still live are left alone. It may be run at any time, and twice at once.
    """
    root = _existing(spool) if spool else default_spool()
    reports = list(_watched(sync(root, to_server(_client_for(context))), silent=as_json))
    if as_json:
        print_json(_document(root, reports))
    elif reports:
        print_table(("RUN", "WRITER", "STATE", "POINTS", "OPERATIONS", "REFUSED", "LEFT"), map(_row, reports))
    else:
        say(f"nothing waits in {root}")
    _end(root, reports)


def _existing(spool: Path) -> Path:
    """Nothing waits in a folder whose name was mistyped either, and that would not be worth knowing."""
    if not (root := folder_of(spool)).is_dir():
        raise InputError(f"there is no spool in {root}")
    return root


def _client_for(context: typer.Context) -> Callable[[About], "Client"]:
    """A run goes where it was logged for; the command's own address is for those that did not know theirs."""

    @cache
    def client_for(api_url: str, project: str) -> "Client":
        from lineal.client import Client

        try:
            own = client_of(context)
            if (own.api_url, own.project) == (api_url.rstrip("/"), project):
                return own
        except ConfigurationError:
            pass
        return Client(api_url, project)

    def choose(about: About) -> "Client":
        if about.api_url is None or about.project is None:
            return client_of(context)
        return client_for(about.api_url, about.project)

    return choose


def _watched(reports: Iterator[Report], *, silent: bool) -> Iterator[Report]:
    """Tell of each folder when it is done, where a person watches."""
    for report in reports:
        if not silent and sys.stderr.isatty():
            complain(f"run {report.run_id}: {report.tally.points} points, {report.state}")
        yield report


def _row(report: Report) -> tuple[object, ...]:
    tally = report.tally
    refused = tally.refused_points + tally.refused_operations
    done = (report.run_id, report.writer, report.state, tally.points, tally.operations, refused or None)
    return (*done, str(report.left) if report.left != NOTHING else None)


def _document(root: Path, reports: list[Report]) -> dict[str, Any]:
    return {
        "spool": str(root),
        "writers": [
            {
                "run_id": r.run_id,
                "writer": r.writer,
                "state": r.state.value,
                **asdict(r.tally),
                "left": asdict(r.left),
                "damaged_bytes": r.damaged_bytes,
                "set_aside": r.set_aside,
                "error": str(r.error) if r.error else None,
            }
            for r in reports
        ],
    }


def _end(root: Path, reports: list[Report]) -> None:
    """Say what is wrong, and exit with the code for it."""
    for report in reports:
        where = root / report.run_id / report.writer
        if report.error is not None:
            complain(f"run {report.run_id}: {report.error}")
        if report.damaged_bytes:
            complain(f"{report.damaged_bytes} damaged bytes are set aside in {where / 'refused'}")
        if report.tally.refused_points or report.tally.refused_operations:
            complain(f"what the server refused is set aside in {where / 'refused'}")
    failed = next((r.error for r in reports if r.error is not None), None)
    if failed is not None:
        raise typer.Exit(exit_code_of(failed))
    if any(r.tally.refused_points or r.tally.refused_operations for r in reports):
        raise typer.Exit(ExitCode.REFUSED)
    if any(r.damaged_bytes for r in reports):
        raise typer.Exit(ExitCode.NOT_VERIFIED)
