"""Six clients speak of one run and one experiment, with duplicates that come late; every answer explained."""

import os
from typing import Any

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.experiments import DynamoExperiments
from functions.adapters.runs import DynamoRuns
from functions.core.causes import Said
from lineal_contract.runs import Attempt, Run
from tests.fakes.experiments import MemoryExperiments
from tests.fakes.runs import MemoryRuns
from tests.linearizability.hostile import Hostile
from tests.linearizability.schedule import Schedule
from tests.linearizability.words import EXPERIMENT, RUN, SUBJECTS, Words, conversation, misunderstood

OPERATIONS = 60
SEEDS = int(os.environ.get("PROOF_HISTORIES", "5"))


def faults_of(runs: Any, experiments: Any, seed: int, operations: int, *, named: bool = True) -> list[str]:
    """Return what was misunderstood on stores that spoil writes."""
    runs.create(RUN)
    experiments.create(EXPERIMENT)
    schedule = Schedule(seed)
    hostile = [Hostile(s, schedule.pause, seed, spoilt="replace") for s in (runs, experiments)]
    words = Words(*hostile, schedule.pause, named=named)
    return misunderstood(conversation(words, schedule.run, operations, seed))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_conversation_has_an_order(seed: int) -> None:
    assert faults_of(MemoryRuns(), MemoryExperiments(), seed, OPERATIONS) == []


def test_every_conversation_has_an_order_in_the_table(tables: dict[str, Table]) -> None:
    runs, experiments = DynamoRuns(tables["runs"]), DynamoExperiments(tables["runs"])
    assert faults_of(runs, experiments, 1, 15) == []


def test_late_duplicates_of_requests_without_a_name_are_found_out() -> None:
    faults = faults_of(MemoryRuns(), MemoryExperiments(), 3, OPERATIONS, named=False)
    assert faults == list(SUBJECTS)


class Forgetful(MemoryRuns):
    """Keeps a request after its change, and not where there was nothing to change."""

    def replace(
        self, before: Run, after: Run, attempt: Attempt | None = None, said: Said | None = None
    ) -> None:
        super().replace(before, after, attempt, None if before == after else said)


def test_a_store_that_forgets_what_had_nothing_to_change_is_found_out() -> None:
    assert any("run" in each for each in faults_of(Forgetful(), MemoryExperiments(), 3, OPERATIONS))
