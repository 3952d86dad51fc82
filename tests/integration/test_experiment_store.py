"""What every `ExperimentStore` promises: the fake and the adapter, the same tests."""

import pytest

from functions.adapters.experiments import DynamoExperiments
from functions.core.causes import Said
from functions.core.errors import StaleError
from functions.core.ports.tracking import ExperimentStore
from functions.core.runs.experiments import experiment_id
from lineal_contract.experiments import Experiment
from tests import builders
from tests.builders import PROJECT
from tests.fakes.experiments import MemoryExperiments


@pytest.fixture(params=["memory", "dynamo"])
def store(request: pytest.FixtureRequest) -> ExperimentStore:
    if request.param == "memory":
        return MemoryExperiments()
    return DynamoExperiments(request.getfixturevalue("tables")["runs"])


def renamed(store: ExperimentStore, before: Experiment, name: str) -> Experiment:
    after = before.model_copy(update={"name": name})
    store.replace(before, after)
    return after


def test_an_experiment_is_found_by_id_and_by_name(store: ExperimentStore) -> None:
    made = builders.experiment("a", tags={"team": "x"})
    store.create(made)
    assert store.get(PROJECT, made.experiment_id) == store.named(PROJECT, "a") == made
    assert store.all(PROJECT) == [made]
    assert (store.get("other", made.experiment_id), store.named(PROJECT, "b"), store.all("other")) == (
        None,
        None,
        [],
    )


def test_an_id_and_a_name_are_taken_once(store: ExperimentStore) -> None:
    store.create(builders.experiment("a"))
    with pytest.raises(StaleError):
        store.create(builders.experiment("a"))
    with pytest.raises(StaleError):
        store.create(builders.experiment("a", experiment_id="7"))


def test_a_renamed_experiment_leaves_its_name_to_another(store: ExperimentStore) -> None:
    first = builders.experiment("a")
    store.create(first)
    first = renamed(store, first, "b")
    assert (store.named(PROJECT, "a"), store.named(PROJECT, "b")) == (None, first)
    with pytest.raises(StaleError):
        store.create(builders.experiment("b"))
    second = builders.experiment("a", experiment_id=experiment_id(PROJECT, "a", 1))
    store.create(second)
    assert store.named(PROJECT, "a") == second
    with pytest.raises(StaleError):
        renamed(store, first, "a")


def test_a_name_can_be_given_up_and_taken_back(store: ExperimentStore) -> None:
    only = builders.experiment("a")
    store.create(only)
    for name in ("b", "c", "a", "b", "a"):
        only = renamed(store, only, name)
        assert store.named(PROJECT, name) == only
    store.create(builders.experiment("b"))


def test_a_change_of_something_else_than_was_read_is_stale(store: ExperimentStore) -> None:
    before = builders.experiment("a")
    store.create(before)
    store.replace(before, before.model_copy(update={"tags": {"a": "1"}}))
    for update in ({"tags": {}}, {"name": "b"}):
        with pytest.raises(StaleError):
            store.replace(before, before.model_copy(update=update))
    assert store.named(PROJECT, "b") is None


def test_an_experiment_cannot_be_renamed_to_one_that_is_there(store: ExperimentStore) -> None:
    a, b = builders.experiment("a"), builders.experiment("b")
    store.create(a)
    store.create(b)
    with pytest.raises(StaleError):
        renamed(store, a, "b")
    assert (store.named(PROJECT, "a"), store.named(PROJECT, "b")) == (a, b)


def test_names_may_be_long(store: ExperimentStore) -> None:
    first = builders.experiment("a")
    store.create(first)
    long = renamed(store, first, "é" * 500)
    assert store.named(PROJECT, "é" * 500) == long


def test_a_request_is_kept_with_its_change_and_once(store: ExperimentStore) -> None:
    before, said = builders.experiment("a"), Said(builders.hex_id(5), "a" * 64)
    store.create(before)
    after = before.model_copy(update={"name": "b", "note": "said"})
    store.replace(before, after, said)
    assert (store.named(PROJECT, "b"), store.said(PROJECT, said.request_id)) == (after, said)
    with pytest.raises(StaleError):
        store.replace(after, before, said)
    assert store.get(PROJECT, before.experiment_id) == after
    assert store.said("others", said.request_id) is None
    assert store.all(PROJECT) == [after]
