"""Where run items are: live ones, which every search reads, and folded ones, which blocks speak for.

Folding puts a copy under another sort key of the same partition and takes the live item away, in one
transaction. Where there is a live item it is the run, whatever else there is; so a write to a folded run
first brings a copy back, and what is folded stays as it was: at no time is a run not to be found.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from functions.adapters import run_items
from functions.adapters.dynamo import ABSENT, Item, Table, weight
from functions.adapters.keys import runs as keys
from functions.adapters.keys.key import Key
from functions.adapters.run_items import run_id_of
from functions.adapters.stored_run import StoredRun
from functions.core.errors import NotFoundError, StaleError, TooLargeError
from functions.core.ports.blocks import Place
from functions.core.ports.glances import Placed
from functions.tables import RUNS

_ATTEMPTS = 3
"""How often a run that is folded again in the same moment is brought back."""
_TOGETHER = 45
"""Runs of one transaction, which writes a hundred items at most."""
_TOGETHER_BYTES = 1_500_000
"""Of the 4 MB that a transaction writes at most."""
_AT_ONCE_BYTES = 64_000_000
"""Past which no more is read of an experiment to fold."""
_KEY = frozenset({RUNS.partition_key, RUNS.sort_key})


@dataclass(frozen=True)
class RunPlaces:
    """Finds, brings back and folds run items."""

    table: Table

    def item(self, run: Placed) -> Item | None:
        """Return the item that is the run."""
        return self._live(run) or self.table.get(_folded_key(run))

    def live_item(self, run: Placed) -> Item | None:
        """Return a run's live item; a folded run is brought back."""
        item = self._live(run)
        if item is None and self._bring_back(run):
            item = self._live(run)
        return item

    def write(self, run: Placed, attempt: Callable[[], None]) -> None:
        """Do a write to a live item; a folded run is brought back first. Raises what `attempt` raises."""
        for _ in range(_ATTEMPTS):
            try:
                return attempt()
            except StaleError:
                if self._live(run) is not None or not self._bring_back(run):
                    raise
        return attempt()

    def items(self, project: str, places: Sequence[Place]) -> list[Item]:
        """Return the items that are these runs, in no order."""
        found = self.table.get_many([keys.run(project, *place) for place in places])
        there = {run_id_of(item) for item in found}
        missing = [place for place in places if place[1] not in there]
        return found + self.table.get_many([keys.folded_run(project, *place) for place in missing])

    def live(self, project: str, experiment_ids: Sequence[str], limit: int) -> list[StoredRun]:
        """Read every shard's live items whole."""
        read = partial(self.table.query, prefix=keys.LIVE, limit=limit + 1)
        found = [StoredRun(item) for item in self._read(project, experiment_ids, read)]
        if len(found) > limit:
            raise TooLargeError(
                f"a search looks at {limit:,} runs one by one, and more are not prepared for it yet: "
                "those that have ended are within minutes, so try again then, or name an experiment"
            )
        return found

    def some_live(self, project: str, experiment_id: str, limit: int) -> list[StoredRun]:
        """Read shard by shard, until it is enough."""
        found: list[Item] = []
        for shard in range(keys.RUN_SHARDS):
            at, most = keys.run_shard(project, experiment_id, shard), limit // keys.RUN_SHARDS
            found += self.table.query(at, prefix=keys.LIVE, limit=most)
            if sum(map(weight, found)) > _AT_ONCE_BYTES:
                break
        return [StoredRun(item) for item in found]

    def folded(self, project: str, places: Sequence[Place]) -> dict[str, StoredRun]:
        """Read the folded items."""
        found = self.table.get_many([keys.folded_run(project, *place) for place in places])
        return {run_id_of(item): StoredRun(item) for item in found}

    def newest(
        self, project: str, experiment_ids: Sequence[str], after: str | None, limit: int
    ) -> Iterable[Item]:
        """Return the newest items of each shard behind a run id, one for each run.

        Live ones are read first: a run that is folded meanwhile is then found twice, and never not at all.
        """
        found = {run_id_of(item): item for item in self._newest(project, experiment_ids, after, limit)}
        folded = [each for each in experiment_ids if self.table.get(keys.blocks(project, each)) is not None]
        for item in self._newest(project, folded, after, limit, keys.FOLDED):
            found.setdefault(run_id_of(item), item)
        return found.values()

    def fold(self, runs: Sequence[StoredRun]) -> int:
        """Move items as they were read in transactions; where one has changed, the others go one by one."""
        count = 0
        for batch in _batches([run.item for run in runs]):
            try:
                self._move(batch)
                count += len(batch)
            except StaleError:
                for item in batch:
                    with suppress(StaleError):
                        self._move([item])
                        count += 1
        return count

    def _newest(
        self,
        project: str,
        experiment_ids: Sequence[str],
        after: str | None,
        limit: int,
        prefix: str = keys.LIVE,
    ) -> Iterator[Item]:
        start = f"{prefix}{after}" if after else None
        read = partial(self.table.query, prefix=prefix, after=start, newest_first=True, limit=limit)
        return self._read(project, experiment_ids, read)

    def _read(
        self, project: str, experiment_ids: Sequence[str], read: Callable[[str], list[Item]]
    ) -> Iterator[Item]:
        """Yield what `read` finds in each shard of some experiments; the shards are read at once."""
        partitions = [
            keys.run_shard(project, each, shard)
            for each in experiment_ids
            for shard in range(keys.RUN_SHARDS)
        ]
        with ThreadPoolExecutor(keys.RUN_SHARDS) as pool:
            for items in pool.map(read, partitions):
                yield from items

    def _live(self, run: Placed) -> Item | None:
        return self.table.get(run_items.key_of(run))

    def _bring_back(self, run: Placed) -> bool:
        """Copy a folded item to where live ones are; False where there is none."""
        item = self.table.get(_folded_key(run))
        if item is None:
            return False
        with suppress(StaleError):  # somebody else has brought it back, or it was folded once more
            self.table.write(
                [
                    self.table.put_in(run_items.key_of(run), _attributes(item), ABSENT),
                    self.table.check_in(_folded_key(run), *run_items.unchanged(item)),
                ]
            )
        return True

    def _move(self, items: Sequence[Item]) -> None:
        self.table.write(
            [
                write
                for item in items
                for write in (
                    self.table.put_in(_folded_beside(item), _attributes(item)),
                    self.table.delete_in(_key(item), *run_items.unchanged(item)),
                )
            ]
        )


def required(run: Placed, item: Item | None) -> Item:
    """Return the item of a run. Raises NotFoundError where there is none."""
    if item is None:
        raise NotFoundError(f"project {run.project} has no run {run.run_id}")
    return item


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        size += weight(item)
        if batch and (len(batch) == _TOGETHER or size > _TOGETHER_BYTES):
            yield batch
            batch, size = [], weight(item)
        batch.append(item)
    if batch:
        yield batch


def _folded_key(run: Placed) -> Key:
    return keys.folded_run(run.project, run.experiment_id, run.run_id)


def _key(item: Item) -> Key:
    return {name: item[name] for name in _KEY}


def _folded_beside(item: Item) -> Key:
    return _key(item) | {RUNS.sort_key: {"S": f"{keys.FOLDED}{run_id_of(item)}"}}


def _attributes(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in _KEY}
