"""lineal projects"""

from typing import Annotated

import typer

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.output import moment, print_facts, print_json, print_table
from lineal.http.api import checked_input
from lineal_contract.projects import ArtifactScheme, Member, Project, Retention
from lineal_contract.roles import Role

app = group("Create projects, and say who is in them.")

ProjectArgument = Annotated[str, typer.Argument(metavar="PROJECT", help="The project.")]
MaybeProject = Annotated[
    str | None, typer.Argument(metavar="[PROJECT]", help="The project; else LINEAL_PROJECT.")
]
_Days = Annotated[str | None, typer.Option(metavar="DAYS|none", help="`none` is for ever.")]
PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="The person's id.")]


@app.command(epilog="Example: lineal projects create diabetes --description 'how diabetes goes on'")
def create(
    context: typer.Context,
    project: ProjectArgument,
    description: Annotated[str, typer.Option(help="What it is about.")] = "",
    as_json: Json = False,
) -> None:
    """Create a project. You become its first member, as Admin."""
    _print(client_of(context).projects.create(project, description=description), as_json)


@app.command("list", epilog="Example: lineal projects list")
def list_(context: typer.Context, limit: Limit = 200, as_json: Json = False) -> None:
    """List all projects, for an admin."""
    found = client_of(context).projects.list(limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("PROJECT", "CREATED", "BY", "DESCRIPTION"),
        ((p.project, moment(p.created_at), p.created_by.display_name, p.description) for p in found),
    )


@app.command(epilog="Example: lineal projects show diabetes")
def show(context: typer.Context, project: MaybeProject = None, as_json: Json = False) -> None:
    """Show a project."""
    _print(client_of(context).projects.get(project), as_json)


@app.command(epilog="Example: lineal projects retain diabetes --deleted-runs-days 30 --series-days 365")
def retain(
    context: typer.Context,
    project: MaybeProject = None,
    deleted_runs_days: _Days = None,
    series_days: _Days = None,
    as_json: Json = False,
) -> None:
    """Say for how long a project keeps runs that no version needs; `lineal gc --apply` acts on it.

    Deleted runs go altogether; of others, points and log lines. What is not given stays as it is.
    """
    client = client_of(context)
    present = client.projects.get(project).retention
    given = {"deleted_runs_days": deleted_runs_days, "series_days": series_days}
    changed = {name: _days(text) for name, text in given.items() if text is not None}
    with checked_input():
        wanted = Retention.model_validate(present.model_dump() | changed)
    _print(client.projects.put_retention(wanted, project=project), as_json)


@app.command(epilog="Example: lineal projects mlflow diabetes --artifacts proxy")
def mlflow(
    context: typer.Context,
    project: MaybeProject = None,
    artifacts: Annotated[
        ArtifactScheme, typer.Option(help="`s3`: clients that sign write there; `proxy`: through the server.")
    ] = ArtifactScheme.S3,
    as_json: Json = False,
) -> None:
    """Choose how MLflow's clients reach the project's files."""
    _print(client_of(context).projects.put_mlflow(artifacts, project=project), as_json)


def _days(text: str) -> int | None:
    if text.lower() == "none":
        return None
    if not (text.isascii() and text.isdigit()):
        raise typer.BadParameter(f"{text!r} is neither a number of days nor `none`")
    return int(text)


@app.command(epilog="Example: lineal projects members diabetes")
def members(
    context: typer.Context, project: MaybeProject = None, limit: Limit = 200, as_json: Json = False
) -> None:
    """List who is in a project, with which roles."""
    found = client_of(context).projects.members(project, limit=limit)
    if as_json:
        return print_json(found)
    return print_table(("PERSON", "ROLES", "SINCE", "BY"), (_row(m) for m in found))


@app.command(epilog="Example: lineal projects add-member diabetes ada --role DataScientist --role Deployer")
def add_member(
    context: typer.Context,
    project: ProjectArgument,
    person: PersonArgument,
    role: Annotated[list[Role], typer.Option(help="A role there; may be repeated.", case_sensitive=False)],
    as_json: Json = False,
) -> None:
    """Give a person roles in a project, in place of those they had there."""
    member = client_of(context).projects.put_member(person, role, project=project)
    if as_json:
        return print_json(member)
    return print_table(("PERSON", "ROLES", "SINCE", "BY"), [_row(member)])


@app.command(epilog="Example: lineal projects remove-member diabetes ada")
def remove_member(
    context: typer.Context, project: ProjectArgument, person: PersonArgument, as_json: Json = False
) -> None:
    """Take a person out of a project; their tokens there end with it."""
    member = client_of(context).projects.remove_member(person, project=project)
    if as_json:
        return print_json(member)
    return print_table(("PERSON", "ROLES", "SINCE", "BY"), [_row(member)])


def _row(member: Member) -> tuple[object, ...]:
    return (
        member.person,
        ", ".join(member.roles) or "none",
        moment(member.added_at),
        member.added_by.display_name,
    )


def _kept(days: int | None) -> str:
    return "kept for ever" if days is None else f"kept for {days:,} days"


def _print(project: Project, as_json: bool) -> None:
    if as_json:
        return print_json(project)
    return print_facts(
        [
            ("project", project.project),
            ("description", project.description or None),
            ("created", moment(project.created_at)),
            ("by", project.created_by.display_name),
            ("deleted runs", _kept(project.retention.deleted_runs_days)),
            ("points and logs", _kept(project.retention.series_days)),
        ]
    )
