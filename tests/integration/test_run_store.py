"""What every `RunStore` promises: the fake and the adapter, the same tests."""

import math
from collections.abc import Sequence

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.experiments import DynamoExperiments
from functions.adapters.run_places import RunPlaces
from functions.adapters.run_requests import MOST, RunRequests
from functions.adapters.runs import DynamoRuns
from functions.core.causes import KEPT_SECONDS, Said
from functions.core.errors import AlreadyExistsError, ConflictError, NotFoundError, StaleError, TooLargeError
from functions.core.ports.glances import RunPlace
from functions.core.ports.tracking import RunStore
from functions.core.runs.changes import continued
from functions.core.runs.summarising import summarise
from lineal_contract import chunks
from lineal_contract.chunks import Point
from lineal_contract.runs import Code, ModelLink, Run, RunQuery, RunStatus, StartAttempt
from tests import builders
from tests.builders import NOW, PROJECT
from tests.fakes.runs import MemoryRuns


@pytest.fixture(params=["memory", "dynamo"])
def store(request: pytest.FixtureRequest) -> RunStore:
    if request.param == "memory":
        return MemoryRuns()
    tables: dict[str, Table] = request.getfixturevalue("tables")
    for name in ("Default", "odd", "even"):
        DynamoExperiments(tables["runs"]).create(builders.experiment(name))
    return DynamoRuns(tables["runs"])


def bare(number: int = 1, **values: object) -> Run:
    """Return a run as it is when it starts: no metrics, inputs or outputs yet."""
    return builders.run(number, **{"metrics": {}, "datasets": (), "artifacts": ()} | values)


def log(store: RunStore, run: Run, *values: float, writer: str = "0", seq: int = 0, key: str = "mae") -> None:
    points = [Point(key, seq * 100 + step, NOW, value) for step, value in enumerate(values)]
    store.add_chunk(run, writer, seq, chunks.encode(points), summarise(points))


def test_a_run_is_read_as_it_was_created(store: RunStore) -> None:
    assert store.create(bare())
    assert store.get(PROJECT, bare().run_id) == bare()


def test_a_run_is_created_once(store: RunStore) -> None:
    assert store.create(bare(name="first"))
    assert not store.create(bare(name="second"))
    assert not store.create(bare(experiment="other"))
    assert store.get(PROJECT, bare().run_id).name == "first"


def test_a_run_of_another_project_is_not_there(store: RunStore) -> None:
    store.create(bare())
    with pytest.raises(NotFoundError):
        store.get("others", bare().run_id)


def test_the_owners_part_is_replaced_if_it_is_as_read(store: RunStore) -> None:
    store.create(bare())
    before = store.get(PROJECT, bare().run_id)
    after = before.model_copy(update={"status": RunStatus.FINISHED, "ended_at": NOW, "tags": {"a": "1"}})
    store.replace(before, after)
    assert store.get(PROJECT, bare().run_id) == after
    with pytest.raises(StaleError):
        store.replace(before, before.model_copy(update={"tags": {"b": "2"}}))
    assert store.get(PROJECT, bare().run_id) == after


def test_logging_metrics_does_not_stand_in_the_owners_way(store: RunStore) -> None:
    store.create(bare())
    before = store.get(PROJECT, bare().run_id)
    log(store, before, 1.0)
    store.replace(before, before.model_copy(update={"tags": {"a": "1"}}))
    run = store.get(PROJECT, bare().run_id)
    assert (run.tags, run.metrics["mae"].count) == ({"a": "1"}, 1)


def test_a_chunk_that_arrives_twice_counts_once(store: RunStore) -> None:
    store.create(bare())
    for _ in range(2):
        log(store, bare(), 3.0, 1.0, 2.0)
    summary = store.get(PROJECT, bare().run_id).metrics["mae"]
    assert (summary.count, summary.min, summary.max, summary.last) == (3, 1.0, 3.0, 2.0)
    assert sorted(p.value for p in store.points(PROJECT, bare().run_id, {"mae"})) == [1.0, 2.0, 3.0]


def test_a_number_of_a_writer_stands_for_one_chunk(store: RunStore) -> None:
    store.create(bare())
    log(store, bare(), 1.0)
    with pytest.raises(ConflictError):
        log(store, bare(), 2.0)
    assert [p.value for p in store.points(PROJECT, bare().run_id, {"mae"})] == [1.0]


