"""lineal aliases"""

from typing import Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.output import print_json, print_table, say
from lineal.cli.references import ModelArgument, ReferenceArgument, split
from lineal.errors import InputError

app = group("Names that point at one version each, and move.")

AliasArgument = Annotated[str, typer.Argument(metavar="ALIAS", help="The alias.")]


@app.command("list", epilog="Example: lineal aliases list diabetes")
def list_(context: typer.Context, model: ModelArgument, as_json: Json = False) -> None:
    """List the aliases of a model."""
    found = client_of(context).models.get(model).aliases
    if as_json:
        return print_json({"aliases": found})
    return print_table(("ALIAS", "VERSION"), sorted(found.items()))


@app.command("set", epilog="Example: lineal aliases set diabetes@3 challenger")
def set_(
    context: typer.Context,
    version: ReferenceArgument,
    alias: AliasArgument,
    reason: Annotated[str, typer.Option(help="Why; the audit trail keeps it.")] = "",
    as_json: Json = False,
) -> None:
    """Point an alias at a version, away from where it pointed before."""
    model, which = split(version)
    found = client_of(context).models.set_alias(model, alias, which, reason=reason)
    print_json(found) if as_json else say(f"{model}@{alias} is version {found.version}")


@app.command(epilog="Example: lineal aliases remove diabetes challenger")
def remove(context: typer.Context, model: ModelArgument, alias: AliasArgument, as_json: Json = False) -> None:
    """Take an alias away."""
    models = client_of(context).models
    if alias not in models.get(model).aliases:
        raise InputError(f"model {model!r} has no alias {alias!r}")
    left = models.delete_alias(model, alias)
    if as_json:
        return print_json(left)
    return say(f"{model} has no alias {alias} any more")
