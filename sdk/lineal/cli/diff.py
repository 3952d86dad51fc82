"""lineal diff"""

from typing import Annotated, Any

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import print_json, print_patch, print_table, say
from lineal.comparing import Change, RunDiff, compare

_STRUCK = 16


def diff(
    context: typer.Context,
    left: Annotated[str, typer.Argument(metavar="RUN", help="The id of a run.")],
    right: Annotated[str, typer.Argument(metavar="RUN", help="The id of another.")],
    as_json: Json = False,
) -> None:
    """Show what two runs differ in: params, metrics, tags, code, packages, data. Ends with 8 if they do."""
    runs = client_of(context).runs
    found = compare(runs.get(left), runs.get(right))
    if as_json:
        print_json(found.document())
    else:
        _show(found)
    if found:
        raise typer.Exit(ExitCode.DIFFERENT)


def _show(found: RunDiff) -> None:
    if not found:
        return say("the runs do not differ")
    for part, changes in found.parts.items():
        rows = [row for change in changes for row in _rows(part, change)]
        if rows:
            print_table((part.upper(), found.left[-_STRUCK:], found.right[-_STRUCK:]), rows)
            say("")
    if found.patch:
        print_patch(found.patch)
    return None


def _rows(part: str, change: Change) -> list[tuple[str, object, object]]:
    """A metric has a row for each of its figures that differ."""
    if part != "metrics":
        return [(change.key, change.left, change.right)]
    left, right = (side or {} for side in (change.left, change.right))
    names = [name for name in ("last", "min", "max") if repr(left.get(name)) != repr(right.get(name))]
    return [(f"{change.key} {name}", _figure(left, name), _figure(right, name)) for name in names]


def _figure(figures: dict[str, Any], name: str) -> str | None:
    return f"{figures[name]:.6g}" if name in figures else None