def test_writers_are_counted_apart_and_shown_together(store: RunStore) -> None:
    store.create(bare())
    log(store, bare(), 1.0, 2.0, writer="0", seq=0)
    log(store, bare(), 5.0, writer="1", seq=0)
    log(store, bare(), 0.5, writer="0", seq=1)
    log(store, bare(), 9.0, writer="1", seq=1, key="loss")
    metrics = store.get(PROJECT, bare().run_id).metrics
    assert (metrics["mae"].count, metrics["mae"].min, metrics["mae"].max) == (4, 0.5, 5.0)
    assert (metrics["mae"].last, metrics["mae"].step) == (0.5, 100)
    assert metrics["loss"].count == 1


def test_values_that_are_no_numbers_are_values(store: RunStore) -> None:
    store.create(bare())
    log(store, bare(), math.nan, -math.inf, math.inf)
    summary = store.get(PROJECT, bare().run_id).metrics["mae"]
    assert (summary.min, summary.max, summary.last) == (-math.inf, math.inf, math.inf)
    assert sum(math.isnan(p.value) for p in store.points(PROJECT, bare().run_id, {"mae"})) == 1


def test_inputs_and_outputs_belong_to_a_run(store: RunStore) -> None:
    store.create(bare())
    for name in ("b", "a"):
        store.put_datasets(bare(), [builders.dataset(name)])
        store.put_artifact(bare(), builders.artifact(name))
    store.put_datasets(bare(), [builders.dataset("a")])
    run = store.get(PROJECT, bare().run_id)
    assert {d.name for d in run.datasets} == {"a", "b"}
    assert {a.name for a in run.artifacts} == {"a", "b"}
    assert len(run.datasets) == len(run.artifacts) == 2


def test_hundreds_of_datasets_are_noted_at_once(store: RunStore) -> None:
    store.create(bare())
    store.put_datasets(bare(), [builders.dataset(f"d{number}") for number in range(250)])
    assert len(store.get(PROJECT, bare().run_id).datasets) == 250
    assert len(store.glance(PROJECT, bare().run_id).datasets) == 250


def test_hundreds_of_models_are_linked_at_once(store: RunStore) -> None:
    store.create(bare())
    links = [ModelLink(model_id=f"m{number}", direction="output", step=number) for number in range(250)]
    store.put_model_links(bare(), links)
    store.put_model_links(bare(), [links[0].model_copy(update={"step": 7})])
    found = {link.model_id: link.step for link in store.get(PROJECT, bare().run_id).logged_models}
    assert found == {link.model_id: link.step for link in links} | {"m0": 7}


def test_an_artifacts_name_keeps_its_content(store: RunStore) -> None:
    store.create(bare())
    store.put_artifact(bare(), builders.artifact(data=b"one"))
    store.put_artifact(bare(), builders.artifact(data=b"one"))
    with pytest.raises(AlreadyExistsError):
        store.put_artifact(bare(), builders.artifact(data=b"two"))
    (artifact,) = store.get(PROJECT, bare().run_id).artifacts
    assert artifact == builders.artifact(data=b"one")


def listed(store: RunStore, experiment: str | None = None) -> list[int]:
    """Return the numbers of all runs a query finds, page after page."""
    numbers: list[int] = []
    query, after = RunQuery(page_size=2, experiment=experiment), None
    while True:
        page, more = store.query(PROJECT, query, after)
        numbers += [int(run.run_id, 16) for run in page]
        if not more:
            return numbers
        after = page[-1].run_id


def test_runs_are_listed_newest_first_over_all_experiments(store: RunStore) -> None:
    for number in range(1, 8):
        store.create(bare(number, experiment="odd" if number % 2 else "even"))
    assert listed(store) == [7, 6, 5, 4, 3, 2, 1]
    assert listed(store, "odd") == [7, 5, 3, 1]
    assert listed(store, "unknown") == []


def ids(store: RunStore, *names: str) -> list[str]:
    """Return the ids of some experiments."""
    return [found for name in names for found in store.experiments(PROJECT, name)]


