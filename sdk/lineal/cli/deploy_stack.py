"""`lineal deploy-stack`: from a clone to a running stack in an AWS account, and back."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import print_facts, say
from lineal.errors import InputError

if TYPE_CHECKING:
    from boto3.session import Session

    from lineal.cloud import Account, Deployed

ALLOW_TEARDOWN = "lineal:allow-teardown"


class Environment(StrEnum):
    """Stacks that can stand side by side in one account."""

    DEV = "dev"
    STAGING = "staging"
    PRODUCTION = "production"
    LIVE = "live"  # made and deleted by the live suite


def deploy_stack(
    environment: Annotated[Environment, typer.Option(help="Which stack.")] = Environment.DEV,
    context: Annotated[
        list[str] | None,
        typer.Option("--context", "-c", metavar="KEY=VALUE", help="An option of docs/deploy.md; repeatable."),
    ] = None,
    bootstrap: Annotated[
        bool, typer.Option("--bootstrap", help="First prepare the account's region for the CDK.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Only show what would change.")] = False,
    allow_teardown: Annotated[
        bool, typer.Option("--allow-teardown", help="Lift the protection of the data from deletion.")
    ] = False,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="Delete the stack and all its data; asks for its name.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, for pipelines.")] = False,
) -> None:
    """Deploy lineal to the AWS account of your credentials, from a clone."""
    import boto3

    from lineal import cloud
    from lineal.local.assembly import find_clone

    options = _context(context or [], environment, allow_teardown)
    clone, stack, session = find_clone(), f"lineal-{environment}", boto3.Session()
    account = cloud.account(session)
    _announce(stack, account, cloud.deployed(session, stack))
    if destroy:
        _destroy(session, clone, stack, yes=yes)
        return
    assembly = clone / "cdk.out" / environment
    cloud.synthesize(clone, assembly, options)
    if diff:
        cloud.diff(clone, assembly, stack)
        return
    if not yes:
        typer.confirm(f"Deploy {stack} to {account.number} in {account.region}?", abort=True)
    if bootstrap:
        cloud.bootstrap(account.number, account.region)
    cloud.deploy(clone, assembly, stack)
    _tell_what_next(cloud.deployed(session, stack))


def _context(pairs: list[str], environment: Environment, allow_teardown: bool) -> dict[str, str]:
    malformed = [pair for pair in pairs if not pair.partition("=")[2]]
    if malformed:
        raise InputError(f"--context takes KEY=VALUE, not {malformed[0]!r}")
    given = dict(pair.split("=", 1) for pair in pairs)
    if allow_teardown:
        given[ALLOW_TEARDOWN] = "true"
    return {**given, "lineal:environment": environment}


def _announce(stack: str, account: "Account", there: "Deployed | None") -> None:
    print_facts(
        [
            ("stack", stack),
            ("account", account.number),
            ("region", account.region),
            ("as", account.caller),
            ("now", there.status if there else "not deployed"),
        ]
    )


def _destroy(session: "Session", clone: Path, stack: str, *, yes: bool) -> None:
    from lineal import cloud
    from lineal_contract.roles import StackOutput

    there = cloud.deployed(session, stack)
    if there is None:
        say(f"there is no {stack}")
        raise typer.Exit(ExitCode.NOT_FOUND)
    if there.protected:
        say(f"{stack} protects its data. Deploy it with --allow-teardown first, then destroy it.")
        raise typer.Exit(ExitCode.REFUSED)
    if not yes and typer.prompt(f"This deletes every run, model and artifact. Type {stack}") != stack:
        say("nothing was deleted")
        raise typer.Exit(ExitCode.REFUSED)
    for name in (StackOutput.ARTIFACTS_BUCKET, StackOutput.ACCESS_LOGS_BUCKET):
        count = cloud.empty_bucket(session, there.outputs[name])
        say(f"deleted {count} object versions in {there.outputs[name]}")
    assembly = clone / "cdk.out" / stack.removeprefix("lineal-")
    context = {"lineal:environment": assembly.name, ALLOW_TEARDOWN: "true", "lineal:compiled": "never"}
    cloud.synthesize(clone, assembly, context)
    cloud.destroy(clone, assembly, stack)


def _tell_what_next(there: "Deployed | None") -> None:
    from lineal_contract.roles import StackOutput

    if there is None:
        return
    say("")
    print_facts(there.outputs.items())
    say("")
    say(f"export LINEAL_API_URL={there.outputs[StackOutput.API_URL]}")
    say("Next: the first project and people, in docs/deploy.md. `lineal doctor` says what is missing.")
