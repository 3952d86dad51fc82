"""lineal token"""

import time
from typing import Annotated

import typer

from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.output import moment, print_facts, print_json, print_table, say
from lineal_contract.roles import Role
from lineal_contract.tokens import MAX_DAYS, Token

app = group("Make, list and revoke bearer tokens, for places without AWS credentials.")

TokenArgument = Annotated[str, typer.Argument(metavar="TOKEN_ID", help="The token's id, not the token.")]


@app.command(epilog="Example: lineal token create --name nightly-training --role DataScientist --days 7")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What it is for, to know it by.")],
    role: Annotated[
        Role, typer.Option(help="One of your own roles in the project.", case_sensitive=False)
    ] = Role.DATA_SCIENTIST,
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="How many days it is good for.")] = 30,
    as_json: Json = False,
) -> None:
    """Make a token for yourself in the project and print it, once. Needs AWS credentials."""
    made = client_of(context).tokens.create(name, role=role, days=days)
    if as_json:
        return print_json({**made.token.model_dump(mode="json"), "token": made.secret})
    print_facts([*_facts(made.token), ("token", made.secret)])
    return say("Set LINEAL_TOKEN to it. It is not shown again.")


@app.command("list", epilog="Example: lineal token list --all")
def list_(
    context: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's, for an admin.")] = False,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """List your tokens in the project, newest first."""
    found = client_of(context).tokens.list(everybody=everybody, limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("TOKEN ID", "PERSON", "ROLE", "NAME", "CREATED", "EXPIRES", "STATE"),
        (
            (t.token_id, t.person, t.role, t.name, moment(t.created_at), moment(t.expires_at), _state(t))
            for t in found
        ),
    )


@app.command(epilog="Example: lineal token revoke 0192f0d9e6f17c2b8d4a5f6071829304")
def revoke(
    context: typer.Context,
    token_id: TokenArgument,
    anybodys: Annotated[bool, typer.Option("--anybodys", help="Whosever it is, for an admin.")] = False,
    as_json: Json = False,
) -> None:
    """Revoke a token: at once for decisions, deployments and administration, elsewhere within a minute."""
    token = client_of(context).tokens.revoke(token_id, anybodys=anybodys)
    if as_json:
        return print_json(token)
    return print_facts(_facts(token))


def _facts(token: Token) -> list[tuple[str, object]]:
    return [
        ("token id", token.token_id),
        ("name", token.name),
        ("project", token.project),
        ("person", token.person),
        ("role", token.role),
        ("expires", moment(token.expires_at)),
        ("revoked", moment(token.revoked_at)),
    ]


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at <= time.time() * 1000 else "valid"