def test_all_runs_of_experiments_are_read_up_to_a_limit(store: RunStore) -> None:
    for number in range(1, 8):
        store.create(bare(number, experiment="odd" if number % 2 else "even"))
    both = ids(store, "odd", "even")
    assert sorted(int(r.run_id, 16) for r in store.live(PROJECT, ids(store, "even"), 3)) == [2, 4, 6]
    assert len(store.live(PROJECT, both, 7)) == len(set(both)) + 5 == 7
    assert set(both) <= set(store.experiments(PROJECT, None))
    assert store.live("others", both, 7) == store.experiments(PROJECT, "unknown") == []
    with pytest.raises(TooLargeError):
        store.live(PROJECT, both, 6)


def test_what_can_be_long_is_read_with_one_run_alone(store: RunStore) -> None:
    environment = bare().environment
    assert environment is not None
    large = {
        "code": Code(commit="a" * 40, dirty=True, patch="+ä" * 60_000, patch_digest=builders.sha("patch")),
        "environment": environment.model_copy(
            update={"packages": {f"package-{n}": "1" for n in range(2_000)}}
        ),
    }
    store.create(bare(**large))
    log(store, bare(), 1.0)
    store.put_artifact(bare(), builders.artifact())
    store.put_datasets(bare(), [builders.dataset()])
    whole = store.get(PROJECT, bare().run_id)
    assert (whole.code, whole.environment) == (large["code"], large["environment"])
    assert whole.datasets == (builders.dataset(),)
    (listed,), _ = store.query(PROJECT, RunQuery(), None)
    assert listed.code == whole.code.model_copy(update={"patch": None})
    assert listed.environment == environment
    assert listed.metrics == whole.metrics
    assert [(d.name, d.digest, d.files) for d in listed.datasets] == [("rows", builders.sha("rows"), ())]
    assert listed.artifacts == ()
    assert [each.run() for each in store.live(PROJECT, ids(store, "Default"), 9)] == [listed]
    assert store.glance(PROJECT, bare().run_id) == listed


def test_a_run_without_an_environment_has_none(store: RunStore) -> None:
    store.create(bare(environment=None))
    assert store.get(PROJECT, bare().run_id).environment is None


def test_an_attempt_is_stored_with_the_change_or_not_at_all(store: RunStore) -> None:
    store.create(bare())
    before = store.get(PROJECT, bare().run_id)
    wanted = StartAttempt(attempt_id=builders.hex_id(9), host="h", started_at=NOW)
    failed = before.model_copy(update={"status": RunStatus.FAILED})
    after, attempt = continued(failed, wanted, builders.BOB, NOW)
    with pytest.raises(StaleError):
        store.replace(before.model_copy(update={"note": "edited meanwhile"}), after, attempt)
    assert store.get(PROJECT, bare().run_id).attempts == ()
    store.replace(before, after, attempt)
    run = store.get(PROJECT, bare().run_id)
    assert (run.attempts, run.attempt_id) == ((attempt,), attempt.attempt_id)
    with pytest.raises(StaleError):
        store.replace(run, after, attempt)


def test_children_are_found_from_their_parent_in_every_experiment(store: RunStore) -> None:
    for number in (1, 2):
        store.create(bare(number))
    for number in range(3, 6):
        store.create(bare(number, experiment=f"e{number}", parent_run_id=builders.hex_id(1)))
    found = store.children(PROJECT, builders.hex_id(1), 3)
    assert sorted(int(r.run_id, 16) for r in found) == [3, 4, 5]
    assert {r.parent_run_id for r in found} == {builders.hex_id(1)}
    assert store.children(PROJECT, builders.hex_id(2), 3) == []
    assert store.children("others", builders.hex_id(1), 3) == []
    with pytest.raises(TooLargeError):
        store.children(PROJECT, builders.hex_id(1), 2)


def test_a_dropped_artifact_is_shown_no_more_and_may_come_again(store: RunStore) -> None:
    store.create(bare())
    for name in ("old", "new"):
        store.put_artifact(bare(), builders.artifact(name))
    store.drop_artifacts(bare(), [builders.artifact("old")])
    assert [a.name for a in store.get(PROJECT, bare().run_id).artifacts] == ["new"]
    store.put_artifact(bare(), builders.artifact("old", data=b"other"))
    assert {a.name for a in store.get(PROJECT, bare().run_id).artifacts} == {"old", "new"}


def said(number: int, words: str = "a", days: int = 0) -> Said:
    """Return what is kept of a request that comes after so many days."""
    ends = NOW // 1000 + days * 86_400 + KEPT_SECONDS
    return Said(builders.hex_id(number), words * 64, expires_at=ends)


