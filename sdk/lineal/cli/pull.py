"""lineal pull"""

import time
from pathlib import Path
from typing import Annotated

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.output import complain, print_json, say
from lineal.cli.references import ReferenceArgument
from lineal.errors import NotFoundError, TransportError
from lineal.governance.pulling import Pulled, pull, watch


def command(
    context: typer.Context,
    version: ReferenceArgument,
    to: Annotated[Path, typer.Option(help="The folder to keep; `current` in it leads to the files.")],
    watching: Annotated[bool, typer.Option("--watch", help="Look again and again.")] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between looks, give or take a fifth.")] = 60.0,
    key: Annotated[Path | None, typer.Option(help="The public key that must have signed it.")] = None,
    as_json: Json = False,
) -> None:
    """Bring a folder to the version that a name means; nothing is fetched while it means the same."""
    client = client_of(context)
    if not watching:
        return _tell(pull(client, version, to, key=key), as_json)
    while True:
        try:
            for pulled in watch(client, version, to, every=every, key=key):
                if pulled.changed:
                    _tell(pulled, as_json)
        except (TransportError, NotFoundError) as error:  # the network, or an alias that is away for a moment
            complain(error)
            time.sleep(every)


def _tell(pulled: Pulled, as_json: bool) -> None:
    if as_json:
        return print_json(
            {
                "model": pulled.model,
                "version": pulled.version,
                "semver": pulled.semver,
                "manifest_digest": pulled.manifest_digest,
                "path": str(pulled.path),
                "changed": pulled.changed,
            }
        )
    how = "is now" if pulled.changed else "is still"
    return say(f"{pulled.path} {how} {pulled.model}@{pulled.version}")
