"""lineal models, register, promote"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.approvals import facts as approval_facts
from lineal.cli.completing import stages
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import clean, complain, moment, print_facts, print_json, print_table, say
from lineal.cli.references import Tags, Untags, model_and_version, tags_of
from lineal.errors import InputError
from lineal.resources.approvals import Approval
from lineal.resources.versions import Version
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.semver import Bump

app = group("Look at registered models.")

ModelOrVersion = Annotated[
    str, typer.Argument(metavar="MODEL[@VERSION]", help="A registered model, or one of its versions.")
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="The registered model's name.")]


Filter = Annotated[str, typer.Option("--filter", help="A condition; see docs/searching.md.")]
OrderBy = Annotated[str, typer.Option(help="Fields with ASC or DESC, separated by commas.")]


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
        print_facts([("description", record.description or None), ("tags", _tags(record.tags) or None)])
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
    shown = [("description", changed.description or None), ("tags", _tags(changed.tags) or None)]
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


def register(
    context: typer.Context,
    model: ModelArgument,
    run_id: Annotated[str | None, typer.Option("--run", help="The run that made the artifact.")] = None,
    artifact: Annotated[str | None, typer.Option(help="The artifact's name in that run.")] = None,
    outside: Annotated[
        Path | None, typer.Option(help="A file or folder that no run of the project made.", exists=True)
    ] = None,
    source: Annotated[str, typer.Option(help="Where --outside comes from, and who vouches for it.")] = "",
    semver: Annotated[str | None, typer.Option(help="Its semantic version, as 1.2.0.")] = None,
    bump: Annotated[Bump | None, typer.Option(help="Which part of the highest one to raise.")] = None,
    commit: Annotated[str | None, typer.Option(help="Its Git commit; the run's own by default.")] = None,
    tag: Tags = None,
    description: Annotated[str, typer.Option(help="What is to be known about this version.")] = "",
    request_id: Annotated[
        str | None, typer.Option(help="32 hex digits; the same ones again give the same version.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Register an artifact of a run, or files from outside, as the next version of a model."""
    names = {"semver": semver, "bump": bump, "commit": commit, "request_id": request_id}
    said: dict[str, Any] = {"description": description, "tags": tags_of(tag), **names}
    client = client_of(context)
    if outside is not None and run_id is None and artifact is None:
        if not source:
            raise InputError("--outside needs --source: where the files come from")
        files = client.artifacts.store_tree(outside)
        version = client.models.register_outside(model, files, source=source, **said)
    elif run_id is not None and artifact is not None and outside is None:
        version = client.models.register(model, artifact, run_id=run_id, **said)
    else:
        raise InputError("register takes --run and --artifact, or --outside and --source")
    print_json(version) if as_json else print_facts(facts(version))


def promote(
    context: typer.Context,
    model: ModelOrVersion,
    to: Annotated[str, typer.Option(help="The stage it shall enter.", autocompletion=stages)],
    reason: Annotated[str, typer.Option(help="Why; approvers read it.")],
    version: Annotated[str | None, typer.Argument(metavar="[VERSION]", help="One of its versions.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the outcome; exit 4 if it is a no.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait at most; exit 7 after them.")] = 300.0,
    as_json: Json = False,
) -> None:
    """Ask for a version to enter a stage."""
    name, which = model_and_version(model, version)
    if which is None:
        raise InputError("promote takes MODEL@VERSION, or MODEL and VERSION")
    approval = client_of(context).models.promote(name, which, to, reason=reason)
    if wait:
        approval = approval.wait(timeout=timeout)
    print_json(approval) if as_json else print_facts(approval_facts(approval))
    if wait and approval.status is not ApprovalStatus.APPLIED:
        complain(_why_not(approval))
        raise typer.Exit(ExitCode.REFUSED)


def _why_not(approval: Approval) -> str:
    said = approval.refusal or next((d.reason for d in reversed(approval.decisions) if d.reason), None)
    return f"{approval.model} {approval.version} is {approval.status}" + (f": {said}" if said else "")


def print_versions(versions: Sequence[Version], *, with_model: bool = False) -> None:
    """Print versions, a line each."""
    columns = ("VERSION", "SEMVER", "STAGE", "STATUS", "ALIASES", "RUN", "METRICS", "REGISTERED")
    rows = (
        (
            v.version,
            v.semver,
            v.stage,
            v.status,
            " ".join(v.aliases),
            v.run_id or "outside",
            _metrics(v),
            moment(v.registered_at),
        )
        for v in versions
    )
    if not with_model:
        return print_table(columns, rows)
    return print_table(("MODEL", *columns), ((v.model, *row) for v, row in zip(versions, rows, strict=True)))


def facts(version: Version) -> list[tuple[str, object]]:
    """Return what is to be told of a version."""
    return [
        ("model", version.model),
        ("version", version.version),
        ("semver", version.semver),
        ("stage", version.stage),
        ("status", _status(version)),
        ("aliases", " ".join(version.aliases) or None),
        ("run", version.run_id),
        ("made outside", version.source or None),
        ("commit", version.commit),
        ("artifact", f"{version.artifact} {version.artifact_digest}".rstrip()),
        ("manifest", version.manifest_digest or None),
        ("metrics", _metrics(version) or None),
        ("description", version.description or None),
        ("tags", _tags(version.tags) or None),
        ("registered", moment(version.registered_at)),
        ("by", version.registered_by.person or version.registered_by.principal),
    ]


def _metrics(version: Version) -> str:
    return " ".join(f"{key}={value:.6g}" for key, value in version.metrics.items())


def _status(version: Version) -> str | None:
    if version.status is VersionStatus.ACTIVE:
        return None
    instead = f"; use version {version.successor}" if version.successor else ""
    return f"{version.status}: {version.status_reason}{instead}"


def _tags(tags: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(tags.items()))


def _aliases(aliases: dict[str, int]) -> str:
    return " ".join(f"{name}={version}" for name, version in aliases.items())
