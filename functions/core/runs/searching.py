"""Searching runs, filtered and ordered: live runs one by one, folded ones by the columns of their blocks.

Live runs are read first, then what is folded. A run is folded only after its block counts, so that none is
missed; and what a block has of a live run does not count, so that none is found twice, and every write
that was answered is seen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from itertools import groupby
from typing import Any

from functions.core.errors import TooLargeError, UnavailableError
from functions.core.ports.blocks import BlockRef, FoldingList, Place
from functions.core.ports.glances import Glance, Stored
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock
from functions.core.runs import search
from functions.core.runs.block_cache import BlockCache, hidden
from functions.core.runs.columns import Block
from functions.core.runs.conditions import All, Condition
from functions.core.runs.liveness import as_seen, glance_as_seen
from functions.core.runs.ranking import first, not_behind
from functions.core.runs.scanning import matching, needed
from functions.core.runs.search import Ordering
from functions.core.runs.values import Rank, as_rank
from lineal_contract.runs import Run

MAX_LIVE = 10_000
"""How many runs one search may look at one by one: some thousands are read in a second or two."""
FOLD_FROM = 1_000
"""So many runs are worth a block."""
_BLOCKS_AT_ONCE = 8
"""Blocks that are fetched at once."""
_TOGETHER = 100
"""Folded runs that are read at once to be shown."""


@dataclass(frozen=True)
class RunSearch:
    """A search over experiments, by their ids; each has a condition for which of its runs count as there."""

    shows: Mapping[str, Condition]
    filter: str
    order_by: Sequence[str]


@dataclass(frozen=True)
class Match:
    """A run that a search finds. `position` is where it is in the order: unique, and JSON.

    A live run is there as it was read, of a folded one only where it is.
    """

    position: Rank
    place: Place
    stored: Stored | None = None


@dataclass(frozen=True)
class _Wanted:
    fits: Condition
    orderings: Sequence[Ordering]
    after: Rank | None
    most: int


@dataclass(frozen=True)
class _ExperimentBlock:
    experiment_id: str
    ref: BlockRef


class _Best:
    """The first matches of those that were found so far, in order."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.matches: list[Match] = []

    def take(self, more: Iterable[Match]) -> None:
        """Keep the first of these and of those before."""
        self.matches = nsmallest(self._most, [*self.matches, *more], key=_position)

    @property
    def last(self) -> Rank | None:
        """Behind which nothing counts any more; None while there is room."""
        return self.matches[-1].position if len(self.matches) == self._most else None

    def may_be_in(self, each: _ExperimentBlock, wanted: _Wanted) -> bool:
        """Say whether a block can have something that counts; in an order by fields any can."""
        if wanted.orderings:
            return True
        newest, oldest = (search.newest_first(end) for end in (each.ref.last, each.ref.first))
        too_new = wanted.after is not None and (oldest,) <= wanted.after
        return not too_new and (self.last is None or (newest,) < self.last)


