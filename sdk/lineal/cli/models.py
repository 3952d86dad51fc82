"""lineal models, register, promote"""

from typing import Annotated

import typer

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.approvals import facts as approval_facts
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import complain, moment, print_facts, print_json, print_table
from lineal.resources.approvals import Approval
from lineal.resources.models import Version
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.policies import Stage

app = group("Look at registered models.")

ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="The registered model's name.")]


@app.command("list", epilog="Example: lineal models list")
def list_(context: typer.Context, limit: Limit = 50, as_json: Json = False) -> None:
    """List registered models."""
    found = client_of(context).models.list(limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("MODEL", "LATEST", "PRODUCTION", "ALIASES", "CREATED"),
        (
            (m.model, m.latest_version, m.production_version, _aliases(m.aliases), moment(m.created_at))
            for m in found
        ),
    )


@app.command(epilog="Example: lineal models show diabetes; lineal models show diabetes 2")
def show(
    context: typer.Context,
    model: ModelArgument,
    version: Annotated[int | None, typer.Argument(metavar="[VERSION]", help="One of its versions.")] = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Show a model with its newest versions, or one version."""
    models = client_of(context).models
    if version is not None:
        found = models.version(model, version)
        return print_json(found) if as_json else print_facts(_facts(found))
    record, versions = models.get(model), list(models.versions(model, limit=limit))
    if as_json:
        return print_json({"model": record, "versions": versions})
    return print_table(
        ("VERSION", "STAGE", "ALIASES", "RUN", "METRICS", "REGISTERED"),
        (
            (v.version, v.stage, " ".join(v.aliases), v.run_id, _metrics(v), moment(v.registered_at))
            for v in versions
        ),
    )


def register(
    context: typer.Context,
    model: ModelArgument,
    run_id: Annotated[str, typer.Option("--run", help="The run that made the artifact.")],
    artifact: Annotated[str, typer.Option(help="The artifact's name in that run.")],
    description: Annotated[str, typer.Option(help="What is to be known about this version.")] = "",
    request_id: Annotated[
        str | None, typer.Option(help="32 hex digits; the same ones again give the same version.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Register an artifact of a run as the next version of a model."""
    version = client_of(context).models.register(
        model, artifact, run_id=run_id, description=description, request_id=request_id
    )
    print_json(version) if as_json else print_facts(_facts(version))


def promote(
    context: typer.Context,
    model: ModelArgument,
    version: Annotated[int, typer.Argument(metavar="VERSION", help="The version's number.")],
    to: Annotated[Stage, typer.Option(help="The stage it shall enter.")],
    reason: Annotated[str, typer.Option(help="Why; approvers read it.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the outcome; exit 4 if it is a no.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait at most; exit 7 after them.")] = 300.0,
    as_json: Json = False,
) -> None:
    """Ask for a version to enter a stage."""
    approval = client_of(context).models.promote(model, version, to, reason=reason)
    if wait:
        approval = approval.wait(timeout=timeout)
    print_json(approval) if as_json else print_facts(approval_facts(approval))
    if wait and approval.status is not ApprovalStatus.APPLIED:
        complain(_why_not(approval))
        raise typer.Exit(ExitCode.REFUSED)


def _why_not(approval: Approval) -> str:
    said = approval.refusal or next((d.reason for d in reversed(approval.decisions) if d.reason), None)
    return f"{approval.model} {approval.version} is {approval.status}" + (f": {said}" if said else "")


def _facts(version: Version) -> list[tuple[str, object]]:
    return [
        ("model", version.model),
        ("version", version.version),
        ("stage", version.stage),
        ("aliases", " ".join(version.aliases) or None),
        ("run", version.run_id),
        ("artifact", f"{version.artifact} {version.artifact_digest}"),
        ("manifest", version.manifest_digest),
        ("metrics", _metrics(version) or None),
        ("description", version.description or None),
        ("registered", moment(version.registered_at)),
        ("by", version.registered_by.person or version.registered_by.principal),
    ]


def _metrics(version: Version) -> str:
    return " ".join(f"{key}={value:.6g}" for key, value in version.metrics.items())


def _aliases(aliases: dict[str, int]) -> str:
    return " ".join(f"{name}={version}" for name, version in aliases.items())
