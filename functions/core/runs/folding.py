"""Folding: runs that have ended and are quiet go into blocks, which searches read instead of them.

First a block is written, then it is made to count, and only then do its runs leave the live ones, each if it
has not changed since it was read. Whatever fails in between, no run is lost: what a block has of a run that
is still live does not count, and the next folding writes it anew.

Of a run that was removed there is a mark, which goes after its rows do not count any more. Marks are read
after live runs. So a run that was removed and logged anew stays live until its mark has gone, and one that is
removed later keeps its mark, which hides what the new block has of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from functions.core.errors import StaleError
from functions.core.ports.blocks import BlockRef, BlockStore, Folded, FoldingList
from functions.core.ports.glances import Glance, Stored
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock
from functions.core.runs.block_cache import BlockCache, hidden
from functions.core.runs.blocks import Row, written
from functions.core.runs.datasets import summary
from functions.core.runs.fields import fields_of
from functions.core.runs.liveness import glance_as_seen
from functions.core.runs.searching import FOLD_FROM, MAX_LIVE
from functions.core.tending import Tended, tend
from lineal_contract.runs import RunStatus

QUIET_MILLIS = 600_000
"""So long after it ended, was heard of or edited is a run likely to stay as it is."""
RESTORABLE_MILLIS = 36 * 86_400_000
"""So long blocks are kept that count no more: the tables may be restored to any second of 35 days."""
AT_ONCE = 10_000
"""Runs that one folding takes; the rest is for the next."""
HURRY_FROM = MAX_LIVE // 4
"""Of so many live runs, those that are quiet for less are folded too: past `MAX_LIVE` none is searched."""
HURRIED_MILLIS = 60_000
"""For so long only."""
SPENT_MILLIS = 100_000
"""So long after it began nothing more is begun with; the sweep has 180 s."""
MAX_ROWS = 50_000
"""Runs of a block; and small blocks become one only up to these bytes."""
MAX_BYTES = 32_000_000


@dataclass(frozen=True)
class Folding:
    """Folds experiments that are on the list. Two at once do no harm: one of them finds that it is late."""

    runs: RunStore
    store: BlockStore
    work: FoldingList
    clock: Clock
    quiet: int = QUIET_MILLIS
    fold_from: int = FOLD_FROM
    hurry_from: int = HURRY_FROM

    def fold_asked(self) -> Tended:
        """Fold what is to be folded; strike off the list what has not enough to fold.

        What there is no time for is left for the next time.
        """
        until = self.clock() + SPENT_MILLIS
        folded: set[tuple[str, str]] = set()
        failed: set[str] = set()
        work = self.work.asked()
        while work:  # in turns: an experiment of very many runs holds up no other
            more: list[tuple[str, str]] = []
            tended = tend(takewhile(lambda _: self.clock() < until, work), partial(self._fold_some, more))
            folded, failed, work = folded | {*more}, failed | {*tended.failed}, more
        return Tended(len(folded), tuple(sorted(failed)))

    def _fold_some(self, more: list[tuple[str, str]], project: str, experiment_id: str) -> bool:
        folded = self.fold(project, experiment_id)
        if folded:
            more.append((project, experiment_id))
        return folded

    def fold(self, project: str, experiment_id: str) -> bool:
        """Fold runs of an experiment, if there are enough."""
        before = self._present(project, experiment_id)
        live = self.runs.some_live(project, experiment_id, 2 * AT_ONCE)
        now = self.clock()
        removals = self.store.removals(project, [experiment_id])
        removed = frozenset(each.run_id for each in removals)
        ended = [run for run in live if run.run_id not in removed and _has_ended(run, now)]
        ripe = self._ripe(ended, len(live), now)
        if len(ripe) < self.fold_from and not (removals and before.revision):
            if len(ended) < self.fold_from:  # the others will be quiet soon
                self.work.done(project, experiment_id)
            return False
        rows = [row_of(glance_as_seen(run, now)) for run in ripe]
        try:
            self.store.replace(before, self._after(before, rows, removed))
        except StaleError:
            return False  # another folding was faster: the next one sees it
        self.runs.fold(ripe)
        with suppress(StaleError):  # another folding is at it
            self.store.forget(project, removals)
        return True

    def _ripe(self, ended: Sequence[Stored], live: int, now: int) -> list[Stored]:
        """Return runs that are quiet for long enough; where very many are `live`, that is shorter."""
        quiet = self.quiet if live < self.hurry_from else min(self.quiet, HURRIED_MILLIS)
        ripe = [run for run in ended if run.quiet_since is not None and run.quiet_since + quiet < now]
        return ripe[:AT_ONCE]

    def _present(self, project: str, experiment_id: str) -> Folded:
        found = self.store.folded(project, [experiment_id])
        return found[0] if found else Folded(project=project, experiment_id=experiment_id)

    def _after(self, before: Folded, rows: Sequence[Row], removed: frozenset[str]) -> Folded:
        """Return what counts with these runs too; small blocks and half dead ones are rewritten."""
        cache = BlockCache(self.store)
        newer = removed | {row.run_id for row in rows}
        refs = [_buried(cache, ref, newer) for ref in before.blocks]
        kept, rewritten = _kept(refs, len(rows))
        until = self.clock() + RESTORABLE_MILLIS
        self.store.retire(before.project, before.experiment_id, rewritten, until)
        for ref in rewritten:
            rows = [*rows, *cache.block(ref).all_rows(frozenset(ref.dead))]
        return before.model_copy(
            update={
                "revision": before.revision + 1,
                "blocks": (*kept, *self._written(before.project, rows)),
            }
        )

    def _written(self, project: str, rows: Sequence[Row]) -> Iterator[BlockRef]:
        ordered = sorted(rows, key=lambda row: row.run_id)
        for start in range(0, len(ordered), MAX_ROWS):
            part = ordered[start : start + MAX_ROWS]
            data, head = written(part)
            yield BlockRef(
                object=self.store.put(project, data),
                head=head,
                rows=len(part),
                first=part[0].run_id,
                last=part[-1].run_id,
            )


def _has_ended(run: Stored, now: int) -> bool:
    """A run whose process is lost is as quiet as one that has ended; a beat makes it live again."""
    return glance_as_seen(run, now).status is not RunStatus.RUNNING


def row_of(run: Glance) -> Row:
    """Return all that a search may ask of a run."""
    return Row(run.run_id, {field: field.values(run) for field in fields_of(run)} | summary(run))


def _buried(cache: BlockCache, ref: BlockRef, newer: frozenset[str]) -> BlockRef:
    """Return a block of which the rows of some runs do not count any more."""
    if not any(ref.first <= run_id <= ref.last for run_id in newer):
        return ref
    rows = hidden(cache.block(ref), ref, newer)
    return ref.model_copy(update={"dead": tuple(sorted(rows))})


def _kept(refs: Iterable[BlockRef], more: int) -> tuple[list[BlockRef], list[BlockRef]]:
    """Return blocks that stay as they are, and those that become one with `more` new rows.

    A block is rewritten with as many rows as it has itself, or with more, so each row is a few times at most.
    """
    kept: list[BlockRef] = []
    rewritten: list[BlockRef] = []
    size = 0
    for ref in sorted(refs, key=lambda each: each.alive):
        is_small = ref.alive <= 2 * more and more + ref.alive <= MAX_ROWS
        if (ref.dead and ref.alive * 4 < ref.rows * 3) or (is_small and size + ref.object.size <= MAX_BYTES):
            rewritten.append(ref)
            more, size = more + ref.alive, size + ref.object.size
        else:
            kept.append(ref)
    return kept, rewritten
