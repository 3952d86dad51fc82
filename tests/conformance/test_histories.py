"""Clients at once on an engine that serialises by itself: threads run freely, and an order is found."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from functions.adapters.dynamo import Table
from functions.adapters.models import DynamoModels
from tests.builders import MODEL, PROJECT
from tests.linearizability.clients import Office
from tests.linearizability.histories import Scene, faults_of
from tests.linearizability.hostile import HostileModels, Odds

CLIENTS, OPERATIONS = 8, 40


def together(jobs: Sequence[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(jobs)) as pool:
        for end in [pool.submit(job) for job in jobs]:
            end.result()


def hostile(store: DynamoModels, odds: Odds | None = None) -> HostileModels:
    return HostileModels(store, lambda: None, 1, odds)


def test_every_history_has_an_order(tables: dict[str, Table]) -> None:
    store = DynamoModels(tables["registry"])
    history = Scene(store, hostile(store), together, time.sleep).history(CLIENTS, OPERATIONS, 1)
    assert len(history) == CLIENTS * OPERATIONS
    assert faults_of(history) == []


def test_registrations_at_once_are_numbered_without_a_gap(tables: dict[str, Table]) -> None:
    store = DynamoModels(tables["registry"])
    office = Office(hostile(store, Odds(conflict=0.3, refused=0.0, lost=0.0)), time.sleep)
    given: list[int] = []
    together([lambda: given.extend(office.register(office.new_request()) for _ in range(5))] * 16)
    assert sorted(given) == list(range(1, 81))
    head = store.head(PROJECT, MODEL)
    assert head is not None
    assert head.latest_version == 80
