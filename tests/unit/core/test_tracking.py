"""Runs: params that keep their value, ends, metrics at a glance, inputs and outputs."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    ParamChangedError,
    StaleError,
)
from functions.core.objects.manifests import Manifests
from functions.core.objects.uploads import Uploads
from functions.core.runs.changes import updated
from functions.core.runs.editing import Editing
from functions.core.runs.ending import ONE_IN
from functions.core.runs.experiments import Experiments, experiment_id
from functions.core.runs.summarising import merge, summarise
from functions.core.runs.tracking import Tracking
from lineal_contract import chunks
from lineal_contract.artifacts import ArtifactFile, LogArtifact
from lineal_contract.chunks import Point
from lineal_contract.datasets import digest_of
from lineal_contract.runs import (
    Code,
    CreateRun,
    LogChunk,
    MetricSummary,
    Run,
    RunStatus,
    UpdateRun,
    UseDataset,
)
from tests import builders
from tests.builders import ANN, BOB, NOW, PROJECT
from tests.fakes.blocks import MemoryFoldingList
from tests.fakes.experiments import MemoryExperiments
from tests.fakes.objects import MemoryObjectRecords, MemoryObjects
from tests.fakes.quotas import quotas
from tests.fakes.runs import MemoryRuns

ENDS = [RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED]
RUN_ID = builders.hex_id(1)
NAN, INF = math.nan, math.inf


class Lab:
    """Tracking on stores in memory."""

    def __init__(self) -> None:
        self.runs = MemoryRuns()
        self.records = MemoryObjectRecords()
        self.objects = MemoryObjects()
        stores = Uploads(self.objects, self.records), Manifests(self.objects, self.records)
        patient = builders.patient()
        self.experiments = Experiments(MemoryExperiments(), patient, lambda: NOW)
        self.folding = MemoryFoldingList()
        world = patient, lambda: NOW, quotas()
        self.tracking = Tracking(self.runs, self.experiments, *stores, *world)
        self.editing = Editing(self.runs, patient, lambda: NOW, self.folding)

    def create(self, **values: Any) -> Run:
        wanted = CreateRun(**{"run_id": RUN_ID, "started_at": NOW} | values)
        return self.tracking.create(PROJECT, wanted, ANN)

    def log(self, *points: Point, writer: str = "0", seq: int = 0) -> int:
        chunk = LogChunk(writer=writer, seq=seq, data=chunks.encode(points))
        return self.tracking.log_chunk(PROJECT, RUN_ID, chunk).points


@pytest.fixture
def lab() -> Lab:
    return Lab()


def point(value: float, step: int = 0, key: str = "mae", timestamp: int = NOW) -> Point:
    return Point(key, step, timestamp, value)


def glance(*values: float) -> MetricSummary:
    return summarise([point(v, step) for step, v in enumerate(values)])["mae"]


def test_a_param_keeps_its_value() -> None:
    run = builders.run(params={"alpha": "0.1"})
    with pytest.raises(ParamChangedError, match="alpha"):
        updated(run, UpdateRun(params={"alpha": "0.2", "beta": "1"}), ANN, NOW)


def test_params_and_tags_are_added() -> None:
    run = builders.run(params={"alpha": "0.1"}, tags={"a": "1", "b": "1"})
    after = updated(run, UpdateRun(params={"alpha": "0.1", "beta": "1"}, tags={"b": "2"}), ANN, NOW)
    assert after.params == {"alpha": "0.1", "beta": "1"}
    assert after.tags == {"a": "1", "b": "2"}
    assert after.status is RunStatus.RUNNING


@pytest.mark.parametrize("end", ENDS)
def test_a_run_ends_when_it_says_or_now(end: RunStatus) -> None:
    at_once = updated(builders.run(), UpdateRun(status=end, error="why"), ANN, NOW)
    assert (at_once.status, at_once.ended_at, at_once.error) == (end, NOW, "why")
    told = updated(builders.run(), UpdateRun(status=end, ended_at=NOW - 5), ANN, NOW)
    assert told.ended_at == NOW - 5


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("other", ENDS)
def test_an_end_is_final_and_may_be_repeated(end: RunStatus, other: RunStatus) -> None:
    ended = builders.run(status=end, ended_at=NOW)
    if other is end:
        assert updated(ended, UpdateRun(status=other), ANN, NOW + 9) == ended
        return
    with pytest.raises(ConflictError):
        updated(ended, UpdateRun(status=other), ANN, NOW + 9)


def test_a_run_that_goes_on_has_no_end() -> None:
    resumed = updated(
        builders.run(status=RunStatus.FAILED, ended_at=NOW), UpdateRun(status=RunStatus.RUNNING), ANN, NOW
    )
    assert (resumed.status, resumed.ended_at) == (RunStatus.RUNNING, None)


@pytest.mark.parametrize("change", [{"params": {"beta": "1"}}, {"status": RunStatus.RUNNING}], ids=str)
def test_a_finished_run_changes_its_tags_alone(change: dict[str, Any]) -> None:
    done = builders.finished(params={"alpha": "0.1"})
    with pytest.raises(ConflictError):
        updated(done, UpdateRun(**change), ANN, NOW)
    tagged = updated(done, UpdateRun(tags={"kept": "1"}, params={"alpha": "0.1"}), ANN, NOW)
    assert tagged == done.model_copy(update={"tags": {"kept": "1"}, "edited": tagged.edited})


def test_nobody_says_that_a_run_is_lost() -> None:
    with pytest.raises(InvalidRequestError):
        updated(builders.run(), UpdateRun(status=RunStatus.LOST), ANN, NOW)


def test_nan_is_a_value_but_no_least_and_no_greatest() -> None:
    seen = glance(3.0, NAN, 1.0)
    assert (seen.min, seen.max, seen.last, seen.count) == (1.0, 3.0, 1.0, 3)
    assert math.isnan(glance(3.0, NAN).last)


def test_a_metric_of_nothing_but_nan_says_so() -> None:
    seen = glance(NAN, NAN)
    assert all(math.isnan(v) for v in (seen.last, seen.min, seen.max))


def test_infinities_are_least_and_greatest() -> None:
    seen = glance(INF, 0.0, -INF)
    assert (seen.min, seen.max, seen.last) == (-INF, INF, -INF)


def test_the_last_value_is_the_one_at_the_highest_step_then_time() -> None:
    points = [
        point(1.0, step=5),
        point(2.0, step=4, timestamp=NOW + 9),
        point(3.0, step=5, timestamp=NOW + 1),
    ]
    seen = summarise(points)["mae"]
    assert (seen.last, seen.step, seen.timestamp) == (3.0, 5, NOW + 1)


def test_of_two_values_at_the_same_step_and_time_the_one_logged_last_counts() -> None:
    assert summarise([point(1.0), point(2.0)])["mae"].last == 2.0
    assert merge(summarise([point(1.0)])["mae"], summarise([point(2.0)])["mae"]).last == 2.0


values = st.one_of(st.floats(width=32), st.just(NAN))
points = st.lists(
    st.builds(
        point,
        values,
        step=st.integers(-5, 5),
        key=st.sampled_from(["mae", "loss"]),
        timestamp=st.integers(NOW, NOW + 3),
    ),
    min_size=1,
)


def shown(summaries: dict[str, MetricSummary]) -> dict[str, str]:
    return {key: repr(summary) for key, summary in sorted(summaries.items())}


@given(points, st.data())
def test_merging_summaries_is_the_summary_of_all_points(logged: list[Point], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(logged)))
    first, second = summarise(logged[:cut]), summarise(logged[cut:])
    both = {key: merge(first[key], second[key]) for key in first.keys() & second.keys()}
    assert shown(first | second | both) == shown(summarise(logged))


def test_creating_a_run_twice_gives_one_run(lab: Lab) -> None:
    first = lab.create(params={"alpha": "0.1"})
    lab.log(point(1.0))
    assert lab.create(params={"alpha": "0.1"}).metrics.keys() == {"mae"}
    assert first.status is RunStatus.RUNNING


@pytest.mark.parametrize(
    "other",
    [
        {"experiment": "two"},
        {"name": "two"},
        {"params": {"alpha": "2"}},
        {"code": Code(script_digest=builders.sha("two"))},
        {"started_at": NOW + 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_run_id_belongs_to_one_run(lab: Lab, other: dict[str, Any]) -> None:
    lab.create(params={"alpha": "1"})
    with pytest.raises(AlreadyExistsError):
        lab.create(**{"params": {"alpha": "1"}} | other)


def test_a_run_may_have_grown_before_its_creation_is_delivered_again(lab: Lab) -> None:
    lab.create()
    lab.editing.update(PROJECT, RUN_ID, UpdateRun(params={"alpha": "1"}), ANN)
    assert lab.create().params == {"alpha": "1"}


def test_a_conflict_while_a_run_is_made_is_tried_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    create, conflicts = lab.runs.create, [StaleError()]

    def disturbed(run: Run) -> bool:
        if conflicts:
            raise conflicts.pop()
        return create(run)

    monkeypatch.setattr(lab.runs, "create", disturbed)
    assert lab.create().run_id == RUN_ID


def test_experiment_ids_are_known_without_a_server() -> None:
    assert experiment_id(PROJECT, "Default") == "0"
    assert experiment_id(PROJECT, "a").isdecimal()
    assert int(experiment_id(PROJECT, "a")) < 2**63
    assert len({experiment_id(p, n) for p in ("x", "y") for n in ("a", "b")}) == 4


def test_an_update_that_says_nothing_new_writes_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.create(params={"alpha": "0.1"})
    monkeypatch.delattr(MemoryRuns, "replace")
    lab.editing.update(PROJECT, RUN_ID, UpdateRun(params={"alpha": "0.1"}), ANN)


def test_an_update_starts_over_when_somebody_was_faster(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.create()
    replace = lab.runs.replace

    def slow(before: Run, after: Run, **more: Any) -> None:
        monkeypatch.setattr(lab.runs, "replace", replace)
        lab.editing.update(PROJECT, RUN_ID, UpdateRun(tags={"first": "1"}), ANN)
        replace(before, after, **more)

    monkeypatch.setattr(lab.runs, "replace", slow)
    after = lab.editing.update(PROJECT, RUN_ID, UpdateRun(tags={"second": "2"}), ANN)
    assert after.tags == {"first": "1", "second": "2"}


@pytest.mark.parametrize("data", [b"", b"LMC1", b"\x00" * 50, chunks.encode([point(1.0)])[:-1]])
def test_bytes_that_are_no_chunk_are_refused(lab: Lab, data: bytes) -> None:
    lab.create()
    with pytest.raises(InvalidRequestError):
        lab.tracking.log_chunk(PROJECT, RUN_ID, LogChunk(writer="0", seq=0, data=data))


@pytest.mark.parametrize("key", ["", "a\nb", "a\x00", "x" * 251, "e\u0301", "a\u200bb"])
def test_a_chunk_cannot_bring_in_keys_that_the_contract_refuses(lab: Lab, key: str) -> None:
    lab.create()
    with pytest.raises(InvalidRequestError):
        lab.log(point(1.0), point(1.0, key=key))
    assert lab.tracking.get(PROJECT, RUN_ID).metrics == {}


def test_the_keys_that_refuse_a_chunk_are_named(lab: Lab) -> None:
    lab.create()
    with pytest.raises(InvalidRequestError, match=r"not so: 'bad\\u202e', 'xxx.*…'$") as found:
        lab.log(point(1.0), point(2.0, key="bad\u202e"), point(3.0, key="x" * 251))
    assert found.value.refused == ("bad\u202e", "x" * 251)
    assert lab.tracking.get(PROJECT, RUN_ID).metrics == {}


def test_an_answer_has_room_for_the_keys_that_it_names(lab: Lab) -> None:
    lab.create()
    with pytest.raises(InvalidRequestError) as found:
        lab.log(point(1.0, key="x" * 1_000_000), *(point(1.0, key=f"{i}\n") for i in range(1_500)))
    assert len(found.value.refused) == 1_000
    assert max(map(len, found.value.refused)) == 4, "the shortest first"


@pytest.mark.parametrize("key", ["x" * 250, "a#b/c", "größe", "é"])
def test_any_other_key_is_a_key(lab: Lab, key: str) -> None:
    lab.create()
    lab.log(point(1.0, key=key))
    assert lab.tracking.get(PROJECT, RUN_ID).metrics.keys() == {key}


def test_a_dataset_is_what_its_files_say(lab: Lab) -> None:
    lab.create()
    files = builders.dataset().files
    digest = digest_of(files)
    used = UseDataset(name="rows", digest=digest, files=files)
    assert lab.tracking.use_dataset(PROJECT, RUN_ID, used).digest == digest
    with pytest.raises(InvalidRequestError):
        lab.tracking.use_dataset(PROJECT, RUN_ID, used.model_copy(update={"digest": builders.sha("x")}))


def test_a_dataset_of_many_files_has_a_stored_manifest_in_their_place(lab: Lab) -> None:
    lab.create()
    used = UseDataset(name="rows", digest=builders.sha("x"), manifest=builders.stored(b"[]").digest)
    with pytest.raises(InvalidRequestError):
        lab.tracking.use_dataset(PROJECT, RUN_ID, used.model_copy(update={"manifest": None}))
    with pytest.raises(NotFoundError):
        lab.tracking.use_dataset(PROJECT, RUN_ID, used)
    lab.records.put(PROJECT, builders.stored(b"[]"))
    assert lab.tracking.use_dataset(PROJECT, RUN_ID, used).manifest == used.manifest


def log_artifact(lab: Lab, *files: tuple[str, bytes]) -> str:
    for _, data in files:
        lab.records.put(PROJECT, builders.stored(data))
    wanted = tuple(ArtifactFile(path=path, digest=builders.stored(data).digest) for path, data in files)
    return lab.tracking.log_artifact(PROJECT, RUN_ID, LogArtifact(name="model", files=wanted)).digest


def test_an_artifact_of_one_file_has_that_files_address(lab: Lab) -> None:
    lab.create()
    assert log_artifact(lab, ("model.onnx", b"one")) == builders.stored(b"one").digest


def test_a_tree_has_one_digest_whatever_the_order_of_its_files(lab: Lab) -> None:
    lab.create()
    tree = log_artifact(lab, ("a", b"one"), ("b", b"two"))
    assert log_artifact(lab, ("b", b"two"), ("a", b"one")) == tree
    assert len(lab.tracking.get(PROJECT, RUN_ID).artifacts) == 1


def test_a_name_keeps_its_content(lab: Lab) -> None:
    lab.create()
    log_artifact(lab, ("model.onnx", b"one"))
    with pytest.raises(AlreadyExistsError):
        log_artifact(lab, ("model.onnx", b"two"))


def test_an_artifact_has_each_path_once_and_stored_files_only(lab: Lab) -> None:
    lab.create()
    with pytest.raises(InvalidRequestError):
        log_artifact(lab, ("a", b"one"), ("a", b"two"))
    unknown = LogArtifact(name="m", files=(ArtifactFile(path="a", digest=builders.sha("x")),))
    with pytest.raises(NotFoundError):
        lab.tracking.log_artifact(PROJECT, RUN_ID, unknown)


def test_a_finished_run_takes_no_inputs_or_outputs(lab: Lab) -> None:
    lab.create()
    lab.editing.update(PROJECT, RUN_ID, UpdateRun(status=RunStatus.FINISHED), ANN)
    with pytest.raises(ConflictError):
        log_artifact(lab, ("model.onnx", b"one"))


def test_what_a_finished_run_has_may_be_delivered_again_and_nothing_else(lab: Lab) -> None:
    lab.create()
    files = builders.dataset().files
    used = UseDataset(name="rows", digest=digest_of(files), files=files)
    first = lab.tracking.use_dataset(PROJECT, RUN_ID, used)
    digest = log_artifact(lab, ("model.onnx", b"one"))
    lab.editing.update(PROJECT, RUN_ID, UpdateRun(status=RunStatus.FINISHED), ANN)
    assert lab.tracking.use_dataset(PROJECT, RUN_ID, used) == first
    assert log_artifact(lab, ("model.onnx", b"one")) == digest
    with pytest.raises(ConflictError):
        lab.tracking.use_dataset(PROJECT, RUN_ID, used.model_copy(update={"context": "test"}))
    with pytest.raises(ConflictError):
        log_artifact(lab, ("model.onnx", b"two"))


def test_nothing_is_logged_to_a_run_that_is_not_there(lab: Lab) -> None:
    with pytest.raises(NotFoundError):
        lab.log(point(1.0))
    with pytest.raises(NotFoundError):
        lab.editing.update(PROJECT, RUN_ID, UpdateRun(status=RunStatus.FINISHED), ANN)


def test_who_made_a_run_stays_who_made_it(lab: Lab) -> None:
    lab.create()
    again = lab.tracking.create(PROJECT, CreateRun(run_id=RUN_ID, started_at=NOW), BOB)
    assert again.actor == ANN


def test_now_and_then_a_run_that_ends_asks_for_those_of_its_experiment_to_be_folded(lab: Lab) -> None:
    for number in range(1, 260):
        run = lab.create(run_id=f"{number:032x}")
        lab.editing.update(PROJECT, run.run_id, UpdateRun(tags={"a": "b"}), ANN)
        assert bool(lab.folding.asked()) == (number > ONE_IN)
        lab.editing.update(PROJECT, run.run_id, UpdateRun(status=RunStatus.FINISHED, ended_at=NOW), ANN)
    assert lab.folding.asked() == [(PROJECT, run.experiment_id)]
