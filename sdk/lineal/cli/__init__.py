"""The command line: `lineal`."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from lineal.cli import (
    aliases,
    approvals,
    artifacts,
    audit,
    backup,
    card,
    consumers,
    endpoints,
    experiments,
    importing,
    metrics,
    models,
    people,
    policy,
    projects,
    quota,
    registering,
    runs,
    tokens,
    versions,
)
from lineal.cli.app import ErrorsAsExitCodes
from lineal.cli.cost import cost
from lineal.cli.demo import demo
from lineal.cli.deploy_stack import deploy_stack
from lineal.cli.diff import diff
from lineal.cli.doctor import doctor
from lineal.cli.exit_codes import EXPLAINED, ExitCode
from lineal.cli.gc import collect_garbage
from lineal.cli.local import app as local
from lineal.cli.output import complain
from lineal.cli.pull import command as pull
from lineal.cli.sync import command as sync
from lineal.cli.trace import trace

if TYPE_CHECKING:
    from lineal.client import Client

app = typer.Typer(
    name="lineal",
    help="An experiment tracker and model registry that can prove what is live.",
    epilog=EXPLAINED,
    cls=ErrorsAsExitCodes,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    context: typer.Context,
    api_url: Annotated[str | None, typer.Option(envvar="LINEAL_API_URL", help="The API's address.")] = None,
    project: Annotated[str | None, typer.Option(envvar="LINEAL_PROJECT", help="The project.")] = None,
) -> None:
    """An experiment tracker and model registry that can prove what is live."""

    def new_client() -> "Client":
        from lineal.client import Client

        return Client(api_url, project)

    context.obj = context.obj or new_client


app.add_typer(experiments.app, name="experiments")
app.add_typer(runs.app, name="runs")
app.add_typer(metrics.app, name="metrics")
app.add_typer(artifacts.app, name="artifacts")
app.command(
    epilog="Example: lineal diff 0192f0c1a2b37c4d8e5f60718293a4b5 0192f0d4b3c27a1e9f6071829304a5b6 --json"
)(diff)
app.add_typer(models.app, name="models")
app.add_typer(versions.app, name="versions")
app.add_typer(aliases.app, name="aliases")
app.add_typer(consumers.app, name="consumers")
app.add_typer(card.app, name="card")
app.command("pull", epilog="Example: lineal pull diabetes@champion --to /opt/models/diabetes --watch")(pull)
app.command(
    epilog="Example: lineal register diabetes --run 0192f0c1a2b37c4d8e5f60718293a4b5 --artifact model"
)(registering.register)
app.command(epilog="Example: lineal promote diabetes@2 --to production --reason 'lower error' --wait")(
    registering.promote
)
app.add_typer(approvals.app, name="approvals")
app.add_typer(endpoints.app, name="endpoints")
app.command(epilog="Example: lineal predict diabetes --inputs '[[0.1, 0.2]]'")(endpoints.predict)
app.command(epilog="Example: lineal rollback diabetes --to 1 --reason 'errors in production'")(
    endpoints.rollback
)
app.command(epilog="Example: lineal trace diabetes --verify")(trace)
app.command(epilog="Example: lineal whoami --json")(people.whoami)
app.add_typer(people.app, name="people")
app.add_typer(projects.app, name="projects")
app.add_typer(tokens.app, name="token")
app.add_typer(policy.app, name="policy")
app.add_typer(quota.app, name="quota")
app.command(epilog="Example: lineal cost --points 1000000000")(cost)
app.add_typer(audit.app, name="audit")
app.add_typer(local, name="local")
app.add_typer(backup.app, name="backup")
app.command("gc", epilog="Example: lineal gc --stack lineal-production --apply")(collect_garbage)
app.add_typer(importing.app, name="import")
app.command("sync", epilog="Example: lineal sync --json")(sync)
app.command(epilog="Example: lineal demo --json")(demo)
app.command(epilog="Example: lineal deploy-stack --environment staging --bootstrap")(deploy_stack)
app.command(epilog="Example: lineal doctor --json")(doctor)


def main() -> None:
    """Run the command line; no failure is a traceback unless LINEAL_DEBUG=1 asks for it."""
    try:
        app()
    except Exception as error:
        if os.environ.get("LINEAL_DEBUG") == "1":
            raise
        complain(f"unexpected {type(error).__name__}: {error} (LINEAL_DEBUG=1 shows where)")
        sys.exit(ExitCode.ERROR)
