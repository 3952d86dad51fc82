"""The metrics of a run at a glance, which each writer keeps in the run's item as its chunks arrive."""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from functions.adapters import run_items
from functions.adapters.dynamo import Item, Table, weight
from functions.adapters.keys import runs as keys
from functions.adapters.keys.key import Key
from functions.adapters.run_places import RunPlaces, required
from functions.core.errors import ContentionError, StaleError, TooLargeError
from functions.core.ports.glances import Placed
from functions.core.ports.tracking import Summaries
from lineal_contract.runs import Stop

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_FULL = 250_000
"""Bytes past which a run item takes no more metrics; an item ends at 400 KB."""
_ATTEMPTS = 5
_WRITERS, _REMEMBERED_BYTES = 500, 20_000
"""Of how many writers a warm function remembers the summary, and how long one may be for that."""


@dataclass(frozen=True)
class _Covered:
    """What a writer has in the run's item, and the last number in it."""

    item: Item
    last: int


@dataclass(frozen=True)
class WriterSummaries:
    """Merges summaries of chunks. It remembers what it wrote last.

    The next chunk of the same writer mostly follows, and is merged without a look at the item first. What is
    remembered decides nothing: the write has the condition that it is still what is there.
    """

    table: Table
    places: RunPlaces
    _known: OrderedDict[tuple[str, str, str], _Covered] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, run: Placed, writer: str, seq: int, summary: Summaries, fresh: bool) -> Stop | None:
        """Merge a chunk into its writer's summary, and say who asked the run to stop.

        One that was there before, not `fresh`, is in there if the summary goes as far. Raises NotFoundError.
        """
        known = self._before(run, writer, seq) if fresh else None
        if known is not None:
            with suppress(StaleError, TooLargeError):  # another wrote, or the run is folded, or full by now
                return run_items.stop_of(self._merge(run, writer, known, seq, summary))
        for _ in range(_ATTEMPTS):
            with suppress(StaleError):
                return run_items.stop_of(self._add(run, writer, seq, summary, fresh))
        raise ContentionError(f"writer {writer} sends from several places at once")

    def adding(self, run: Placed, writer: str, summary: Summaries) -> "TransactWriteItemTypeDef":
        """Return what merges a summary as the writer's next, for a transaction. Raises NotFoundError."""
        at, item, last = self._place_of(run, self._live_item(run), writer)
        return self.table.update_in(at, *run_items.merging(item, writer, last + 1, summary))

    def _add(self, run: Placed, writer: str, seq: int, summary: Summaries, fresh: bool) -> Item:
        """Read, merge, and return the run's item."""
        own = self._live_item(run)
        at, item, last = self._place_of(run, own, writer)
        # The very number it ends with is in there: this is the write whose answer was lost.
        if seq == last or (seq < last and not fresh):
            return own
        if at == run_items.key_of(run):
            return self._merge(run, writer, item, max(seq, last), summary)
        self.table.update(at, *run_items.merging(item, writer, max(seq, last), summary))
        return own

    def _merge(self, run: Placed, writer: str, before: Item, covered: int, summary: Summaries) -> Item:
        change = run_items.merging(before, writer, covered, summary)
        after = self.table.updated(run_items.key_of(run), *change)
        self._remember(run, writer, _Covered(run_items.summary_in(after, writer), covered), weight(after))
        return after

    def _place_of(self, run: Placed, own: Item, writer: str) -> tuple[Key, Item, int]:
        """Return where a writer's summary goes, the item that is there, and the number it covers.

        `own` is the run's item.
        """
        at, item, sequence = run_items.key_of(run), own, run_items.sequence_of(writer)
        known = item.get(sequence)
        if weight(item) > _FULL:
            at = keys.more_metrics(run.project, run.run_id, writer)
            item = self.table.get(at) or {}
            known = item.get(sequence, known)
        return at, item, int(known["N"]) if known else -1

    def _live_item(self, run: Placed) -> Item:
        return required(run, self.places.live_item(run))

    def _before(self, run: Placed, writer: str, seq: int) -> Item | None:
        """Return what was written last, if the chunk follows it."""
        with self._lock:
            known = self._known.get((run.project, run.run_id, writer))
        return known.item if known is not None and known.last == seq - 1 else None

    def _remember(self, run: Placed, writer: str, written: _Covered, size: int) -> None:
        name = (run.project, run.run_id, writer)
        with self._lock:
            self._known.pop(name, None)
            if size <= _FULL and weight(written.item) <= _REMEMBERED_BYTES:
                self._known[name] = written
            if len(self._known) > _WRITERS:
                self._known.popitem(last=False)
