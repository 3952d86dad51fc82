"""lineal versions"""

from typing import Annotated

import typer

from lineal.cli.app import Filter, Json, Limit, OrderBy, client_of, group
from lineal.cli.output import print_facts, print_json
from lineal.cli.references import ReasonOption, ReferenceArgument, Tags, Untags, split, tags_of
from lineal.cli.version_facts import facts, print_versions
from lineal.resources.versions import Version
from lineal_contract.lifecycle import LifecycleAction

app = group("Look at single versions, describe them and end their lives.")


@app.command(
    "list", epilog='Example: lineal versions list --filter "metrics.mae < 45" --order-by "metrics.mae ASC"'
)
def list_(
    context: typer.Context,
    condition: Filter = "",
    order_by: OrderBy = "",
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List versions across models."""
    found = list(client_of(context).models.find_versions(condition, order_by=order_by, limit=limit))
    print_json(found) if as_json else print_versions(found, with_model=True)


@app.command(epilog="Example: lineal versions show diabetes@champion")
def show(context: typer.Context, version: ReferenceArgument, as_json: Json = False) -> None:
    """Show one version."""
    _print(client_of(context).models.at(version), as_json)


@app.command(
    epilog="Example: lineal versions describe diabetes@3 --description 'more features' --tag team=health"
)
def describe(
    context: typer.Context,
    version: ReferenceArgument,
    description: Annotated[str | None, typer.Option(help="What is to be known about it.")] = None,
    tag: Tags = None,
    untag: Untags = None,
    as_json: Json = False,
) -> None:
    """Change description and tags of a version; its bytes and numbers never change."""
    model, which = split(version)
    tags = tags_of(tag) | dict.fromkeys(untag or ())
    _print(client_of(context).models.describe_version(model, which, description, tags=tags), as_json)


@app.command(epilog="Example: lineal versions deprecate diabetes@2 --reason 'stale data' --successor 3")
def deprecate(
    context: typer.Context,
    version: ReferenceArgument,
    reason: ReasonOption,
    successor: Annotated[str | None, typer.Option(help="The version to use instead.")] = None,
    as_json: Json = False,
) -> None:
    """Warn of a version: it stays where it is, and is not promoted any more."""
    _print(_change(context, version, LifecycleAction.DEPRECATE, reason, successor), as_json)


@app.command(epilog="Example: lineal versions reinstate diabetes@2 --reason 'the data was right'")
def reinstate(
    context: typer.Context, version: ReferenceArgument, reason: ReasonOption, as_json: Json = False
) -> None:
    """Take a deprecation back."""
    _print(_change(context, version, LifecycleAction.REINSTATE, reason), as_json)


@app.command(epilog="Example: lineal versions archive diabetes@2 --reason 'nobody needs it'")
def archive(
    context: typer.Context, version: ReferenceArgument, reason: ReasonOption, as_json: Json = False
) -> None:
    """Move a version to stage archived."""
    _print(_change(context, version, LifecycleAction.ARCHIVE, reason), as_json)


@app.command(epilog="Example: lineal versions retire diabetes@2 --reason 'licence ended'")
def retire(
    context: typer.Context, version: ReferenceArgument, reason: ReasonOption, as_json: Json = False
) -> None:
    """End the use of a version for good; exit 4 while something still uses it."""
    _print(_change(context, version, LifecycleAction.RETIRE, reason), as_json)


@app.command(epilog="Example: lineal versions delete diabetes@2 --reason 'registered by mistake'")
def delete(
    context: typer.Context, version: ReferenceArgument, reason: ReasonOption, as_json: Json = False
) -> None:
    """Put a version out of sight for good; its number is not given again."""
    _print(_change(context, version, LifecycleAction.DELETE, reason), as_json)


def _change(
    context: typer.Context,
    version: str,
    action: LifecycleAction,
    reason: str,
    successor: str | None = None,
) -> Version:
    model, which = split(version)
    return client_of(context).models.change_lifecycle(
        model, which, action, reason=reason, successor=successor
    )


def _print(version: Version, as_json: bool) -> None:
    print_json(version) if as_json else print_facts(facts(version))
