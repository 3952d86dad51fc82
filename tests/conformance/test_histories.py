"""Clients at once on an engine that serialises by itself: threads run freely, and an order is found.

PROOF_HISTORIES and PROOF_REGISTRATIONS ask for as many as `make proof` judges on the stores in memory.
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.models import DynamoModels
from tests.builders import MODEL, PROJECT
from tests.linearizability.clients import Office
from tests.linearizability.histories import Scene, faults_of
from tests.linearizability.hostile import Hostile, Odds

CLIENTS, OPERATIONS = 8, 40
SEEDS = int(os.environ.get("PROOF_HISTORIES", "3"))
THREADS, EACH = (int(n) for n in os.environ.get("PROOF_REGISTRATIONS", "16x5").split("x"))


def together(jobs: Sequence[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(jobs)) as pool:
        for end in [pool.submit(job) for job in jobs]:
            end.result()


def hostile(store: DynamoModels, seed: int, odds: Odds | None = None) -> Hostile:
    return Hostile(store, lambda: None, seed, odds)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_history_has_an_order(tables: dict[str, Table], seed: int) -> None:
    store = DynamoModels(tables["registry"])
    history = Scene(store, hostile(store, seed), together, time.sleep).history(CLIENTS, OPERATIONS, seed)
    assert len(history) == CLIENTS * OPERATIONS
    assert faults_of(history) == []


def test_registrations_at_once_are_numbered_without_a_gap(tables: dict[str, Table]) -> None:
    store = DynamoModels(tables["registry"])
    office = Office(hostile(store, 1, Odds(conflict=0.3, refused=0.0, lost=0.0)), time.sleep)
    given: list[int] = []
    together([lambda: given.extend(office.register(office.new_request()) for _ in range(EACH))] * THREADS)
    assert sorted(given) == list(range(1, THREADS * EACH + 1))
    head = store.head(PROJECT, MODEL)
    assert head is not None
    assert head.latest_version == THREADS * EACH
