"""One run of the garbage collection: find, write into the trails what is about to go, clear."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from lineal.keeping.clearing import Tally, tally
from lineal.keeping.leftovers import Leftover, find
from lineal.keeping.note import note
from lineal.keeping.progress import Told, silent
from lineal.keeping.stores import Stores


def collect(
    stores: Stores, now: datetime, grace: timedelta, *, apply: bool, told: Told = silent
) -> list[Tally]:
    """Count what is left over, and with `apply` clear it.

    The trail of each project says what was found before any of it goes: nothing is removed unrecorded,
    whenever the run dies.
    """
    told("looking for leftovers")
    found = list(find(stores, now, grace))
    if apply:
        _announce(stores, found, now, grace)
    return tally(_watched(found, told), stores if apply else None, now)


def _watched(found: list[Leftover], told: Told) -> Iterator[Leftover]:
    for number, leftover in enumerate(found, 1):
        told("leftovers", number, len(found))
        yield leftover


def _announce(stores: Stores, found: list[Leftover], now: datetime, grace: timedelta) -> None:
    for project, of_project in groupby(sorted(found, key=attrgetter("project")), key=attrgetter("project")):
        counted = tally(of_project, None, now)
        kinds = {t.kind.value: {"count": t.count, "bytes": t.bytes} for t in counted if t.count}
        details = {"grace_days": grace.days, "found": kinds}
        note(stores, project, "leftovers.clearing", details, int(now.timestamp() * 1000))
