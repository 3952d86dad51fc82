"""Searching runs, filtered and ordered: live runs one by one, folded ones by the columns of their blocks.

Live runs are read first, then what is folded. A run is folded only after its block counts, so that none is
missed; and what a block has of a live run does not count, so that none is found twice, and every write
that was answered is seen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby
from typing import Any

from functions.core.errors import TooLargeError, UnavailableError
from functions.core.ports.blocks import Folded, FoldingList, Place
from functions.core.ports.glances import Glance, Stored
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock
from functions.core.runs import search
from functions.core.runs.conditions import All, Condition
from functions.core.runs.liveness import as_seen, glance_as_seen
from functions.core.runs.ranking import first
from functions.core.runs.scanning import matching, needed
from functions.core.runs.search import Ordering
from functions.core.runs.shelf import Shelf, hidden
from functions.core.runs.values import Rank, as_rank
from lineal_contract.runs import Run

MAX_LIVE = 10_000
"""How many runs one search may look at one by one: some thousands are read in a second or two."""
FOLD_FROM = 1_000
"""So many runs are worth a block."""
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
class Searching:
    """Finds runs, and reads those that are to be shown."""

    runs: RunStore
    shelf: Shelf
    folding: FoldingList
    clock: Clock

    def find(self, project: str, asked: RunSearch, after: Any, most: int) -> list[Match]:
        """Return the first runs that fit, in order, behind a position.

        Raises InvalidRequestError for a filter or an order, TooLargeError.
        """
        wanted = _wanted(asked.filter, asked.order_by, after, most)
        live = self.live(project, [*asked.shows])
        found = list(self._among(live, wanted, asked.shows.__getitem__))
        blocks, removed = self.shelf.folded(project, [*asked.shows])
        known = removed | {run.run_id for run in live}
        for folded in blocks:
            shown = All((asked.shows[folded.experiment_id], wanted.fits))
            found += self._in_blocks(folded, shown, wanted, known)
        return nsmallest(most, found, key=_position)

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

    def _in_blocks(
        self, folded: Folded, shown: Condition, wanted: _Wanted, known: frozenset[str]
    ) -> Iterator[Match]:
        for ref in folded.blocks:
            block = self.shelf.block(ref)
            block.load(needed(block, shown, wanted.orderings))
            rows = matching(block, shown, hidden(block, ref, known))
            for at, row in first(block, rows, wanted.orderings, wanted.after, wanted.most):
                yield Match(at, (folded.experiment_id, block.run_id(row)))


def _wanted(text: str, order_by: Sequence[str], after: Any, most: int) -> _Wanted:
    orderings = [search.ordering(each) for each in order_by]
    return _Wanted(search.condition(text), orderings, as_rank(after), most)


def _position(match: Match) -> Rank:
    return match.position
