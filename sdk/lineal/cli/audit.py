"""lineal audit"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from lineal.audit_chain import check
from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.approvals import who
from lineal.cli.exit_codes import ExitCode
from lineal.cli.models import ModelArgument
from lineal.cli.output import complain, moment, print_json, print_table, say
from lineal.errors import InputError
from lineal_contract.audit import AuditRecord

app = group("Read and verify audit trails.")


@app.command(epilog="Example: lineal audit log diabetes --json")
def log(context: typer.Context, model: ModelArgument, limit: Limit = 1_000, as_json: Json = False) -> None:
    """Show who did what to a model, oldest first."""
    found = client_of(context).audit.records(model, limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("NO", "AT", "WHO", "ACTION", "SUBJECT", "DETAILS"),
        ((r.sequence, moment(r.at), who(r.actor), r.action, r.subject, json.dumps(r.details)) for r in found),
    )


@app.command(epilog="Example: lineal audit export diabetes > diabetes.audit.jsonl")
def export(context: typer.Context, model: ModelArgument) -> None:
    """Print a model's whole trail, one JSON record a line, to be kept and verified elsewhere."""
    for record in client_of(context).audit.records(model):
        sys.stdout.write(record.model_dump_json() + "\n")


@app.command(epilog="Example: lineal audit verify diabetes")
def verify(
    context: typer.Context,
    model: ModelArgument,
    file: Annotated[
        Path | None, typer.Option(help="Verify an exported trail instead, by its chain alone.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a trail's hash chain, its end and its last anchor; exit 5 names the first bad record."""
    found = check(_exported(file)) if file else client_of(context).audit.verify(model)
    if as_json:
        print_json(asdict(found) | {"ok": found.ok})
    elif found.ok:
        say(f"{found.records} records, and each follows from the one before")
    if not as_json and found.unproven_from is not None and not file:
        say(
            f"from record {found.unproven_from} on there is no anchor yet: only the registry vouches for them"
        )
    if not found.ok:
        complain(f"record {found.first_bad} of {model}: {found.reason}")
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def _exported(file: Path) -> list[AuditRecord]:
    try:
        return [AuditRecord.model_validate_json(line) for line in file.read_bytes().splitlines() if line]
    except (OSError, ValidationError) as error:
        raise InputError(f"{file} is not an exported trail") from error
