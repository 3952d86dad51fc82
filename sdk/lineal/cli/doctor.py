"""lineal doctor"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

from lineal.cli.app import Json, client_of
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import clean, print_json

if TYPE_CHECKING:
    from boto3.session import Session

    from lineal.doctor import Finding, Surroundings
    from lineal_contract.people import WhoAmI

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red"), "skipped": ("-", "dim")}
_CHECK_WIDTH = 12


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Check settings, credentials, region, clock, the way to the API, permissions and this machine.

    Exit code 1 when something must be mended.
    """
    from lineal.doctor import Verdict, examine

    findings = list(_shown(examine(_surroundings(context)), silent=as_json))
    healthy = all(finding.verdict is not Verdict.FAILED for finding in findings)
    if as_json:
        print_json({"healthy": healthy, "findings": findings})
    if not healthy:
        raise typer.Exit(ExitCode.ERROR)


def _surroundings(context: typer.Context) -> "Surroundings":
    from lineal.doctor import Surroundings
    from lineal.http.transport.http import HttpTransport

    def who_am_i() -> "WhoAmI":
        return client_of(context).people.me()

    given = context.parent.params if context.parent else {}
    return Surroundings(
        given.get("api_url"),
        given.get("project"),
        _new_session,
        HttpTransport(),
        who_am_i,
        token=os.environ.get("LINEAL_TOKEN"),
    )


def _new_session() -> "Session":
    import boto3

    return boto3.Session()


def _shown(findings: Iterator["Finding"], *, silent: bool) -> Iterator["Finding"]:
    """Print each finding when it is there: a check may wait for the network."""
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        if not silent:
            mark, style = _MARKS[finding.verdict]
            line = f" {finding.check:<{_CHECK_WIDTH}} {clean(finding.detail)}"
            console.print(Text(mark, style=style) + Text(line))
            if finding.advice:
                console.print(Text(f"{'':<{_CHECK_WIDTH + 3}}{clean(finding.advice)}", style="bold"))
        yield finding