@dataclass(frozen=True)
class Searching:
    """Finds runs, and reads those that are to be shown."""

    runs: RunStore
    cache: BlockCache
    folding: FoldingList
    clock: Clock

    def find(self, project: str, asked: RunSearch, after: Any, most: int) -> list[Match]:
        """Return the first runs that fit, in order, behind a position.

        Raises InvalidRequestError for a filter or an order, TooLargeError.
        """
        wanted = _wanted(asked.filter, asked.order_by, after, most)
        live = self.live(project, [*asked.shows])
        best = _Best(most)
        best.take(self._among(live, wanted, asked.shows.__getitem__))
        blocks, removed = self.cache.folded(project, [*asked.shows])
        known = removed | {run.run_id for run in live}
        conditions = {of: All((shown, wanted.fits)) for of, shown in asked.shows.items()}
        listed = [_ExperimentBlock(each.experiment_id, ref) for each in blocks for ref in each.blocks]
        listed.sort(key=lambda each: each.ref.last, reverse=True)
        for start in range(0, len(listed), _BLOCKS_AT_ONCE):
            some = [each for each in listed[start : start + _BLOCKS_AT_ONCE] if best.may_be_in(each, wanted)]
            for each, block in self._opened(some, conditions, wanted):
                best.take(_in_block(each, block, conditions, wanted, known, best.last))
        return best.matches

    def find_among(self, runs: Iterable[Stored], asked: RunSearch, after: Any, most: int) -> list[Match]:
        """Return the first of some runs that fit, in order, behind a position. Raises InvalidRequestError."""
        wanted = _wanted(asked.filter, asked.order_by, after, most)
        found = self._among(runs, wanted, asked.shows.__getitem__)
        return nsmallest(most, found, key=_position)

    def read(self, project: str, matches: Iterable[Match]) -> Iterator[Run]:
        """Yield runs that were found, as they are to be seen now; one that was removed meanwhile is left out.

        They are read some at a time, as they are taken.
        """
        now = self.clock()
        for _, batch in groupby(enumerate(matches), key=lambda each: each[0] // _TOGETHER):
            together = [match for _, match in batch]
            places = [match.place for match in together if match.stored is None]
            folded = self.runs.folded(project, places) if places else {}
            for match in together:
                stored = match.stored or folded.get(match.place[1])
                if stored is not None:
                    yield as_seen(stored.run(), now)

    def live(self, project: str, experiment_ids: Sequence[str]) -> Sequence[Stored]:
        """Return live runs; where there are many, ask for them to be folded. Raises TooLargeError."""
        try:
            live = self.runs.live(project, experiment_ids, MAX_LIVE)
        except TooLargeError:
            self._ask(project, experiment_ids)
            raise
        if len(live) >= FOLD_FROM:
            self._ask(project, {run.experiment_id for run in live})
        return live

    def _ask(self, project: str, experiment_ids: Iterable[str]) -> None:
        for each in experiment_ids:
            with suppress(UnavailableError):  # the next search asks again
                self.folding.ask(project, each)

    def _among(
        self, runs: Iterable[Stored], wanted: _Wanted, shown: Callable[[str], Condition]
    ) -> Iterator[Match]:
        now, position = self.clock(), search.position(wanted.orderings)
        for stored in runs:
            seen: Glance = glance_as_seen(stored, now)
            if shown(seen.experiment_id)(seen) and wanted.fits(seen):
                at = position(seen)
                if wanted.after is None or at > wanted.after:
                    yield Match(at, (seen.experiment_id, seen.run_id), stored)

    def _opened(
        self, some: Sequence[_ExperimentBlock], conditions: Mapping[str, Condition], wanted: _Wanted
    ) -> Iterator[tuple[_ExperimentBlock, Block]]:
        """Yield blocks with what deciding takes; they are fetched at once."""

        def opened(each: _ExperimentBlock) -> Block:
            block = self.cache.block(each.ref)
            block.load(needed(block, conditions[each.experiment_id], wanted.orderings))
            return block

        with ThreadPoolExecutor(_BLOCKS_AT_ONCE) as pool:
            yield from zip(some, pool.map(opened, some), strict=True)


def _in_block(
    each: _ExperimentBlock,
    block: Block,
    conditions: Mapping[str, Condition],
    wanted: _Wanted,
    known: frozenset[str],
    last: Rank | None,
) -> Iterator[Match]:
    """Yield the first matches of a block, at least of those that are not behind `last`."""
    within = None
    if wanted.orderings and last is not None:
        within = partial(not_behind, block, wanted.orderings[0], last[0])
    condition = conditions[each.experiment_id]
    rows = matching(block, condition, hidden(block, each.ref, known), within)
    for at, row in first(block, rows, wanted.orderings, wanted.after, wanted.most):
        yield Match(at, (each.experiment_id, block.run_id(row)))


def _wanted(text: str, order_by: Sequence[str], after: Any, most: int) -> _Wanted:
    orderings = [search.ordering(each) for each in order_by]
    return _Wanted(search.condition(text), orderings, as_rank(after), most)


def _position(match: Match) -> Rank:
    return match.position
