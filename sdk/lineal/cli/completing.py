"""What the shell offers on TAB beside names of commands and options: what the project has."""

import os
from typing import TYPE_CHECKING

import typer

from lineal.errors import LinealError
from lineal_contract.stages import DEFAULT_MOVES, stages_of

if TYPE_CHECKING:
    from lineal.client import Client


def stages(context: typer.Context, incomplete: str) -> list[str]:
    """Return the stages a version can be promoted to, by the project's rules, or the built-in ones."""
    try:
        moves = _client(context).policies.get().policy.graph()
    except LinealError:  # nobody who presses TAB wants to read why
        moves = DEFAULT_MOVES
    entered = {target for targets in moves.values() for target in targets}
    return [str(stage) for stage in stages_of(moves) if stage in entered and stage.startswith(incomplete)]


def _client(context: typer.Context) -> "Client":
    """Return a client that asks once: the shell waits for it."""
    import boto3

    from lineal.client import Client
    from lineal.http.transport.http import HttpTransport
    from lineal.http.transport.signing import SigningTransport

    root = context.find_root()
    if root.obj is not None:
        given: Client = root.obj()
        return given
    wire, token = HttpTransport(), os.environ.get("LINEAL_TOKEN")
    once = wire if token else SigningTransport(wire, boto3.Session)
    return Client(root.params.get("api_url"), root.params.get("project"), transport=once, token=token)
