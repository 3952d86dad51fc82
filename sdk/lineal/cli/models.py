"""lineal models"""

from typing import Annotated

import typer

from lineal.cli.app import Filter, Json, Limit, OrderBy, client_of, group
from lineal.cli.output import clean, moment, print_facts, print_json, print_table, say
from lineal.cli.references import ModelArgument, ModelOrVersion, Tags, Untags, model_and_version, tags_of
from lineal.cli.version_facts import facts, print_versions, tags_in_line

app = group("Look at registered models.")


@app.command("list", epilog="Example: lineal models list --filter \"attributes.stage = 'production'\"")
def list_(
    context: typer.Context,
    condition: Filter = "",
    order_by: OrderBy = "",
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List registered models."""
    found = client_of(context).models.list(condition, order_by=order_by, limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("MODEL", "LATEST", "PRODUCTION", "ALIASES", "CREATED"),
        (
            (m.model, m.latest_version, m.production_version, _aliases(m.aliases), moment(m.created_at))
            for m in found
        ),
    )


@app.command(epilog="Example: lineal models show diabetes; lineal models show diabetes@champion")
def show(
    context: typer.Context,
    model: ModelOrVersion,
    version: Annotated[str | None, typer.Argument(metavar="[VERSION]", help="One of its versions.")] = None,
    commit: Annotated[str | None, typer.Option(help="The newest version of a Git commit.")] = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Show a model with its newest versions, or one version."""
    models = client_of(context).models
    name, which = model_and_version(model, commit or version)
    if which is not None:
        found = models.version(name, which)
        return print_json(found) if as_json else print_facts(facts(found))
    record, versions = models.get(name), list(models.versions(name, limit=limit))
    if as_json:
        return print_json({"model": record, "versions": versions})
    if record.description or record.tags:
        print_facts(
            [("description", record.description or None), ("tags", tags_in_line(record.tags) or None)]
        )
    return print_versions(versions)


@app.command(epilog="Example: lineal models create diabetes --description 'progression after a year'")
def create(
    context: typer.Context,
    model: ModelArgument,
    description: Annotated[str, typer.Option(help="What the model is for.")] = "",
    tag: Tags = None,
    as_json: Json = False,
) -> None:
    """Make a model without versions; registering makes one by itself."""
    made = client_of(context).models.create(model, description=description, tags=tags_of(tag))
    print_json(made) if as_json else say(f"{made.model} has no versions yet")


@app.command(epilog="Example: lineal models describe diabetes --tag team=health --untag draft")
def describe(
    context: typer.Context,
    model: ModelArgument,
    description: Annotated[str | None, typer.Option(help="What the model is for.")] = None,
    tag: Tags = None,
    untag: Untags = None,
    as_json: Json = False,
) -> None:
    """Change description and tags of a model."""
    tags = tags_of(tag) | dict.fromkeys(untag or ())
    changed = client_of(context).models.describe(model, description, tags=tags)
    if as_json:
        return print_json(changed)
    shown = [("description", changed.description or None), ("tags", tags_in_line(changed.tags) or None)]
    return print_facts([("model", model), *shown])


@app.command(epilog="Example: lineal models key > lineal.pem")
def key(context: typer.Context, as_json: Json = False) -> None:
    """Print the public key that versions are signed with."""
    found = client_of(context).models.signing_key()
    print_json(found) if as_json else typer.echo(found.public_key_pem, nl=False)


@app.command(epilog="Example: lineal models rename diabetes progression")
def rename(
    context: typer.Context,
    model: ModelArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name it shall have.")],
    as_json: Json = False,
) -> None:
    """Give a model another name, while no approval, deployment or consumer goes by the one it has."""
    renamed = client_of(context).models.rename(model, name)
    print_json(renamed) if as_json else say(f"{model} is {renamed.model} now, with all its versions")


@app.command(epilog="Example: lineal models delete diabetes --yes")
def delete(
    context: typer.Context,
    model: ModelArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete a model that nothing uses; its version numbers are not given again."""
    if not yes:
        typer.confirm(f"Delete {clean(model)} and put its versions out of sight?", abort=True)
    deleted = client_of(context).models.delete(model)
    if as_json:
        return print_json(deleted)
    return say(f"{model} is deleted; its audit trail stays")


def _aliases(aliases: dict[str, int]) -> str:
    return " ".join(f"{name}={version}" for name, version in aliases.items())
