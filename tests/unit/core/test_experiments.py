"""Experiments: what people change by hand, who did, and how they are found."""

from dataclasses import dataclass, field
from itertools import count

import pytest

from functions.core.commits import Contention
from functions.core.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    TooLargeError,
)
from functions.core.runs.experiment_search import ExperimentSearch
from functions.core.runs.experiments import DEFAULT_ID, MAX_TAGS, Experiments
from lineal_contract.experiments import CreateExperiment, ExperimentQuery, ExperimentStage, UpdateExperiment
from tests.builders import ANN, BOB, PROJECT
from tests.fakes.experiments import MemoryExperiments
from tests.fakes.page_tokens import ClearPageTokens


@dataclass
class World:
    """Experiments on a clock of their own."""

    experiments: Experiments = field(init=False)
    search: ExperimentSearch = field(init=False)

    def __post_init__(self) -> None:
        times = count(1_000)
        patient = Contention(lambda: 0.0, lambda seconds: None, lambda ceiling: 0.0)
        self.experiments = Experiments(MemoryExperiments(), patient, lambda: next(times))
        self.search = ExperimentSearch(self.experiments, ClearPageTokens())

    def make(self, name: str, **values: object) -> str:
        wanted = CreateExperiment.model_validate({"name": name} | values)
        return self.experiments.create(PROJECT, wanted, ANN).experiment_id

    def names(self, **query: object) -> list[str]:
        page = self.search.page(PROJECT, ExperimentQuery.model_validate(query))
        return [each.name for each in page.items]


@pytest.fixture
def world() -> World:
    return World()


def update(world: World, at: str, **changes: object) -> None:
    world.experiments.update(PROJECT, at, UpdateExperiment.model_validate(changes), BOB)


def test_note_and_tags_change_and_say_who_changed_them(world: World) -> None:
    at = world.make("a", note="first", tags={"team": "risk", "draft": "yes"})
    made = world.experiments.get(PROJECT, at)
    assert (made.actor, made.edited) == (ANN, None)
    update(world, at, note="second", tags={"team": "fraud"}, remove_tags=["draft", "absent"])
    changed = world.experiments.get(PROJECT, at)
    assert (changed.note, changed.tags) == ("second", {"team": "fraud"})
    assert changed.edited is not None
    assert (changed.edited.actor, changed.edited.at) == (BOB, changed.updated_at)
    update(world, at, note="")
    assert world.experiments.get(PROJECT, at).note == ""


def test_a_change_that_changes_nothing_is_nobodys(world: World) -> None:
    at = world.make("a", tags={"team": "risk"})
    update(world, at, tags={"team": "risk"}, note="", name="a", stage="active")
    assert world.experiments.get(PROJECT, at).edited is None


def test_a_tag_is_not_set_and_removed_at_once_and_there_is_an_end_of_them(world: World) -> None:
    at = world.make("a")
    with pytest.raises(InvalidRequestError, match="both set and removed: x"):
        update(world, at, tags={"x": "1"}, remove_tags=["x"])
    for start in range(0, MAX_TAGS, 200):
        update(world, at, tags={f"t{n}": "" for n in range(start, start + 200)})
    with pytest.raises(TooLargeError, match="1000 tags at most"):
        update(world, at, tags={"one more": ""})


def test_a_name_is_changed_to_one_that_nobody_has(world: World) -> None:
    a, b = world.make("a"), world.make("b")
    with pytest.raises(AlreadyExistsError):
        update(world, a, name="b")
    update(world, a, name="c")
    assert (world.names(name="a", stage="all"), world.names(name="c")) == ([], ["c"])
    assert world.make("a") not in (a, b)


def test_a_deleted_experiment_is_restored_before_it_changes(world: World) -> None:
    at = world.make("a")
    update(world, at, stage="deleted")
    with pytest.raises(ConflictError, match="restore it first"):
        update(world, at, note="x")
    assert (world.names(name="a"), world.names(stage="deleted")) == ([], ["a"])
    update(world, at, stage="active", note="back")
    found = world.experiments.get(PROJECT, at)
    assert (found.stage, found.note) == (ExperimentStage.ACTIVE, "back")


def test_experiments_are_listed_newest_first_and_searched(world: World) -> None:
    world.make("a", tags={"team": "risk"}, note="about risk")
    world.make("b", tags={"team": "fraud"})
    assert world.names() == ["Default", "b", "a"]
    assert world.names(filter="tags.team = 'risk' OR attributes.note LIKE '%none%'") == ["a"]
    assert world.names(filter="tags.team IS NULL") == ["Default"]
    assert world.names(order_by="attributes.name ASC") == ["Default", "a", "b"]
    assert world.names(filter="attributes.person = 'ann' AND attributes.note IS NOT NULL") == ["a"]
    with pytest.raises(InvalidRequestError, match="metrics are of runs"):
        world.names(filter="metrics.mae < 1")
    with pytest.raises(InvalidRequestError, match="not 'status'"):
        world.names(filter="attributes.status = 'x'")


def test_pages_follow_one_another_and_a_token_is_of_its_query(world: World) -> None:
    for name in "abcd":
        world.make(name)
    first = world.search.page(PROJECT, ExperimentQuery(page_size=3))
    assert [each.name for each in first.items] == ["Default", "d", "c"]
    rest = world.search.page(PROJECT, ExperimentQuery(page_size=3, page_token=first.next_page_token))
    assert ([each.name for each in rest.items], rest.next_page_token) == (["b", "a"], None)
    with pytest.raises(InvalidRequestError):
        other = ExperimentQuery(order_by="attributes.name", page_token=first.next_page_token)
        world.search.page(PROJECT, other)


def test_default_is_there_before_anybody_asks(world: World) -> None:
    assert world.names() == ["Default"]
    update(world, DEFAULT_ID, note="where runs go")
    assert world.experiments.get(PROJECT, DEFAULT_ID).note == "where runs go"
    with pytest.raises(NotFoundError):
        world.experiments.get(PROJECT, "7")
