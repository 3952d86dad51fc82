"""Folding, at any time and with any failure: a search finds each run that fits once, as it is now."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from functions.core.errors import TooLargeError, UnavailableError
from functions.core.runs import folding as module
from functions.core.runs import searching as limits
from functions.core.runs.block_cache import BlockCache
from functions.core.runs.changes import continued
from functions.core.runs.folding import MAX_ROWS, QUIET_MILLIS, Folding
from functions.core.runs.listing import Listing
from functions.core.runs.liveness import as_seen
from functions.core.runs.search import condition, order
from functions.core.runs.searching import FOLD_FROM, RunSearch, Searching
from functions.core.runs.summarising import summarise
from functions.core.tending import Tended
from lineal_contract import chunks
from lineal_contract.chunks import Point
from lineal_contract.runs import Dataset, Edit, Lifecycle, Run, RunQuery, RunStatus, StartAttempt
from tests import builders
from tests.builders import ANN, NOW, PROJECT
from tests.fakes.blocks import MemoryBlocks, MemoryFoldingList
from tests.fakes.page_tokens import ClearPageTokens
from tests.fakes.runs import MemoryRuns

EXPERIMENT = builders.run().experiment_id
QUERIES = [
    ("", "metrics.mae DESC"),
    ("metrics.mae > 1 OR tags.t = 'x'", ""),
    ("NOT params.p = 1 AND attributes.status != 'running'", "tags.t ASC, attributes.name DESC"),
    ("attributes.status = 'lost' OR metrics.mae IS NULL", "attributes.ended_at ASC"),
]


class KilledError(Exception):
    """The process is killed here."""


@dataclass
class Moment:
    """Something that happens before or after one of a process's calls, counted from 1."""

    number: int
    happens: Callable[[], object]

    def pass_by(self) -> None:
        self.number -= 1
        if self.number == 0:
            self.happens()


@dataclass
class Watched:
    """A store, and something that happens while it is used."""

    store: Any
    moment: Moment

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.store, name)

        def watched(*args: Any) -> Any:
            self.moment.pass_by()
            answer = call(*args)
            self.moment.pass_by()
            return answer

        return watched


def be_killed() -> None:
    raise KilledError


