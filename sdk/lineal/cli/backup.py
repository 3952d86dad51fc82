"""lineal backup"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineal.cli.app import Json, group
from lineal.cli.operating import LocalData, StackName, found_stores, stores_with, working
from lineal.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from lineal.keeping import Summary

app = group("Copy a whole stack into a folder, and bring it back, by your own AWS credentials.")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The backup's folder.")]


@app.command(epilog="Example: lineal backup create /backups/2026-11-21 --stack lineal-production")
def create(
    folder: Folder,
    stack: StackName = None,
    local: LocalData = None,
    runs_table: Annotated[str | None, typer.Option(help="Read this table instead of the stack's.")] = None,
    registry_table: Annotated[str | None, typer.Option(help="Read this table instead.")] = None,
    as_json: Json = False,
) -> None:
    """Write both tables and all bytes that they refer to into DIR; what was interrupted goes on."""
    from lineal import keeping

    stores = stores_with(found_stores(stack, local), runs=runs_table, registry=registry_table)
    with working() as told:
        _tell(keeping.create(stores, keeping.Archive(folder), told), as_json)


@app.command(epilog="Example: lineal backup check /backups/2026-11-21")
def check(folder: Folder, as_json: Json = False) -> None:
    """Hash all files of a backup against the digests that were written with it."""
    from lineal import keeping

    with working() as told:
        _tell(keeping.Archive(folder).check(told), as_json)


@app.command(epilog="Example: lineal backup restore /backups/2026-11-21 --stack lineal-production")
def restore(folder: Folder, stack: StackName = None, local: LocalData = None, as_json: Json = False) -> None:
    """Bring a backup into a fresh stack; what was interrupted goes on."""
    from lineal import keeping

    with working() as told:
        _tell(keeping.restore(found_stores(stack, local), keeping.Archive(folder), told), as_json)


def _tell(summary: "Summary", as_json: bool) -> None:
    if as_json:
        return print_json(summary)
    return print_facts(
        [
            ("backup", summary.backup_id),
            ("taken", summary.created_at),
            ("items", f"{summary.runs.count:,} of runs, {summary.registry.count:,} of the registry"),
            ("objects", f"{summary.objects.count:,} with {summary.bytes:,} bytes"),
            ("missing", ", ".join(f"{key} version {at}" for key, at in summary.missing) or None),
        ]
    )
