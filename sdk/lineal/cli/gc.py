"""lineal gc"""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from lineal.cli.app import Json
from lineal.cli.exit_codes import ExitCode
from lineal.cli.operating import LocalData, StackName, found_stores, working
from lineal.cli.output import complain, print_json, print_table, say

if TYPE_CHECKING:
    from lineal.keeping.clearing import Tally


def collect_garbage(
    stack: StackName = None,
    local: LocalData = None,
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="Clear it; without this nothing changes.")
    ] = False,
    grace_days: Annotated[
        int, typer.Option(min=1, help="Leave alone what is younger, or was touched since.")
    ] = 7,
    as_json: Json = False,
) -> None:
    """Find what nothing refers to, in a whole stack, and clear it with --apply; by your own AWS credentials.

    Content that nothing refers to is hidden at first, and deleted a grace later, by the next run.
    """
    from lineal.keeping.collecting import collect

    stores = found_stores(stack, local)
    with working() as told:
        counted = collect(stores, datetime.now(UTC), timedelta(days=grace_days), apply=apply, told=told)
    _tell(counted, apply, as_json)
    if refused := sum(t.refused for t in counted):
        complain(f"{refused} of them are kept by a lock or a policy")
        raise typer.Exit(ExitCode.REFUSED)


def _tell(counted: "list[Tally]", apply: bool, as_json: bool) -> None:
    if as_json:
        return print_json({"applied": apply, "leftovers": [asdict(each) for each in counted]})
    rows = ((t.kind, f"{t.count:,}", f"{t.bytes:,}", t.refused or None) for t in counted)
    print_table(("WHAT", "CLEARED" if apply else "COUNT", "BYTES", "REFUSED"), rows)
    if not apply and any(t.count for t in counted):
        say("nothing was changed; --apply clears it")
    return None
