"""lineal policy"""

from pathlib import Path
from typing import Annotated

import typer

from lineal.api import checked_input
from lineal.cli.app import Json, client_of, group
from lineal.cli.output import print_facts, print_json
from lineal.errors import InputError
from lineal_contract.policies import Policy, StagePolicy, StoredPolicy

app = group("The promotion rules of the project.")


@app.command(epilog="Example: lineal policy show --json")
def show(context: typer.Context, as_json: Json = False) -> None:
    """Show the rules in force."""
    _print(client_of(context).policies.get(), as_json)


@app.command(epilog="Example: lineal policy apply promotion.json")
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The rules as JSON.", dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Put the rules of a file in force."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    with checked_input():
        policy = Policy.model_validate_json(text)
    _print(client_of(context).policies.put(policy), as_json)


def _print(stored: StoredPolicy, as_json: bool) -> None:
    if as_json:
        return print_json(stored)
    return print_facts(
        [
            ("policy", stored.ref.name),
            ("digest", stored.ref.digest),
            ("commit", stored.ref.commit),
            *((f"to {stage}", _in_words(rules)) for stage, rules in stored.policy.stages.items()),
        ]
    )


def _in_words(stage: StagePolicy) -> str:
    rules = [" ".join(f"{k}={v}" for k, v in r.model_dump(exclude_none=True).items()) for r in stage.rules]
    return "; ".join([*rules, f"approvals={stage.approvals}"])
