"""Blocks as they are taken from the store: one that was read is kept in memory, since it never changes."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from functions.core.ports.blocks import BlockRef, BlockStore, Folded
from functions.core.runs.blocks import Head, Part
from functions.core.runs.columns import Block

KEPT_BYTES = 128_000_000
"""How much of a function's memory blocks may take."""


@dataclass(frozen=True)
class BlockCache:
    """Opens blocks. A process that answers several searches fetches no column twice."""

    store: BlockStore
    kept_bytes: int = KEPT_BYTES
    _open: OrderedDict[str, Block] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def folded(self, project: str, experiment_ids: Sequence[str]) -> tuple[list[Folded], frozenset[str]]:
        """Return what is folded of some experiments, and runs that were removed and do not count there.

        Those are read first: the mark of one goes only after blocks without its run count.
        """
        removed = frozenset(each.run_id for each in self.store.removals(project, experiment_ids))
        return self.store.folded(project, experiment_ids), removed

    def block(self, ref: BlockRef) -> Block:
        """Return a block; what others take beyond the memory for all is let go of, the oldest first."""
        with self._lock:
            found = self._open.pop(ref.object.digest, None)
        block = found or self._opened(ref)
        with self._lock:
            self._open[ref.object.digest] = block
            while len(self._open) > 1 and sum(b.weight for b in self._open.values()) > self.kept_bytes:
                self._open.popitem(last=False)
        return block

    def _opened(self, ref: BlockRef) -> Block:
        (head,) = self.store.read(ref.object, [(0, ref.head)])

        def fetch(parts: Sequence[Part]) -> Sequence[bytes]:
            return self.store.read(ref.object, [(ref.head + at, length) for at, length in parts])

        return Block(Head.read(head), fetch)


def hidden(block: Block, ref: BlockRef, run_ids: frozenset[str]) -> frozenset[int]:
    """Return the rows that do not count: dead ones, and those of runs that something newer is known of."""
    within = (run_id for run_id in run_ids if ref.first <= run_id <= ref.last)
    rows = (block.row(run_id) for run_id in within)
    return frozenset(ref.dead) | {row for row in rows if row is not None}
