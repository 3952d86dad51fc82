"""What commands share that work on a stack itself, in an account or on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from lineal.errors import ConfigurationError, InputError

if TYPE_CHECKING:
    from lineal.keeping import Stores
    from lineal.keeping.progress import Told

StackName = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="The CloudFormation stack, by your credentials.")
]
LocalData = Annotated[
    Path | None, typer.Option("--local", metavar="DIR", help="The local stack that is up in DIR instead.")
]


def found_stores(stack: str | None, local: Path | None) -> "Stores":
    """Return where the stack keeps its data. Raises InputError, ConfigurationError, NotRunningError."""
    if (stack is None) == (local is None):
        raise InputError("say which stack: --stack NAME in an account, or --local DIR")
    return _local(local) if local is not None else _in_account(str(stack))


def _local(data: Path) -> "Stores":
    from lineal import keeping
    from lineal.local import connect

    up = connect(data)
    return keeping.Stores.of(up.root_session(), up.outputs, up.endpoint_url)


def _in_account(stack: str) -> "Stores":
    import boto3

    from lineal import cloud, keeping

    session = boto3.Session()
    cloud.account(session)
    there = cloud.deployed(session, stack)
    if there is None:
        raise ConfigurationError(f"there is no stack {stack} in {session.region_name}")
    return keeping.Stores.of(session, there.outputs)


def stores_with(stores: "Stores", **tables: str | None) -> "Stores":
    """Return the stores with other tables in place of those that are named."""
    named = {name: table for name, table in tables.items() if table is not None}
    return replace(stores, tables={**stores.tables, **named})


@contextmanager
def working() -> Iterator["Told"]:
    """Show on stderr what is being done, as a bar where it is counted; nothing where that is no terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bars:
        task = bars.add_task("starting", total=None)

        def told(what: str, done: int = 0, total: int | None = None) -> None:
            bars.update(task, description=what, completed=done, total=total)

        yield told