class Overtaken(MemoryBlocks):
    """Blocks of which something else changes just before they are read."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] | None = None

    def folded(self, project: str, experiment_ids: Any) -> Any:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().folded(project, experiment_ids)


@dataclass
class World:
    runs: MemoryRuns = field(default_factory=MemoryRuns)
    blocks: Overtaken = field(default_factory=Overtaken)
    work: MemoryFoldingList = field(default_factory=MemoryFoldingList)
    now: int = NOW

    @property
    def listing(self) -> Listing:
        searching = Searching(self.runs, BlockCache(self.blocks), self.work, lambda: self.now)
        return Listing(self.runs, searching, ClearPageTokens(), lambda: self.now)

    def folding(self, moment: Moment | None = None, fold_from: int = 1) -> Folding:
        watched = moment or Moment(0, be_killed)
        stores = [Watched(each, watched) for each in (self.runs, self.blocks, self.work)]
        return Folding(*stores, clock=lambda: self.now, fold_from=fold_from)

    def found(
        self, text: str, by: str, size: int = 99, between: Callable[[], object] | None = None
    ) -> list[Run]:
        """Return what pages of a search have, all of them."""
        found: list[Run] = []
        token = None
        while True:
            query = RunQuery(
                experiment="Default",
                filter=text,
                order_by=by,
                page_size=size,
                page_token=token,
                lifecycle="all",
            )
            page = self.listing.page(PROJECT, query)
            found += page.items
            token = page.next_page_token
            if token is None:
                return found
            if between is not None:
                between()

    def expected(self, text: str, by: str) -> list[str]:
        """Return what looking at each run by itself finds."""
        every = [as_seen(r, self.now) for r in self.runs._of(PROJECT, "Default")]
        fitting = [run for run in every if condition(text)(run)]
        return [run.run_id for run in sorted(fitting, key=order(filter(None, by.split(", "))))]


class FoldingMachine(RuleBasedStateMachine):
    ids = Bundle("ids")

    @initialize(target=ids)
    def begin(self) -> Any:
        """Some runs are folded from the beginning: most of what can go wrong needs that."""
        self.world, self.made = World(), 0
        made = self.create(4, "1", beats=False, ended=True)
        self.wait(QUIET_MILLIS + 1)
        self.fold()
        return made

    @rule(
        target=ids,
        count=st.integers(1, 4),
        param=st.sampled_from(["1", "2", "x"]),
        beats=st.booleans(),
        ended=st.booleans(),
    )
    def create(self, count: int, param: str, beats: bool, ended: bool) -> Any:
        made = []
        for _ in range(count):
            self.made += 1
            made.append(self.start((self.made * 11) % 997, param, beats=beats, ended=ended))
        return multiple(*made)

    def start(self, number: int, param: str, *, beats: bool, ended: bool) -> str:
        run = builders.run(
            number,
            metrics={}, datasets=(), artifacts=(), params={"p": param}, tags={},
            status=RunStatus.FAILED if ended else RunStatus.RUNNING,
            ended_at=self.world.now if ended else None,
            heartbeat_at=self.world.now if beats else None,
        )  # fmt: skip
        self.world.runs.create(run)
        return run.run_id

    def change(self, run_id: str, **update: Any) -> None:
        if run_id in self.world.runs._runs[PROJECT]:
            before = self.world.runs.get(PROJECT, run_id)
            self.world.runs.replace(before, before.model_copy(update=update))

    @rule(run_id=ids, value=st.sampled_from(["x", "y", "1"]), noted=st.booleans())
    def tag(self, run_id: str, value: str, noted: bool) -> None:
        edited = {"edited": Edit(actor=ANN, at=self.world.now)} if noted else {}
        self.change(run_id, tags={"t": value}, **edited)

    @rule(run_id=ids)
    def untag(self, run_id: str) -> None:
        self.change(run_id, tags={})

    @rule(run_id=ids)
    def end(self, run_id: str) -> None:
        self.change(run_id, status=RunStatus.FAILED, ended_at=self.world.now)

    @rule(run_id=ids, deleted=st.booleans())
    def delete_or_restore(self, run_id: str, deleted: bool) -> None:
        self.change(run_id, lifecycle=Lifecycle.DELETED if deleted else Lifecycle.ACTIVE)

    @rule(run_id=ids)
    def resume(self, run_id: str) -> None:
        if run_id in self.world.runs._runs[PROJECT]:
            before = self.world.runs.get(PROJECT, run_id)
            if before.lifecycle is Lifecycle.ACTIVE:
                attempt = f"{len(before.attempts) + 1:032x}"
                asked = StartAttempt(attempt_id=attempt, host="h", started_at=self.world.now)
                self.world.runs.replace(before, *continued(before, asked, ANN, self.world.now))

    @rule(run_id=ids)
    def beat(self, run_id: str) -> None:
        if run_id in self.world.runs._runs[PROJECT]:
            self.world.runs.beat(PROJECT, run_id, self.world.now)

    @rule(run_id=ids, value=st.sampled_from([0.5, 2.0]), seq=st.integers(0, 99))
    def log(self, run_id: str, value: float, seq: int) -> None:
        if run_id in self.world.runs._runs[PROJECT]:
            points = [Point("mae", seq, NOW, value)]
            run = self.world.runs.get(PROJECT, run_id)
            self.world.runs.add_chunk(run, f"{value}", seq, chunks.encode(points), summarise(points))

    @rule(run_id=ids)
    def collect(self, run_id: str) -> None:
        """What `lineal gc` does with runs that were deleted long ago."""
        if run_id in self.world.runs._runs[PROJECT]:
            self.world.runs.remove(PROJECT, run_id)
            self.world.blocks.remove(PROJECT, EXPERIMENT, run_id)

    @rule(run_id=ids, ended=st.booleans())
    def collect_and_log_anew(self, run_id: str, ended: bool) -> None:
        """A machine that was away delivers a run that was removed meanwhile."""
        self.collect(run_id)
        self.start(int(run_id, 16), "x", beats=False, ended=ended)

    @rule(target=ids, at=st.integers(1, 20), anew=st.booleans())
    def fold_while_a_run_is_removed(self, at: int, anew: bool) -> Any:
        made = self.ripe()
        (removed, *_) = made.values
        remove = self.collect if not anew else lambda run_id: self.collect_and_log_anew(run_id, ended=True)
        self.world.folding(Moment(at, lambda: remove(removed))).fold(PROJECT, EXPERIMENT)
        return made

    @rule(millis=st.sampled_from([100_000, QUIET_MILLIS + 1, QUIET_MILLIS + 2]))
    def wait(self, millis: int) -> None:
        self.world.now += millis

    @rule()
    def fold(self) -> None:
        self.world.folding().fold(PROJECT, EXPERIMENT)

    @rule(at=st.integers(1, 20))
    def fold_and_be_killed(self, at: int) -> None:
        with suppress(KilledError):
            self.world.folding(Moment(at, be_killed)).fold(PROJECT, EXPERIMENT)

    def ripe(self) -> Any:
        """Return runs that the next folding would fold."""
        made = self.create(2, "2", beats=False, ended=True)
        self.wait(QUIET_MILLIS + 1)
        return made

    @rule(target=ids, at=st.integers(3, 9), noted=st.booleans())
    def fold_while_a_run_changes(self, at: int, noted: bool) -> Any:
        made = self.ripe()
        (changed, *_) = made.values
        changes = Moment(at, lambda: self.tag(changed, "y", noted=noted))
        self.world.folding(changes).fold(PROJECT, EXPERIMENT)
        return made

    @rule(target=ids, at=st.integers(3, 9))
    def fold_while_a_run_changes_to_and_fro(self, at: int) -> Any:
        made = self.ripe()
        (changed, *_) = made.values

        def change() -> None:
            self.tag(changed, "x", noted=False)
            self.world.folding().fold(PROJECT, EXPERIMENT)
            self.change(changed, tags={})

        self.world.folding(Moment(at, change)).fold(PROJECT, EXPERIMENT)
        return made

    @rule(at=st.integers(1, 20))
    def fold_twice_at_once(self, at: int) -> None:
        self.world.folding(Moment(at, self.fold)).fold(PROJECT, EXPERIMENT)

    @rule(query=st.sampled_from(QUERIES), size=st.integers(1, 5))
    def turn_pages_while_it_folds(self, query: tuple[str, str], size: int) -> None:
        found = self.world.found(*query, size=size, between=self.fold)
        assert [run.run_id for run in found] == self.world.expected(*query)

    @rule(query=st.sampled_from(QUERIES))
    def search_while_it_folds(self, query: tuple[str, str]) -> None:
        self.world.blocks.meanwhile = self.fold
        assert [run.run_id for run in self.world.found(*query)] == self.world.expected(*query)

    @invariant()
    def each_run_is_found_once_as_it_is(self) -> None:
        if not hasattr(self, "world"):
            return
        for text, by in QUERIES:
            found = self.world.found(text, by)
            assert [run.run_id for run in found] == self.world.expected(text, by)
            for run in found:
                now = as_seen(self.world.runs.glance(PROJECT, run.run_id), self.world.now)
                assert run == now


TestFolding = pytest.mark.filterwarnings("default")(FoldingMachine.TestCase)
TestFolding.settings = settings(max_examples=12, stateful_step_count=15)


def ended(number: int, **fields: Any) -> Run:
    return builders.run(
        number, **{"metrics": {}, "artifacts": (), "status": RunStatus.FAILED, "ended_at": NOW} | fields
    )


@pytest.fixture
def world() -> World:
    return World(now=NOW + QUIET_MILLIS + 1)


def blocks(world: World) -> list[tuple[int, int]]:
    return [(b.rows, len(b.dead)) for f in world.blocks.folded(PROJECT, [EXPERIMENT]) for b in f.blocks]


def create(world: World, *numbers: int, **fields: Any) -> None:
    for number in numbers:
        world.runs.create(ended(number, **fields))


def test_runs_that_have_not_ended_or_are_not_quiet_stay_live(world: World) -> None:
    create(world, 1)
    create(world, 2, status=RunStatus.RUNNING, ended_at=None)
    create(world, 3, ended_at=world.now - QUIET_MILLIS)
    create(world, 4, edited=Edit(actor=ANN, at=world.now))
    create(world, 5, status=RunStatus.RUNNING, ended_at=None, heartbeat_at=NOW)
    world.folding().fold(PROJECT, EXPERIMENT)
    live = world.runs.live(PROJECT, [EXPERIMENT], 99)
    assert sorted(int(run.run_id, 16) for run in live) == [2, 3, 4]


def test_small_blocks_become_one_and_large_ones_stay(world: World) -> None:
    seen = []
    for start in range(0, 70, 10):
        create(world, *range(start, start + 10))
        world.folding().fold(PROJECT, EXPERIMENT)
        seen.append([rows for rows, _ in blocks(world)])
    assert seen == [[10], [20], [30], [30, 10], [50], [50, 10], [50, 20]]


def test_a_run_that_is_folded_again_counts_in_the_newer_block_alone(world: World) -> None:
    create(world, *range(20))
    world.folding().fold(PROJECT, EXPERIMENT)
    for number in (3, 5):
        before = world.runs.get(PROJECT, ended(number).run_id)
        world.runs.replace(before, before.model_copy(update={"tags": {"t": "new"}}))
    world.folding().fold(PROJECT, EXPERIMENT)
    assert blocks(world) == [(20, 2), (2, 0)]
    assert [int(run.run_id, 16) for run in world.found("tags.t = 'new'", "")] == [5, 3]


def test_a_block_with_many_dead_rows_is_rewritten_without_them(world: World) -> None:
    create(world, *range(100))
    world.folding().fold(PROJECT, EXPERIMENT)
    for number in range(40):
        world.runs.remove(PROJECT, ended(number).run_id)
        world.blocks.remove(PROJECT, EXPERIMENT, ended(number).run_id)
    world.folding().fold(PROJECT, EXPERIMENT)
    assert blocks(world) == [(60, 0)]
    assert world.blocks.removals(PROJECT, [EXPERIMENT]) == []


def test_removed_runs_are_found_no_more_at_once_nor_ever(world: World) -> None:
    create(world, *range(8))
    world.folding().fold(PROJECT, EXPERIMENT)
    world.runs.remove(PROJECT, ended(3).run_id)
    world.blocks.remove(PROJECT, EXPERIMENT, ended(3).run_id)
    found = {int(run.run_id, 16) for run in world.found("params.p IS NULL", "", size=7)}
    assert found == set(range(8)) - {3}
    world.folding().fold(PROJECT, EXPERIMENT)
    assert (world.blocks.removals(PROJECT, [EXPERIMENT]), blocks(world)) == ([], [(8, 1)])
    world.blocks.reads.clear()
    assert world.folding(fold_from=1).fold(PROJECT, EXPERIMENT) is False


def test_what_was_removed_before_the_first_blocks_makes_none(world: World) -> None:
    world.blocks.remove(PROJECT, EXPERIMENT, ended(3).run_id)
    assert world.folding().fold(PROJECT, EXPERIMENT) is False
    assert world.blocks.folded(PROJECT, [EXPERIMENT]) == []
    assert len(world.blocks.removals(PROJECT, [EXPERIMENT])) == 1, "somebody else may be making the first"


def test_a_run_that_was_removed_and_logged_anew_is_folded_after_its_mark_has_gone(world: World) -> None:
    create(world, 1, 2)
    world.folding().fold(PROJECT, EXPERIMENT)
    world.runs.remove(PROJECT, ended(1).run_id)
    world.blocks.remove(PROJECT, EXPERIMENT, ended(1).run_id)
    create(world, 1, tags={"t": "anew"})
    world.folding().fold(PROJECT, EXPERIMENT)
    assert blocks(world) == [(1, 0)], "half of it was dead"
    world.folding().fold(PROJECT, EXPERIMENT)
    assert blocks(world) == [(2, 0)]
    assert [int(run.run_id, 16) for run in world.found("tags.t = 'anew'", "")] == [1]


def test_a_block_has_a_bounded_number_of_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ROWS == 50_000
    monkeypatch.setattr(module, "MAX_ROWS", 8)
    create(world, *range(20))
    world.folding().fold(PROJECT, EXPERIMENT)
    create(world, *range(20, 23))
    world.folding().fold(PROJECT, EXPERIMENT)
    assert sorted(blocks(world)) == [(7, 0), (8, 0), (8, 0)]


def test_few_runs_are_not_worth_a_block(world: World) -> None:
    create(world, 1, 2, 3)
    world.work.ask(PROJECT, EXPERIMENT)
    assert world.folding(fold_from=4).fold_asked().count == 0
    assert (blocks(world), world.work.asked()) == ([], [])


def test_a_sweep_folds_until_there_is_nothing_to_fold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    create(world, *range(9))
    world.work.ask(PROJECT, EXPERIMENT)
    assert world.folding().fold_asked() == Tended(1, ())
    assert world.runs.live(PROJECT, [EXPERIMENT], 9) == []
    assert world.work.asked() == []


def test_a_sweep_that_has_no_more_time_leaves_the_rest_and_gives_each_its_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    create(world, *range(9))
    create(world, *range(20, 29), experiment="late", experiment_id="99")
    for of in (EXPERIMENT, "99"):
        world.work.ask(PROJECT, of)

    class Slow(MemoryBlocks):
        def put(self, project: str, data: bytes) -> Any:
            world.now += module.SPENT_MILLIS // 4
            return super().put(project, data)

    folding = Folding(world.runs, Slow(), world.work, lambda: world.now, fold_from=1)
    assert folding.fold_asked().count == 2
    assert [len(world.runs.live(PROJECT, [of], 9)) for of in (EXPERIMENT, "99")] == [5, 5]
    assert world.work.asked() == [(PROJECT, EXPERIMENT), (PROJECT, "99")]
    assert folding.fold_asked().count == 2
    assert [len(world.runs.live(PROJECT, [of], 9)) for of in (EXPERIMENT, "99")] == [1, 1]


def test_an_experiment_whose_runs_will_be_quiet_soon_stays_on_the_list(world: World) -> None:
    create(world, 1, 2, 3, ended_at=world.now)
    world.work.ask(PROJECT, EXPERIMENT)
    assert world.folding(fold_from=3).fold_asked().count == 0
    assert world.work.asked() == [(PROJECT, EXPERIMENT)]
    assert world.folding(fold_from=4).fold_asked().count == 0
    assert world.work.asked() == []


def test_where_very_many_runs_are_live_those_that_have_just_ended_are_folded_too(world: World) -> None:
    assert limits.MAX_LIVE == 4 * module.HURRY_FROM
    create(world, *range(5), ended_at=world.now)
    world.now += module.HURRIED_MILLIS + 1
    assert replace(world.folding(), hurry_from=6).fold(PROJECT, EXPERIMENT) is False
    assert replace(world.folding(), hurry_from=5).fold(PROJECT, EXPERIMENT) is True
    assert blocks(world) == [(5, 0)]


def test_blocks_that_count_no_more_are_kept_as_long_as_tables_can_be_restored(world: World) -> None:
    create(world, *range(4))
    world.folding().fold(PROJECT, EXPERIMENT)
    (before,) = world.blocks.folded(PROJECT, [EXPERIMENT])
    assert world.blocks.retired == {}
    create(world, *range(4, 8))
    world.folding().fold(PROJECT, EXPERIMENT)
    assert blocks(world) == [(8, 0)]
    until = world.now + 36 * 86_400_000
    assert world.blocks.retired == {ref.object.digest: until for ref in before.blocks}


def test_what_cannot_be_folded_holds_up_no_other(world: World) -> None:
    class Busy(MemoryBlocks):
        def put(self, project: str, data: bytes) -> Any:
            raise UnavailableError("the object store is busy")

    create(world, 1)
    world.work.ask(PROJECT, EXPERIMENT)
    world.work.ask("other", "1")
    tended = Folding(world.runs, Busy(), world.work, lambda: world.now, fold_from=1).fold_asked()
    assert tended.failed == (f"{PROJECT}/{EXPERIMENT}",)
    assert world.work.asked() == [(PROJECT, EXPERIMENT)]


def test_a_search_of_many_live_runs_asks_for_them_to_be_folded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FOLD_FROM == 1_000
    monkeypatch.setattr(limits, "FOLD_FROM", 3)
    monkeypatch.setattr(limits, "MAX_LIVE", 4)
    create(world, 1, 2)
    world.found("tags.t = 'x'", "")
    assert world.work.asked() == []
    create(world, 3)
    world.found("tags.t = 'x'", "")
    assert world.work.asked() == [(PROJECT, EXPERIMENT)]
    world.work.done(PROJECT, EXPERIMENT)
    create(world, 4, 5)
    with pytest.raises(TooLargeError):
        world.found("tags.t = 'x'", "")
    assert world.work.asked() == [(PROJECT, EXPERIMENT)]


def test_datasets_of_folded_runs_are_known(world: World) -> None:
    rows = builders.dataset()
    described = Dataset(name="d", digest="e" * 64, context="eval", source="", files=())
    create(world, 1)
    world.runs.put_datasets(ended(1), [rows, described])
    create(world, 2)
    world.folding().fold(PROJECT, EXPERIMENT)
    world.runs.put_datasets(ended(2), [described])
    found = world.listing.datasets(PROJECT, [EXPERIMENT])
    assert {(at, each.name, each.context) for at, each in found} == {
        (EXPERIMENT, rows.name, rows.context),
        (EXPERIMENT, "d", "eval"),
    }


def test_a_warm_function_fetches_nothing_twice(world: World) -> None:
    create(world, *range(30), tags={"t": "x"})
    world.folding().fold(PROJECT, EXPERIMENT)
    listing = world.listing
    query = RunQuery(experiment="Default", filter="tags.t = 'x'", order_by="attributes.name ASC")
    world.blocks.reads.clear()
    first = listing.page(PROJECT, query)
    fetched = len(world.blocks.reads)
    assert listing.page(PROJECT, query) == first
    assert fetched == len(world.blocks.reads) > 0


@pytest.fixture
def many_blocks(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Ninety runs in blocks of four, each with a metric, the name of a parity, and some live ones beside."""
    monkeypatch.setattr(module, "MAX_ROWS", 4)
    monkeypatch.setattr(limits, "_BLOCKS_AT_ONCE", 3)
    for number in range(90):
        create(world, number, tags={"parity": "even" if number % 2 == 0 else "odd"}, params={})
        points = [Point("mae", 0, NOW, float(number * 37 % 90 // 2))]
        world.runs.add_chunk(ended(number), "0", 0, chunks.encode(points), summarise(points))
    world.folding().fold(PROJECT, EXPERIMENT)
    create(world, *range(90, 95))
    return world


def test_pages_over_many_blocks_are_those_of_all_runs(many_blocks: World) -> None:
    assert len(blocks(many_blocks)) > 20
    orders = ("", "metrics.mae ASC", "metrics.mae DESC, tags.parity ASC", "tags.parity DESC")
    texts = ("params.none IS NULL", "tags.parity = 'odd'", "metrics.mae < 20 OR metrics.mae IS NULL")
    for text, by, size in product(texts, orders, (7, 200)):
        found = many_blocks.found(text, by, size=size)
        assert [run.run_id for run in found] == many_blocks.expected(text, by), (text, by, size)


def test_the_newest_that_fit_are_looked_for_in_the_newest_blocks(many_blocks: World) -> None:
    searching = many_blocks.listing.searching
    asked = RunSearch({EXPERIMENT: condition("tags.parity = 'odd'")}, "", ())
    many_blocks.blocks.reads.clear()
    first = searching.find(PROJECT, asked, None, 5)
    assert [int(match.place[1], 16) for match in first] == [89, 87, 85, 83, 81]
    heads = [part for part in many_blocks.blocks.reads if part[0] == 0]
    assert len(heads) == limits._BLOCKS_AT_ONCE
    many_blocks.blocks.reads.clear()
    last = many_blocks.listing.searching.find(PROJECT, asked, first[-1].position, 5)
    assert [int(match.place[1], 16) for match in last] == [79, 77, 75, 73, 71]
    assert len([part for part in many_blocks.blocks.reads if part[0] == 0]) < 2 * limits._BLOCKS_AT_ONCE


def test_memory_for_blocks_is_bounded(world: World) -> None:
    create(world, *range(30))
    world.folding().fold(PROJECT, EXPERIMENT)
    create(world, *range(30, 40))
    world.folding().fold(PROJECT, EXPERIMENT)
    create(world, *range(40, 44))
    world.folding().fold(PROJECT, EXPERIMENT)
    cache = BlockCache(world.blocks, kept_bytes=1)
    refs = [ref for found in world.blocks.folded(PROJECT, [EXPERIMENT]) for ref in found.blocks]
    for ref in refs:
        cache.block(ref).load([])
    assert len(refs) == 3 > len(cache._open)
