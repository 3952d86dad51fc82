"""lineal artifacts"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.output import moment, print_facts, print_json, print_table, say
from lineal.report.texts import size
from lineal.wording import counted
from lineal_contract.artifacts import Artifact

app = group("Store and fetch the files of runs.")

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]


@app.command("list", epilog="Example: lineal artifacts list 0192f0c1a2b37c4d8e5f60718293a4b5")
def list_(context: typer.Context, run_id: RunArgument, as_json: Json = False) -> None:
    """List the artifacts of a run."""
    found = client_of(context).runs.get(run_id).artifacts
    if as_json:
        return print_json(found)
    return print_table(
        ("ARTIFACT", "FILES", "BYTES", "DIGEST", "LOGGED"),
        ((a.name, a.count, a.size, a.digest, moment(a.created_at)) for a in found),
    )


@app.command(epilog="Example: lineal artifacts upload 0192f0c1a2b37c4d8e5f60718293a4b5 reports/ --name r")
def upload(
    context: typer.Context,
    run_id: RunArgument,
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file, a folder, or - for standard input.")],
    name: Annotated[str | None, typer.Option(help="The artifact's name; the path's by default.")] = None,
    description: Annotated[str, typer.Option(help="What it is.")] = "",
    as_json: Json = False,
) -> None:
    """Store a file or a folder as an artifact of a run; what was interrupted goes on where it ended."""
    source = sys.stdin.buffer if path == "-" else Path(path)
    artifact = client_of(context).artifacts.log(run_id, source, name, description=description)
    print_json(artifact) if as_json else print_facts(_facts(artifact))


@app.command(epilog="Example: lineal artifacts download 0192f0c1a2b37c4d8e5f60718293a4b5 reports --to there/")
def download(
    context: typer.Context,
    run_id: RunArgument,
    name: Annotated[str, typer.Argument(metavar="ARTIFACT", help="The artifact's name.")],
    to: Annotated[Path, typer.Option(help="The folder to write to.")] = Path(),
    as_json: Json = False,
) -> None:
    """Fetch an artifact of a run, every byte verified; what is there already is not fetched again."""
    artifacts = client_of(context).artifacts
    artifact = artifacts.get(run_id, name)
    artifacts.fetch(artifact, to)
    if as_json:
        return print_json(artifact)
    return say(f"{counted(artifact.count, 'file')}, {size(artifact.size)}, verified, in {to}")


def _facts(artifact: Artifact) -> list[tuple[str, object]]:
    return [
        ("artifact", artifact.name),
        ("digest", artifact.digest),
        ("files", artifact.count),
        ("bytes", artifact.size),
        ("logged", moment(artifact.created_at)),
    ]
