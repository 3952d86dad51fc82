"""lineal consumers"""

from typing import Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.output import moment, print_json, print_table, say
from lineal.cli.references import ModelArgument, ReferenceArgument, split

app = group("What has registered to use versions, and would break without them.")


@app.command("list", epilog="Example: lineal consumers list diabetes")
def list_(context: typer.Context, model: ModelArgument, as_json: Json = False) -> None:
    """List the registered consumers of a model."""
    found = list(client_of(context).consumers.list(model))
    if as_json:
        return print_json(found)
    return print_table(
        ("NAME", "VERSION", "CONTACT", "NOTE", "SINCE"),
        ((c.name, c.version, c.contact, c.note, moment(c.registered_at)) for c in found),
    )


@app.command(
    epilog="Example: lineal consumers add diabetes@champion --name scoring --contact ops@example.com"
)
def add(
    context: typer.Context,
    version: ReferenceArgument,
    name: Annotated[str, typer.Option(help="What uses it.")],
    contact: Annotated[str, typer.Option(help="Whom to ask.")] = "",
    note: Annotated[str, typer.Option(help="What for.")] = "",
    as_json: Json = False,
) -> None:
    """Register a consumer of a version, or of whatever an alias points at."""
    model, which = split(version)
    consumer = client_of(context).consumers.add(model, which, name=name, contact=contact, note=note)
    print_json(consumer) if as_json else say(f"{name} uses {model}@{which}")


@app.command(epilog="Example: lineal consumers remove diabetes scoring")
def remove(
    context: typer.Context,
    model: ModelArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What does not use it any more.")],
    as_json: Json = False,
) -> None:
    """Forget a consumer."""
    client_of(context).consumers.remove(model, name)
    if as_json:
        return print_json({"model": model, "removed": name})
    return say(f"{name} is no consumer of {model}")
