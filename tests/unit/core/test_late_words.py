"""Words about a run or an experiment that come again, late, take back nothing that was said since."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from functions.core.causes import Said
from functions.core.errors import ConflictError, NotFoundError
from functions.core.objects.manifests import Manifests
from functions.core.objects.uploads import Uploads
from functions.core.runs.editing import Editing
from functions.core.runs.experiments import Experiments
from functions.core.runs.tracking import Tracking
from lineal_contract.experiments import CreateExperiment, ExperimentStage, UpdateExperiment
from lineal_contract.runs import (
    CreateRun,
    Lifecycle,
    ModelFacts,
    RequestStop,
    RunStatus,
    StartAttempt,
    UpdateRun,
)
from tests import builders
from tests.builders import ANN, NOW, PROJECT
from tests.fakes.blocks import MemoryFoldingList
from tests.fakes.experiments import MemoryExperiments
from tests.fakes.objects import MemoryObjectRecords, MemoryObjects
from tests.fakes.quotas import quotas
from tests.fakes.runs import MemoryRuns

RUN = builders.hex_id(1)
FIRST, SECOND = builders.hex_id(101), builders.hex_id(102)
Act = Callable[["Desk", Said | None], Any]


class Desk:
    """A run and an experiment that people speak of, by a clock that goes on."""

    def __init__(self) -> None:
        times, patient = count(NOW), builders.patient()
        clock = lambda: next(times)  # noqa: E731
        objects, records = MemoryObjects(), MemoryObjectRecords()
        stores = Uploads(objects, records), Manifests(objects, records)
        self.runs = MemoryRuns()
        self.experiments = Experiments(MemoryExperiments(), patient, clock)
        self.tracking = Tracking(self.runs, self.experiments, *stores, patient, clock, quotas())
        self.editing = Editing(self.runs, patient, clock, MemoryFoldingList())
        self.tracking.create(PROJECT, CreateRun(run_id=RUN, started_at=NOW), ANN)
        self.lab = self.experiments.create(PROJECT, CreateExperiment(name="lab"), ANN).experiment_id

    def seen(self) -> list[Any]:
        return [self.tracking.get(PROJECT, RUN), self.experiments.all(PROJECT)]


def run(**change: Any) -> Act:
    wanted = UpdateRun(**change)
    return lambda desk, said: desk.editing.update(PROJECT, RUN, wanted, ANN, said)


def lab(**change: Any) -> Act:
    wanted = UpdateExperiment(**change)
    return lambda desk, said: desk.experiments.update(PROJECT, desk.lab, wanted, ANN, said)


def _untag(desk: Desk, said: Said | None) -> object:
    return desk.experiments.untag(PROJECT, desk.lab, "a", ANN, said)


def _delete(desk: Desk, said: Said | None) -> object:
    return desk.experiments.delete(PROJECT, desk.lab, ANN, said)


def _restore(desk: Desk, said: Said | None) -> object:
    return desk.experiments.restore(PROJECT, desk.lab, ANN, said)


def _resume(desk: Desk, _: Said | None) -> object:
    attempt = StartAttempt(attempt_id=builders.hex_id(7), started_at=NOW)
    return desk.tracking.resume(PROJECT, RUN, attempt, ANN)


STORIES: dict[str, tuple[Act, Act]] = {
    "tag": (run(tags={"a": "older"}), run(tags={"a": "newer"})),
    "tag set, then removed": (run(tags={"a": "1"}), run(remove_tags=("a",))),
    "tag removed": (run(remove_tags=("a",)), run(tags={"a": "1"})),
    "note": (run(note="older"), run(note="newer")),
    "name": (run(name="older"), run(name="newer")),
    "model": (
        run(model=ModelFacts(model_type="older")),
        run(model=ModelFacts(model_type="newer")),
    ),
    "params beside a tag": (run(params={"p": "1"}, tags={"a": "1"}), run(tags={"a": "2"})),
    "deletion": (run(lifecycle=Lifecycle.DELETED), run(lifecycle=Lifecycle.ACTIVE)),
    "restoration": (run(lifecycle=Lifecycle.ACTIVE), run(lifecycle=Lifecycle.DELETED)),
    "stop, then another attempt": (run(stop=RequestStop()), _resume),
    "end, then another attempt": (run(status=RunStatus.KILLED), _resume),
    "end of the attempt that goes on": (
        run(status=RunStatus.KILLED, attempt=RUN),
        run(status=RunStatus.RUNNING),
    ),
    "experiment's tag": (lab(tags={"a": "older"}), lab(tags={"a": "newer"})),
    "experiment's tag set, then removed": (lab(tags={"a": "1"}), _untag),
    "experiment's note": (lab(note="older"), lab(note="newer")),
    "experiment's name": (lab(name="older"), lab(name="newer")),
    "experiment deleted": (_delete, _restore),
    "experiment deleted by an update": (
        lab(stage=ExperimentStage.DELETED),
        lab(stage=ExperimentStage.ACTIVE),
    ),
}
BY_OTHERS = [name for name in STORIES if name not in ("experiment deleted",)]
"""Stories whose older part may find that it is so already."""


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("name", STORIES)
def test_what_comes_again_takes_back_nothing_newer(desk: Desk, name: str) -> None:
    older, newer = STORIES[name]
    older(desk, Said(FIRST, "older"))
    newer(desk, Said(SECOND, "newer"))
    then = desk.seen()
    older(desk, Said(FIRST, "older"))
    newer(desk, Said(SECOND, "newer"))
    assert desk.seen() == then


@pytest.mark.parametrize("name", BY_OTHERS)
def test_what_was_so_already_comes_too_late_as_well(desk: Desk, name: str) -> None:
    older, newer = STORIES[name]
    older(desk, None)
    older(desk, Said(FIRST, "older"))
    newer(desk, None)
    then = desk.seen()
    older(desk, Said(FIRST, "older"))
    assert desk.seen() == then


@pytest.mark.parametrize("name", STORIES)
def test_without_a_name_the_last_to_come_is_the_last_to_speak(desk: Desk, name: str) -> None:
    older, newer = STORIES[name]
    for act in (older, newer):
        act(desk, None)
    then = desk.seen()
    older(desk, None)
    assert desk.seen() != then


@pytest.mark.parametrize("say", [run, lab])
def test_a_name_says_one_thing(desk: Desk, say: Callable[..., Act]) -> None:
    say(note="five")(desk, Said(FIRST, "five"))
    with pytest.raises(ConflictError, match="something else"):
        say(note="six")(desk, Said(FIRST, "six"))


def test_an_experiments_tag_that_a_request_has_removed_is_no_error_when_it_comes_again(desk: Desk) -> None:
    lab(tags={"a": "1"})(desk, None)
    for _ in range(2):
        _untag(desk, Said(FIRST, "remove a"))
    with pytest.raises(NotFoundError):
        _untag(desk, Said(SECOND, "remove a"))


def test_params_tell_themselves_and_cost_no_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run(params={"p": "1"})(desk, Said(FIRST, "p"))
    assert desk.runs.recall(PROJECT, RUN, Said(FIRST, "p"))[1] is None
    monkeypatch.delattr(MemoryRuns, "replace")
    run(params={"p": "1"})(desk, Said(FIRST, "p"))


def test_a_duplicate_between_decision_and_write_is_done_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, said = desk.runs.replace, Said(FIRST, "older")

    def slow(*given: Any, **more: Any) -> None:
        monkeypatch.setattr(desk.runs, "replace", replace)
        run(note="older")(desk, said)
        run(note="newer")(desk, None)
        run(note="")(desk, None)  # as it was read
        replace(*given, **more)

    monkeypatch.setattr(desk.runs, "replace", slow)
    run(note="older")(desk, said)
    assert desk.tracking.get(PROJECT, RUN).note == ""
