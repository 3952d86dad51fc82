"""lineal runs: what people change by hand"""

from typing import Annotated

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.output import print_json, say
from lineal.errors import InputError
from lineal.resources.runs import Run
from lineal.wording import counted

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands that change a run."""
    example = "0192f0c1a2b37c4d8e5f60718293a4b5"
    app.command(epilog=f"Example: lineal runs tag {example} team=risk --remove draft")(tag)
    app.command(epilog=f"Example: lineal runs note {example} 'better with **dropout**'")(note)
    app.command(epilog=f"Example: lineal runs stop {example} --reason 'it overfits'")(stop)
    app.command(epilog=f"Example: lineal runs delete {example}")(delete)
    app.command(epilog=f"Example: lineal runs restore {example}")(restore)


def tag(
    context: typer.Context,
    run_id: RunId,
    tags: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Tags to set.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to remove; may be given again.")] = None,
    as_json: Json = False,
) -> None:
    """Set and remove tags."""
    runs, wanted = client_of(context).runs, as_pairs(tags or [])
    if not wanted and not remove:
        raise InputError("give NAME=VALUE, or --remove NAME")
    run = runs.set_tags(run_id, wanted, remove=remove or ())
    _tell(run, as_json, counted(len(run.tags), "tag"))


def as_pairs(texts: list[str]) -> dict[str, str]:
    """Return `name=value` texts as a dict. Raises InputError."""
    for text in texts:
        if "=" not in text.lstrip("="):
            raise InputError(f"a tag is NAME=VALUE, not {text!r:.80}")
    return dict(text.split("=", 1) for text in texts)


def note(
    context: typer.Context,
    run_id: RunId,
    text: Annotated[str | None, typer.Argument(help="Markdown; `-` reads it from stdin.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the note.")] = False,
    as_json: Json = False,
) -> None:
    """Set the note of a run, or show it."""
    runs = client_of(context).runs
    if text is None and not remove:
        run = runs.get(run_id)
        return (
            print_json({"note": run.note}) if as_json else typer.echo(show_lines(run.note), nl=bool(run.note))
        )
    given = typer.get_text_stream("stdin").read() if text == "-" else text or ""
    return _tell(runs.set_note(run_id, given), as_json, "its note is set" if given else "its note is removed")


def show_lines(text: str) -> str:
    """Return a text of several lines as it may be shown: without what moves a cursor."""
    from lineal.cli.output import clean

    return "\n".join(map(clean, text.splitlines()))


def stop(
    context: typer.Context,
    run_id: RunId,
    reason: Annotated[str, typer.Option(help="What its process is told.")] = "",
    as_json: Json = False,
) -> None:
    """Ask a run to stop; a training that looks at `run.should_stop` does within seconds."""
    _tell(client_of(context).runs.stop(run_id, reason), as_json, "it is asked to stop")


def delete(context: typer.Context, run_id: RunId, as_json: Json = False) -> None:
    """Take a run out of the lists; nothing of it is removed."""
    _tell(
        client_of(context).runs.delete(run_id), as_json, f"deleted; back with: lineal runs restore {run_id}"
    )


def restore(context: typer.Context, run_id: RunId, as_json: Json = False) -> None:
    """Bring a deleted run back."""
    _tell(client_of(context).runs.restore(run_id), as_json, "restored")


def _tell(run: Run, as_json: bool, message: str) -> None:
    if as_json:
        return print_json(run)
    return say(f"run {run.id}: {message}")