def noted(store: RunStore, request: Said) -> None:
    """Change nothing but that a request is done."""
    before, earlier = store.recall(PROJECT, bare().run_id, request)
    assert earlier is None
    store.replace(before, before, said=request)


def test_a_request_is_kept_with_its_change_and_once(store: RunStore) -> None:
    store.create(bare())
    before, earlier = store.recall(PROJECT, bare().run_id, said(1))
    assert (before, earlier) == (store.get(PROJECT, bare().run_id), None)
    store.replace(before, before.model_copy(update={"note": "said"}), said=said(1))
    after, earlier = store.recall(PROJECT, bare().run_id, said(1))
    assert (after.note, earlier) == ("said", said(1))
    assert store.recall(PROJECT, bare().run_id, said(2))[1] is None
    with pytest.raises(StaleError):
        store.replace(after, before, said=said(1))
    assert store.get(PROJECT, bare().run_id) == after


def test_other_words_under_the_same_name_are_told(store: RunStore) -> None:
    store.create(bare())
    noted(store, said(1, "a"))
    _, earlier = store.recall(PROJECT, bare().run_id, said(1, "b"))
    assert earlier is not None
    assert earlier.digest != said(1, "b").digest


def test_a_request_is_not_kept_where_its_change_came_too_late(store: RunStore) -> None:
    store.create(bare())
    before = store.get(PROJECT, bare().run_id)
    noted(store, said(1))
    store.replace(before, before.model_copy(update={"note": "faster"}))
    with pytest.raises(StaleError):
        store.replace(before, before.model_copy(update={"note": "slower"}), said=said(2))
    assert store.recall(PROJECT, bare().run_id, said(2))[1] is None


@pytest.mark.parametrize("numbers", [range(1, 71), range(70, 0, -1), [*range(30, 71), *range(1, 30)]])
def test_many_requests_are_all_known(store: RunStore, numbers: Sequence[int]) -> None:
    store.create(bare())
    for number in numbers:
        noted(store, said(number))
    for number in numbers:
        assert store.recall(PROJECT, bare().run_id, said(number))[1] == said(number)
    assert store.recall(PROJECT, bare().run_id, said(71))[1] is None


def test_requests_that_had_to_move_are_known_for_thirty_days(tables: dict[str, Table]) -> None:
    store = DynamoRuns(tables["runs"])
    store.create(bare())
    for number in range(1, MOST + 2):
        noted(store, said(number))
    moved, last = (said(number, days=29) for number in (1, MOST + 1))
    assert store.recall(PROJECT, bare().run_id, moved)[1] == moved
    assert store.recall(PROJECT, bare().run_id, said(1, days=30))[1] is None
    assert store.recall(PROJECT, bare().run_id, last)[1] == last
    parts = tables["runs"].query(f"P#{PROJECT}#M#{bare().run_id}", prefix="N#")
    assert [int(part["expires_at"]["N"]) for part in parts] == [said(1).expires_at]


def test_a_folded_run_keeps_its_requests(tables: dict[str, Table]) -> None:
    store = DynamoRuns(tables["runs"])
    store.create(bare())
    noted(store, said(1))
    assert store.fold(store.live(PROJECT, [bare().experiment_id], 10)) == 1
    assert store.recall(PROJECT, bare().run_id, said(1))[1] == said(1)
    noted(store, said(2))
    for number in (1, 2):
        assert store.recall(PROJECT, bare().run_id, said(number))[1] == said(number)


def test_two_that_make_room_at_once_forget_nothing(tables: dict[str, Table]) -> None:
    store, place = DynamoRuns(tables["runs"]), RunPlace(PROJECT, bare().experiment_id, bare().run_id)
    store.create(bare())
    for number in range(1, MOST + 1):
        noted(store, said(number))
    places = RunPlaces(tables["runs"])
    slow = places.item(place)
    before = store.get(PROJECT, bare().run_id)
    store.replace(before, before, said=said(MOST + 1))  # by one who read when there was room
    noted(store, said(MOST + 2))  # makes room
    assert slow is not None
    with pytest.raises(StaleError):
        RunRequests(tables["runs"], places).make_room(place, slow, said(MOST + 3))
    for number in range(1, MOST + 3):
        assert store.recall(PROJECT, bare().run_id, said(number))[1] == said(number)
