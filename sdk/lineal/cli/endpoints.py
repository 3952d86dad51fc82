"""lineal endpoints, predict, rollback"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.output import moment, print_facts, print_json, print_table
from lineal.errors import InputError

app = group("Look at what is live.")

EndpointArgument = Annotated[str, typer.Argument(metavar="ENDPOINT", help="The endpoint's name.")]


@app.command("list", epilog="Example: lineal endpoints list")
def list_(context: typer.Context, limit: Limit = 50, as_json: Json = False) -> None:
    """List endpoints and the versions that are live at them."""
    found = client_of(context).endpoints.list(limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("ENDPOINT", "MODEL", "VERSION", "SINCE"),
        ((e.endpoint, e.model, e.version, moment(e.updated_at)) for e in found),
    )


@app.command(epilog="Example: lineal endpoints show diabetes")
def show(
    context: typer.Context, endpoint: EndpointArgument, limit: Limit = 20, as_json: Json = False
) -> None:
    """Show an endpoint's deployments, newest first."""
    endpoints = client_of(context).endpoints
    record, deployments = endpoints.get(endpoint), list(endpoints.deployments(endpoint, limit=limit))
    if as_json:
        return print_json({"endpoint": record, "deployments": deployments})
    return print_table(
        ("DEPLOYMENT", "MODEL", "VERSION", "KIND", "STATUS", "LIVE", "REASON"),
        (
            (d.deployment_id, d.model, d.version, d.kind, d.status, moment(d.live_at), d.reason)
            for d in deployments
        ),
    )


def predict(
    context: typer.Context,
    endpoint: EndpointArgument,
    inputs: Annotated[str, typer.Option(help="Rows of numbers as JSON; @FILE reads a file, - reads stdin.")],
    as_json: Json = False,
) -> None:
    """Predict with the version that is live."""
    prediction = client_of(context).endpoints.predict(endpoint, _rows(inputs))
    if as_json:
        return print_json(prediction)
    return print_facts(
        [
            ("outputs", json.dumps(prediction.outputs)),
            ("version", f"{prediction.model} {prediction.version}"),
            ("manifest", prediction.manifest_digest),
            ("deployment", prediction.deployment_id),
        ]
    )


def rollback(
    context: typer.Context,
    endpoint: EndpointArgument,
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit trail.")],
    to: Annotated[int | None, typer.Option(help="A version; by default the one before.")] = None,
    as_json: Json = False,
) -> None:
    """Put an endpoint back on a version that was approved for production before."""
    deployment = client_of(context).endpoints.rollback(endpoint, to, reason=reason)
    if as_json:
        return print_json(deployment)
    return print_facts(
        [
            ("deployment", deployment.deployment_id),
            ("endpoint", deployment.endpoint),
            ("live", f"{deployment.model} {deployment.version}"),
            ("replaced", deployment.replaced_version),
            ("status", deployment.status),
            ("reason", deployment.reason),
        ]
    )


def _rows(text: str) -> Any:
    try:
        if text == "-":
            return json.load(sys.stdin)
        return json.loads(Path(text[1:]).read_text("utf-8") if text.startswith("@") else text)
    except OSError as error:
        raise InputError(f"{text[1:]} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"the inputs are not JSON: {error}") from error
