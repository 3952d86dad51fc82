"""Eight clients at once on one model, every answer explained; and stores that are wrong, found out."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.models import DynamoModels
from functions.core.ledger import Change, ModelHead
from tests.builders import MODEL, PROJECT
from tests.fakes.models import MemoryModels
from tests.linearizability.clients import Office
from tests.linearizability.histories import Scene, faults_of
from tests.linearizability.hostile import Hostile, Odds
from tests.linearizability.schedule import Schedule

CLIENTS, OPERATIONS = 8, 60
SEEDS = int(os.environ.get("PROOF_HISTORIES", "5"))
THREADS, EACH = (int(n) for n in os.environ.get("PROOF_REGISTRATIONS", "8x10").split("x"))


def scene(store: Any, seed: int) -> Scene:
    schedule = Schedule(seed)
    return Scene(store, Hostile(store, schedule.pause, seed), schedule.run, schedule.pause)


def test_every_history_has_an_order() -> None:
    heard: Counter[str] = Counter()
    for seed in range(SEEDS):
        history = scene(MemoryModels(), seed).history(CLIENTS, OPERATIONS, seed)
        assert faults_of(history) == [], f"seed {seed}"
        heard.update(str(operation.answer) for operation in history)
    assert heard.total() == SEEDS * CLIENTS * OPERATIONS
    for interesting in ("Answer.LOST", "applied", "evaluate", "rejected", "not_pending", "removed"):
        assert heard[interesting] >= SEEDS, interesting


def test_every_history_has_an_order_in_the_table(tables: dict[str, Table]) -> None:
    history = scene(DynamoModels(tables["registry"]), 1).history(CLIENTS, 5, 1)
    assert faults_of(history) == []


def registered(store: Any, threads: int, each: int) -> list[int]:
    """Register from many threads under injected conflicts; return the numbers that were given."""
    schedule = Schedule(1)
    odds = Odds(conflict=0.3, refused=0.0, lost=0.0)
    office = Office(Hostile(store, schedule.pause, 1, odds), schedule.pause)
    given: list[int] = []

    def register() -> None:
        given.extend(office.register(office.new_request()) for _ in range(each))

    schedule.run([register] * threads)
    return sorted(given)


def test_registrations_at_once_are_numbered_without_a_gap() -> None:
    store = MemoryModels()
    assert registered(store, THREADS, EACH) == list(range(1, THREADS * EACH + 1))
    head = store.head(PROJECT, MODEL)
    assert head is not None
    assert head.latest_version == len(store.audit(PROJECT, MODEL, 0, 10_000)) == THREADS * EACH


class Unguarded(MemoryModels):
    """Writes whatever was decided, on whatever is there now."""

    def _check(self, before: ModelHead | None, change: Change) -> None:
        return


class ReadsMaximum(Unguarded):
    """Gives the number after the highest that it sees."""

    def head(self, project: str, model: str) -> ModelHead | None:
        head = super().head(project, model)
        if head is None:
            return None
        seen = [v.version for v in self.versions(project, model, 10_000, None).items]
        return replace(head, latest_version=max(seen, default=0))


class Forgets:
    """Answers some commits without having done them."""

    def __init__(self, store: MemoryModels) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, before: ModelHead | None, change: Change) -> None:
        if change.head.revision % 7:
            self._store.commit(before, change)


class Stale:
    """Reads heads that are a little old, as an eventually consistent read may."""

    def __init__(self, store: MemoryModels) -> None:
        self._store = store
        self._older = store.head(PROJECT, MODEL)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def head(self, project: str, model: str) -> ModelHead | None:
        older, self._older = self._older, self._store.head(project, model)
        return older


@pytest.mark.parametrize("wrong", [ReadsMaximum, Unguarded])
def test_numbers_given_without_a_guard_are_found_out(wrong: Callable[[], MemoryModels]) -> None:
    assert registered(wrong(), 8, 10) != list(range(1, 81))
    assert {"numbers", "stages"} <= set(faults_of(scene(wrong(), 1).history(CLIENTS, OPERATIONS, 1)))


@pytest.mark.parametrize("wrong", [Forgets, Stale])
def test_a_store_that_forgets_or_reads_late_is_found_out(wrong: Callable[[MemoryModels], Any]) -> None:
    store, schedule = MemoryModels(), Schedule(2)
    hostile = Hostile(wrong(store), schedule.pause, 2)
    assert faults_of(Scene(store, hostile, schedule.run, schedule.pause).history(CLIENTS, OPERATIONS, 2))


def test_late_duplicates_of_requests_without_a_name_are_found_out() -> None:
    without = replace(scene(MemoryModels(), 3), named=False)
    assert {"blue", "green"} <= set(faults_of(without.history(CLIENTS, OPERATIONS, 3)))
