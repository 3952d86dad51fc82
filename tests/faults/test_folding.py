"""Each call of folding refused, unanswered, doubled or its last: a search finds each run once, as it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from lineal_contract.runs import RunQuery
from tests.faults.cloud import Cloud, cloud_of
from tests.faults.shelf import FOLDED, FRESH, Found, Shelved, Values, fold_few
from tests.faults.test_every_call import EVERYTHING, plans, schedules, told_where
from tests.faults.wire import Fault

BROUGHT_BACK, STILL_FOLDED, *_ = FOLDED[0], *FOLDED[2:]
ORDERED = RunQuery(order_by="tags.t DESC")
Act = Callable[[Shelved], None]
ACTS: dict[str, Act] = {
    "fold": Shelved.fold,
    "change a folded run": lambda shelved: shelved.tag(STILL_FOLDED, "after"),
    "change a run that was brought back": lambda shelved: shelved.tag(BROUGHT_BACK, "after"),
    "log to a folded run": lambda shelved: shelved.log(STILL_FOLDED, 0.5),
}


@dataclass(frozen=True)
class Start:
    """Where each act begins: what was kept in the cloud, and what was known of the runs."""

    kept: Any
    known: Values


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        fold_few(monkeypatch)
        with cloud_of(monkeypatch) as made:
            yield made


@pytest.fixture(scope="module")
def shelved(cloud: Cloud) -> Shelved:
    return Shelved(cloud)


@pytest.fixture(scope="module")
def start(shelved: Shelved) -> Start:
    return Start(shelved.cloud.save(), dict(shelved.now))


def done(shelved: Shelved, start: Start, act: Act, plan: dict[int, Fault]) -> list[str]:
    """Do something from the start, with faults, and return its calls; from then on there are no faults."""
    shelved.cloud.load(start.kept)
    shelved.now = dict(start.known)
    shelved.cloud.wire.restart(plan)
    act(shelved)
    calls = shelved.cloud.wire.calls
    shelved.cloud.wire.restart({})
    return calls


@pytest.mark.parametrize("name", ACTS)
def test_each_run_is_found_once_as_it_is_whatever_fails(shelved: Shelved, start: Start, name: str) -> None:
    calls = done(shelved, start, ACTS[name], {})
    for plan in (*plans(calls), *schedules(calls, name)):
        with told_where(calls, plan):
            done(shelved, start, ACTS[name], plan)
            shelved.check()
            shelved.tag(FRESH[0], "meanwhile")
            shelved.fold()
            shelved.check()
            shelved.check_folded()


def test_a_search_that_fails_on_the_way_says_so_and_shows_no_part(shelved: Shelved, start: Start) -> None:
    """Every search is the first of its process, which has read no block yet."""
    found: list[Found] = []

    def search(shelved: Shelved) -> None:
        shelved.cloud.do(lambda: {"found": found.append(shelved.found(ORDERED))})

    calls = done(shelved, start, search, {})
    assert "s3.get_object" in calls
    firsts = {calls.index(call) for call in calls}
    for place, fault in product(range(len(calls)) if EVERYTHING else firsts, (Fault.REFUSED, Fault.LOST)):
        found.clear()
        done(shelved, start, search, {place: fault})
        assert found == [], (place, calls[place], fault.name)
        search(shelved)
        shelved.check_found(found.pop())
