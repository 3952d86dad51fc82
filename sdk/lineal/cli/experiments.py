"""lineal experiments"""

from typing import Annotated

import typer

from lineal.cli.app import Filter, Json, Limit, OrderBy, client_of, group
from lineal.cli.output import moment, print_facts, print_json, print_table, say
from lineal.cli.run_changes import as_pairs, show_lines
from lineal.errors import InputError
from lineal.wording import counted
from lineal_contract.experiments import Experiment

app = group("Look at experiments, and change their notes, tags and names.")

Name = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="The experiment's name.")]


@app.command("list", epilog="Example: lineal experiments list --filter \"tags.team = 'risk'\"")
def list_(
    context: typer.Context,
    condition: Filter = "",
    order_by: OrderBy = "",
    deleted: Annotated[bool, typer.Option("--deleted", help="The deleted ones.")] = False,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List experiments, newest first or in another order."""
    stage = "deleted" if deleted else "active"
    found = client_of(context).experiments.list(condition, stage=stage, order_by=order_by, limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("EXPERIMENT", "TAGS", "NOTE", "CREATED", "BY"),
        ((e.name, _tags(e), _first_line(e.note), moment(e.created_at), _maker(e)) for e in found),
    )


@app.command(epilog="Example: lineal experiments show diabetes")
def show(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show an experiment."""
    found = client_of(context).experiments.get(name)
    print_json(found) if as_json else print_facts(_facts(found))


@app.command(epilog="Example: lineal experiments create diabetes --note 'how it goes on after a year'")
def create(
    context: typer.Context,
    name: Name,
    note: Annotated[str, typer.Option(help="Markdown.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; again for more.")] = None,
    as_json: Json = False,
) -> None:
    """Make an experiment; the first run that names one makes it by itself."""
    made = client_of(context).experiments.create(name, note=note, tags=as_pairs(tag or []))
    _tell(made, as_json, "it has no runs yet")


@app.command(epilog="Example: lineal experiments tag diabetes team=risk --remove draft")
def tag(
    context: typer.Context,
    name: Name,
    tags: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Tags to set.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to remove; may be given again.")] = None,
    as_json: Json = False,
) -> None:
    """Set and remove tags."""
    experiments, wanted = client_of(context).experiments, as_pairs(tags or [])
    if not wanted and not remove:
        raise InputError("give NAME=VALUE, or --remove NAME")
    changed = experiments.set_tags(name, wanted, remove=remove or ())
    _tell(changed, as_json, counted(len(changed.tags), "tag"))


@app.command(epilog="Example: lineal experiments note diabetes 'the target is **standardised**'")
def note(
    context: typer.Context,
    name: Name,
    text: Annotated[str | None, typer.Argument(help="Markdown; `-` reads it from stdin.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the note.")] = False,
    as_json: Json = False,
) -> None:
    """Set the note of an experiment, or show it."""
    experiments = client_of(context).experiments
    if text is None and not remove:
        found = experiments.get(name).note
        return print_json({"note": found}) if as_json else typer.echo(show_lines(found), nl=bool(found))
    given = typer.get_text_stream("stdin").read() if text == "-" else text or ""
    changed = experiments.set_note(name, given)
    return _tell(changed, as_json, "its note is set" if given else "its note is removed")


@app.command(epilog="Example: lineal experiments rename diabetes diabetes-2024")
def rename(
    context: typer.Context,
    name: Name,
    to: Annotated[str, typer.Argument(metavar="NEW-NAME", help="Its new name.")],
    as_json: Json = False,
) -> None:
    """Give an experiment another name; its runs stay with it."""
    _tell(client_of(context).experiments.rename(name, to), as_json, f"it was {name}")


@app.command(epilog="Example: lineal experiments delete diabetes")
def delete(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Take an experiment out of the lists; nothing is removed."""
    _tell(client_of(context).experiments.delete(name), as_json, "deleted; `restore` brings it back")


@app.command(epilog="Example: lineal experiments restore diabetes")
def restore(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Bring a deleted experiment back."""
    _tell(client_of(context).experiments.restore(name), as_json, "restored")


def _facts(experiment: Experiment) -> list[tuple[str, object]]:
    edited = experiment.edited
    return [
        ("experiment", experiment.name),
        ("id", experiment.experiment_id),
        ("stage", experiment.stage if experiment.stage == "deleted" else None),
        ("note", experiment.note or None),
        ("tags", _tags(experiment) or None),
        ("created", moment(experiment.created_at)),
        ("by", _maker(experiment)),
        ("changed", f"{moment(edited.at)} by {edited.actor.display_name}" if edited else None),
    ]


def _maker(experiment: Experiment) -> str | None:
    return experiment.actor.display_name if experiment.actor else None


def _tags(experiment: Experiment) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(experiment.tags.items()))


def _first_line(note: str) -> str:
    first, _, rest = note.strip().partition("\n")
    return f"{first[:60]}…" if rest or len(first) > 60 else first


def _tell(experiment: Experiment, as_json: bool, message: str) -> None:
    if as_json:
        return print_json(experiment)
    return say(f"experiment {experiment.name}: {message}")
