"""The last line of a run: how to find it, and what of it still waits on this machine."""

import os
import sys

from lineal.client import Client
from lineal.spool.waiting import Waiting


def say_farewell(run_id: str, client: Client | None, waiting: Waiting | None) -> None:
    """Print one line on stderr, unless LINEAL_QUIET=1; `waiting` is what is left, None where nothing is."""
    if os.environ.get("LINEAL_QUIET") == "1":
        return
    if waiting is None:
        where = f" (project {client.project}, {client.api_url})" if client else ""
        line = f"lineal: look at the run with: lineal runs show {run_id}{where}"
    else:
        line = f"lineal: {waiting} of run {run_id} wait on this machine; deliver them with: lineal sync"
    print(line, file=sys.stderr)  # noqa: T201
