"""lineal audit"""

import json

import typer

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.approvals import who
from lineal.cli.models import ModelArgument
from lineal.cli.output import moment, print_json, print_table

app = group("Read audit trails.")


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
