"""lineal quota"""

from typing import Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.output import print_json, print_table
from lineal.http.api import checked_input
from lineal_contract.quotas import Limit, Quota, StoredQuota, Usage

app = group("What the project may use, and uses.")

_Amount = Annotated[str | None, typer.Option(metavar="NUMBER|none", help="`none` is without a limit.")]


@app.command(epilog="Example: lineal quota show --json")
def show(context: typer.Context, as_json: Json = False) -> None:
    """Show what the project uses of its quota."""
    usage = client_of(context).quotas.usage()
    return print_json(usage) if as_json else print_table(("LIMIT", "USED", "QUOTA"), _rows(usage))


@app.command("set", epilog="Example: lineal quota set --points-per-day 100000000 --runs none")
def set_(
    context: typer.Context,
    requests_per_minute: _Amount = None,
    points_per_day: _Amount = None,
    runs: _Amount = None,
    stored_bytes: _Amount = None,
    as_json: Json = False,
) -> None:
    """Change limits of the project; those that are not given stay. Lowered ones hold within a minute."""
    client = client_of(context)
    given = {
        Limit.REQUESTS_PER_MINUTE: requests_per_minute,
        Limit.POINTS_PER_DAY: points_per_day,
        Limit.RUNS: runs,
        Limit.STORED_BYTES: stored_bytes,
    }
    present = client.quotas.usage().quota
    with checked_input():
        wanted = {
            limit: present.of(limit) if text is None else _number(text) for limit, text in given.items()
        }
        quota = Quota.model_validate(wanted)
    stored = client.quotas.put(quota)
    return print_json(stored) if as_json else print_table(("LIMIT", "QUOTA"), _limits(stored))


def _number(text: str) -> int | None:
    if text.lower() == "none":
        return None
    if not (text.isascii() and text.replace("_", "").isdigit()):
        raise typer.BadParameter(f"{text!r} is neither a number nor `none`")
    return int(text)


def _rows(usage: Usage) -> list[tuple[str, str, str]]:
    used = (usage.requests_this_minute, usage.points_today, usage.runs, usage.stored_bytes)
    return [(name, f"{n:,}", most) for (name, most), n in zip(_limits(usage.quota), used, strict=True)]


def _limits(quota: StoredQuota) -> list[tuple[str, str]]:
    return [
        (limit.value.replace("_", " "), "none" if (most := quota.of(limit)) is None else f"{most:,}")
        for limit in Limit
    ]
