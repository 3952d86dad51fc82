"""lineal register, lineal promote"""

from pathlib import Path
from typing import Annotated, Any

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.approvals import facts as approval_facts
from lineal.cli.completing import stages
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import complain, print_facts, print_json
from lineal.cli.references import ModelArgument, ModelOrVersion, Tags, model_and_version, tags_of
from lineal.cli.version_facts import facts
from lineal.errors import InputError
from lineal.resources.approvals import Approval
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.semver import Bump


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
