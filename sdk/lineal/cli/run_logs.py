"""lineal runs logs"""

from collections.abc import Iterator
from typing import Annotated

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.output import moment, print_json
from lineal_contract.logs import LogLine, Stream

_NOT_SHOWN = {c: "\N{REPLACEMENT CHARACTER}" for c in (*range(32), *range(127, 160)) if c != 9}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: lineal runs logs 0192f0c1a2b37c4d8e5f60718293a4b5 --tail 50")(logs)


def logs(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")],
    follow: Annotated[bool, typer.Option(help="Go on until the run ends.")] = False,
    stdout: Annotated[bool, typer.Option("--stdout", help="Only what went to stdout.")] = False,
    stderr: Annotated[bool, typer.Option("--stderr", help="Only what went to stderr.")] = False,
    tail: Annotated[int | None, typer.Option(min=0, help="Only the last so many lines.")] = None,
    timestamps: Annotated[bool, typer.Option(help="Begin each line with its time, UTC.")] = False,
    as_json: Json = False,
) -> None:
    """Print what a run printed: stdout and stderr, in order."""
    runs = client_of(context).runs
    stream = None if stdout == stderr else Stream.STDERR if stderr else Stream.STDOUT
    if follow:
        lines = runs.follow_logs(run_id, tail=1_000 if tail is None else tail, stream=stream)
    else:
        lines = runs.logs(run_id, tail=tail, stream=stream)
    if as_json:
        return print_json(_plain(lines))
    return _print(lines, timestamps=timestamps)


def _print(lines: Iterator[LogLine], *, timestamps: bool) -> None:
    for line in lines:
        text = line.text.translate(_NOT_SHOWN)  # what a program printed shall not steer this terminal
        typer.echo(f"{moment(line.timestamp)} {text}" if timestamps else text)


def _plain(lines: Iterator[LogLine]) -> Iterator[dict[str, object]]:
    return ({"timestamp": x.timestamp, "stream": x.stream.value, "text": x.text} for x in lines)
