"""The last line of a run: how to find it, and what of it still waits on this machine."""

import os
import sys

from lineal.client import Client
from lineal.spool.waiting import Left


def say_farewell(run_id: str, client: Client | None, left: Left, *, delivered: bool) -> None:
    """Print one line on stderr, unless LINEAL_QUIET=1."""
    if os.environ.get("LINEAL_QUIET") == "1":
        return
    if left.waiting is not None:
        line = f"{left.waiting} of run {run_id} wait on this machine; deliver them with: lineal sync"
    elif not delivered:
        line = f"run {run_id} is not recorded whole: the disk took nothing of it, and no server what was left"
    else:
        where = f" (project {client.project}, {client.api_url})" if client else ""
        line = f"look at the run with: lineal runs show {run_id}{where}"
    print(f"lineal: {line}", file=sys.stderr)  # noqa: T201
