"""lineal audit"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import complain, moment, print_json, print_table, say
from lineal.errors import InputError
from lineal.governance.audit_chain import check
from lineal_contract.audit import AuditRecord

if TYPE_CHECKING:
    from lineal.resources.audit import Trail

app = group("Read and verify audit trails: a model's, the project's, the installation's.")

MaybeModel = Annotated[
    str | None, typer.Argument(metavar="[MODEL]", help="A model; without one the project's own trail.")
]
Installation = Annotated[
    bool, typer.Option("--installation", help="The trail of people, which belongs to no project.")
]


def _trail(model: str | None, installation: bool) -> "str | Trail":
    from lineal.resources.audit import Trail

    if installation and model is not None:
        raise InputError("a model has no part in the installation's trail: give one or the other")
    return Trail.INSTALLATION if installation else model or Trail.PROJECT


def _name(model: str | None, installation: bool) -> str:
    return "the installation's trail" if installation else model or "the project's trail"


@app.command(epilog="Example: lineal audit log diabetes --json")
def log(
    context: typer.Context,
    model: MaybeModel = None,
    installation: Installation = False,
    limit: Limit = 1_000,
    as_json: Json = False,
) -> None:
    """Show who did what, oldest first: to a model, or to members, tokens and rules of the project."""
    found = client_of(context).audit.records(_trail(model, installation), limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("NO", "AT", "WHO", "ACTION", "SUBJECT", "DETAILS"),
        (
            (r.sequence, moment(r.at), r.actor.display_name, r.action, r.subject, json.dumps(r.details))
            for r in found
        ),
    )


@app.command(epilog="Example: lineal audit export diabetes > diabetes.audit.jsonl")
def export(context: typer.Context, model: MaybeModel = None, installation: Installation = False) -> None:
    """Print a whole trail, one JSON record a line, to be kept and verified elsewhere."""
    for record in client_of(context).audit.records(_trail(model, installation)):
        sys.stdout.write(record.model_dump_json() + "\n")


@app.command(epilog="Example: lineal audit verify diabetes")
def verify(
    context: typer.Context,
    model: MaybeModel = None,
    installation: Installation = False,
    file: Annotated[
        Path | None, typer.Option(help="Verify an exported trail instead, by its chain alone.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="The public key, as PEM, that must have signed the anchor.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a trail's hash chain, its end and its last anchor; exit 5 names the first bad record."""
    trail = _trail(model, installation)
    if file and key:
        raise InputError("an exported trail has no anchor: --file and --key do not go together")
    found = check(_exported(file)) if file else client_of(context).audit.verify(trail, key=key)
    if as_json:
        print_json(asdict(found) | {"ok": found.ok})
    elif found.ok:
        say(f"{found.records} records, and each follows from the one before")
        if found.earlier:
            say(f"they go on from the trail of {', '.join(found.earlier)}, which holds too")
        if found.anchor_signed:
            say("the anchor is signed by the key that is trusted")
    if not as_json and found.unproven_from is not None and not file:
        say(
            f"from record {found.unproven_from} on there is no anchor yet: only the registry vouches for them"
        )
    if not found.ok:
        complain(f"record {found.first_bad} of {_name(model, installation)}: {found.reason}")
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def _exported(file: Path) -> list[AuditRecord]:
    try:
        return [AuditRecord.model_validate_json(line) for line in file.read_bytes().splitlines() if line]
    except (OSError, ValidationError) as error:
        raise InputError(f"{file} is not an exported trail") from error
