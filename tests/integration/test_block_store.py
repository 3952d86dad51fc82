"""What every `BlockStore` and `FoldingList` promises, and what folding leaves of runs: fakes and adapters."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

import pytest

from functions.adapters.blocks import DynamoFoldingList, S3Blocks
from functions.adapters.dynamo import Table, weight
from functions.adapters.experiments import DynamoExperiments
from functions.adapters.keys import runs as keys
from functions.adapters.runs import DynamoRuns
from functions.core.errors import StaleError
from functions.core.ports.blocks import BlockRef, BlockStore, Folded, FoldingList, Removal
from functions.core.ports.tracking import RunStore
from functions.core.runs.changes import continued
from functions.core.runs.summarising import summarise
from functions.tables import RUNS
from lineal_contract import chunks
from lineal_contract.chunks import Point
from lineal_contract.runs import Run, RunQuery, RunStatus, StartAttempt
from tests import builders
from tests.aws import BUCKET, moto_stack, shared_client
from tests.builders import NOW, PROJECT
from tests.fakes.blocks import MemoryBlocks, MemoryFoldingList
from tests.fakes.runs import MemoryRuns


@dataclass(frozen=True)
class Stores:
    runs: RunStore
    blocks: BlockStore
    work: FoldingList


def in_moto() -> Stores:
    """Return stores in the tables and the bucket of `moto_stack`."""
    table = Table(shared_client("dynamodb"), RUNS.name)
    DynamoExperiments(table).create(builders.experiment("Default"))
    return Stores(DynamoRuns(table), S3Blocks(table, shared_client("s3"), BUCKET), DynamoFoldingList(table))


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest, _ambient: None) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(MemoryRuns(), MemoryBlocks(), MemoryFoldingList())
    else:
        with moto_stack():
            yield in_moto()


def bare(number: int = 1, **values: object) -> Run:
    ended = {"status": RunStatus.FAILED, "ended_at": NOW}
    return builders.run(number, **{"metrics": {}, "datasets": (), "artifacts": ()} | ended | values)


def live(stores: Stores) -> list[int]:
    found = stores.runs.live(PROJECT, [bare().experiment_id], 99)
    return sorted(int(run.run_id, 16) for run in found)


def fold(stores: Stores) -> int:
    return stores.runs.fold(stores.runs.some_live(PROJECT, bare().experiment_id, 1_600))


def with_blocks(stores: Stores) -> None:
    """Say that the experiment has blocks: only then a listing looks for folded runs."""
    nothing = Folded(project=PROJECT, experiment_id=bare().experiment_id)
    stores.blocks.replace(nothing, nothing.model_copy(update={"revision": 1}))


@pytest.fixture
def folded(stores: Stores) -> Stores:
    """Three runs, all of them folded."""
    for number in (1, 2, 3):
        stores.runs.create(bare(number))
    assert fold(stores) == 3
    with_blocks(stores)
    return stores


def test_a_folded_run_is_read_and_listed_as_before(folded: Stores) -> None:
    assert live(folded) == []
    assert folded.runs.get(PROJECT, bare(2).run_id) == bare(2)
    assert folded.runs.glance(PROJECT, bare(2).run_id).run_id == bare(2).run_id
    page, more = folded.runs.query(PROJECT, RunQuery(page_size=2), None)
    assert ([int(run.run_id, 16) for run in page], more) == ([3, 2], True)
    rest, more = folded.runs.query(PROJECT, RunQuery(page_size=2), page[-1].run_id)
    assert ([int(run.run_id, 16) for run in rest], more) == ([1], False)
    places = [(bare().experiment_id, bare(number).run_id) for number in (1, 3, 4)]
    found = folded.runs.folded(PROJECT, places)
    assert sorted(found) == [bare(1).run_id, bare(3).run_id]
    assert found[bare(3).run_id].run() == folded.runs.glance(PROJECT, bare(3).run_id)


def test_children_are_found_folded_or_not(stores: Stores) -> None:
    parent = bare(1)
    for run in (parent, *(bare(number, parent_run_id=parent.run_id) for number in (2, 3))):
        stores.runs.create(run)
    fold(stores)
    stores.runs.create(bare(4, parent_run_id=parent.run_id))
    found = stores.runs.children(PROJECT, parent.run_id, 9)
    assert sorted(int(run.run_id, 16) for run in found) == [2, 3, 4]


def tag(store: RunStore, run: Run) -> None:
    before = store.get(PROJECT, run.run_id)
    store.replace(before, before.model_copy(update={"tags": {"a": "1"}}))


def log(store: RunStore, run: Run) -> None:
    points = [Point("late", 1, NOW, 2.0)]
    store.add_chunk(run, "0", 7, chunks.encode(points), summarise(points))


def log_batch(store: RunStore, run: Run) -> None:
    points = [Point("late", 1, NOW, 2.0)]
    store.add_batch(run, 7, chunks.encode(points), summarise(points))


def resume(store: RunStore, run: Run) -> None:
    before = store.get(PROJECT, run.run_id)
    asked = StartAttempt(attempt_id=f"{9:032x}", host="h", started_at=NOW)
    store.replace(before, *continued(before, asked, builders.ANN, NOW))


WRITES = {
    "tag": tag,
    "log": log,
    "batch": log_batch,
    "resume": resume,
    "beat": lambda store, run: store.beat(PROJECT, run.run_id, NOW),
    "dataset": lambda store, run: store.put_datasets(run, [builders.dataset()]),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_to_a_folded_run_makes_it_live_again(folded: Stores, name: str) -> None:
    WRITES[name](folded.runs, bare(2))
    assert live(folded) == [2]
    assert folded.runs.get(PROJECT, bare(2).run_id) != bare(2)
    page, _ = folded.runs.query(PROJECT, RunQuery(), None)
    assert [int(run.run_id, 16) for run in page] == [3, 2, 1]
    assert page[1] == folded.runs.glance(PROJECT, bare(2).run_id)


@pytest.mark.parametrize("name", WRITES)
def test_a_run_that_changed_since_it_was_read_is_not_folded(stores: Stores, name: str) -> None:
    for number in (1, 2, 3):
        stores.runs.create(bare(number))
    read = stores.runs.some_live(PROJECT, bare().experiment_id, 1_600)
    WRITES[name](stores.runs, bare(2))
    after = stores.runs.get(PROJECT, bare(2).run_id)
    assert stores.runs.fold(read) == 2
    assert live(stores) == [2]
    assert stores.runs.fold(read) == 0
    assert stores.runs.get(PROJECT, bare(2).run_id) == after
    assert fold(stores) == 1
    assert stores.runs.get(PROJECT, bare(2).run_id) == after


def test_a_run_that_was_changed_back_is_not_what_was_read(stores: Stores) -> None:
    stores.runs.create(bare())
    read = stores.runs.some_live(PROJECT, bare().experiment_id, 1_600)
    tag(stores.runs, bare())
    after = stores.runs.get(PROJECT, bare().run_id)
    stores.runs.replace(after, bare())
    assert stores.runs.fold(read) == 0


def test_many_runs_are_folded_some_at_a_time(stores: Stores) -> None:
    for number in range(1, 100):
        stores.runs.create(bare(number))
    read = stores.runs.some_live(PROJECT, bare().experiment_id, 1_600)
    tag(stores.runs, bare(50))
    assert stores.runs.fold(read) == 98
    assert live(stores) == [50]


def test_blocks_count_by_compare_and_set(stores: Stores) -> None:
    data = bytes(range(250)) * 800
    stored = stores.blocks.put(PROJECT, data)
    first = Folded(project=PROJECT, experiment_id="7")
    ref = BlockRef(object=stored, head=5, rows=1, first="a", last="b", dead=(0,))
    second = first.model_copy(update={"revision": 1, "blocks": (ref,)})
    stores.blocks.replace(first, second)
    assert stores.blocks.folded(PROJECT, ["7", "8"]) == stores.blocks.folded(PROJECT, ["7"]) == [second]
    for late in (first, second.model_copy(update={"revision": 2})):
        with pytest.raises(StaleError):
            stores.blocks.replace(late, late.model_copy(update={"revision": late.revision + 1}))
    parts = [(150_000, 9), (0, 3), (10, 20), (199_999, 1)]
    assert stores.blocks.read(stored, parts) == [data[at : at + length] for at, length in parts]


def test_dead_rows_of_many_blocks_fit_into_one_item(_ambient: None) -> None:
    chance = Random(7)  # noqa: S311 - the same rows each time
    with moto_stack():
        blocks = in_moto().blocks
        ref = BlockRef(
            object=blocks.put(PROJECT, b"block"), head=5, rows=50_000, first="0" * 32, last="f" * 32
        )
        dead = [tuple(sorted(chance.sample(range(50_000), 12_500))) for _ in range(30)]
        nothing = Folded(project=PROJECT, experiment_id="7")
        refs = tuple(ref.model_copy(update={"dead": rows}) for rows in dead)
        after = nothing.model_copy(update={"revision": 1, "blocks": refs})
        blocks.replace(nothing, after)
        item = shared_client("dynamodb").get_item(TableName=RUNS.name, Key=keys.blocks(PROJECT, "7"))["Item"]
        assert weight(item) < 400_000
        assert blocks.folded(PROJECT, ["7"]) == [after]


def test_dead_rows_are_read_as_they_were_written_before() -> None:
    stored = MemoryBlocks().put(PROJECT, b"block")
    ref = BlockRef(object=stored, head=5, rows=9, first="a", last="b", dead=(0, 3, 8))
    told = json.loads(ref.model_dump_json())
    assert BlockRef.model_validate(told) == ref
    assert BlockRef.model_validate(told | {"dead": [0, 3, 8]}) == ref
    assert BlockRef.model_validate(told | {"dead": []}) == ref.model_copy(update={"dead": ()})


def test_a_list_has_an_experiment_once(stores: Stores) -> None:
    for project, experiment in (("a", "1"), ("b", "1"), ("a", "1")):
        stores.work.ask(project, experiment)
    assert sorted(stores.work.asked()) == [("a", "1"), ("b", "1")]
    stores.work.done("a", "1")
    stores.work.done("a", "1")
    assert stores.work.asked() == [("b", "1")]


def test_ranges_that_are_near_are_one_request(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with moto_stack():
        asked: list[Any] = []
        client = shared_client("s3")
        real = client.get_object
        monkeypatch.setattr(client, "get_object", lambda **kw: (asked.append(kw["Range"]), real(**kw))[1])
        blocks = S3Blocks(Table(shared_client("dynamodb"), RUNS.name), client, BUCKET)
        blocks.read(blocks.put(PROJECT, bytes(300_000)), [(0, 10), (20, 5), (200_000, 1), (200_001, 1)])
    assert sorted(asked) == ["bytes=0-24", "bytes=200000-200001"]


def test_marks_of_removed_runs_are_found_and_forgotten_each_by_itself(_ambient: None) -> None:
    with moto_stack():
        blocks = in_moto().blocks
        marks = [Removal(of, f"{n:032x}", f"{n % 7}") for of, n in product(("7", "71"), range(230))]
        for mark in marks:
            shared_client("dynamodb").put_item(TableName=RUNS.name, Item=keys.removal(PROJECT, *mark))
        assert sorted(blocks.removals(PROJECT, ["7"])) == marks[:230]
        assert sorted(blocks.removals(PROJECT, ["71", "8"])) == marks[230:]
        assert sorted(blocks.removals(PROJECT, ["7", "71"])) == marks
        assert blocks.removals(PROJECT, []) == blocks.removals("other", ["7"]) == []
        again = marks[0]._replace(mark="again")
        shared_client("dynamodb").put_item(TableName=RUNS.name, Item=keys.removal(PROJECT, *again))
        for _ in range(2):
            blocks.forget(PROJECT, marks[:230])
            assert sorted(blocks.removals(PROJECT, ["7", "71"])) == [again, *marks[230:]]
