"""lineal whoami, people"""

from typing import Annotated

import typer

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.output import moment, print_facts, print_json, print_table
from lineal_contract.people import Person

app = group("Say which identities belong to one human.")

PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="The person's id.")]
IdentityArgument = Annotated[
    str, typer.Argument(metavar="ARN", help="An IAM user's ARN, or a role session's.")
]


def whoami(context: typer.Context, as_json: Json = False) -> None:
    """Show the caller as the server sees them."""
    me = client_of(context).people.me()
    if as_json:
        return print_json(me)
    return print_facts(
        [
            ("principal", me.actor.principal),
            ("person", me.actor.person or "not recorded: may request, never approve"),
            ("name", me.name),
            ("account", me.account),
            ("project", me.project),
            ("token's role", me.role),
            ("token expires", moment(me.expires_at)),
        ]
    )


@app.command("list", epilog="Example: lineal people list")
def list_(context: typer.Context, limit: Limit = 200, as_json: Json = False) -> None:
    """List people."""
    found = client_of(context).people.list(limit=limit)
    if as_json:
        return print_json(found)
    return print_table(("PERSON", "NAME", "EMAIL", "IDENTITIES"), (_row(p) for p in found))


@app.command(
    epilog="Example: lineal people add ada --name 'Ada L' --identity arn:aws:iam::123456789012:user/ada"
)
def add(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A short id: a-z, 0-9, dot, hyphen.")],
    name: Annotated[str, typer.Option(help="The full name.")],
    identity: Annotated[
        list[str] | None, typer.Option(help="An ARN that is theirs; may be repeated.")
    ] = None,
    email: Annotated[str | None, typer.Option(help="Where to reach them.")] = None,
    as_json: Json = False,
) -> None:
    """Record a person, in place of what was recorded under this id before."""
    record = client_of(context).people.put(person, name=name, email=email, identities=identity or ())
    _print(record, as_json)


@app.command(epilog="Example: lineal people link ada arn:aws:iam::123456789012:user/ada")
def link(
    context: typer.Context, person: PersonArgument, identity: IdentityArgument, as_json: Json = False
) -> None:
    """Give a person one more identity. One belongs to one person."""
    _print(client_of(context).people.link(person, identity), as_json)


@app.command(epilog="Example: lineal people unlink ada arn:aws:iam::123456789012:user/ada")
def unlink(
    context: typer.Context, person: PersonArgument, identity: IdentityArgument, as_json: Json = False
) -> None:
    """Take an identity from a person."""
    _print(client_of(context).people.unlink(person, identity), as_json)


@app.command(epilog="Example: lineal people remove ada")
def remove(context: typer.Context, person: PersonArgument, as_json: Json = False) -> None:
    """Remove a person: their identities are nobody's, their tokens end, they decide nothing any more."""
    _print(client_of(context).people.remove(person), as_json)


def _print(record: Person, as_json: bool) -> None:
    if as_json:
        return print_json(record)
    return print_table(("PERSON", "NAME", "EMAIL", "IDENTITIES"), [_row(record)])


def _row(person: Person) -> tuple[object, ...]:
    return person.person_id, person.name, person.email, " ".join(person.identities)
