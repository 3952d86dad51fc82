"""Runs in blocks, more than a test could make one by one, and the requests that reading them takes."""

from collections.abc import Sequence
from typing import Any, ClassVar

from functions.adapters.blocks import S3Blocks
from functions.adapters.dynamo import Item, Table
from functions.adapters.keys import runs as keys
from functions.core.ports.blocks import BlockRef, BlockStore, Folded
from functions.core.runs.blocks import Row, written
from functions.core.runs.fields import Field
from functions.core.runs.folding import MAX_ROWS
from lineal_contract.artifacts import StoredObject
from tests.fakes.blocks import MemoryBlocks

METRIC = "metric 3"
_MEASURED, _LIFECYCLE = Field("metrics", METRIC), Field("attributes", "lifecycle")


class BlocksInMemory(S3Blocks):
    """Blocks whose bytes, which cost no units, are in memory; what counts of them is in the table."""

    gets: ClassVar[list[int]] = []
    """The length of each range that was asked for."""
    _bytes = MemoryBlocks()

    def _range(self, stored: StoredObject, at: int, length: int) -> bytes:
        self.gets.append(length)
        (data,) = self._bytes.read(stored, [(at, length)])
        return data

    def put(self, project: str, data: bytes) -> StoredObject:
        """Store a block."""
        return self._bytes.put(project, data)


def shelve(blocks: BlockStore, project: str, experiment_id: str, runs: int) -> None:
    """Let an experiment have so many folded runs; the metric is the higher the newer they are."""
    refs = [_block(blocks, project, range(at, min(runs, at + MAX_ROWS))) for at in range(0, runs, MAX_ROWS)]
    nothing = Folded(project=project, experiment_id=experiment_id)
    blocks.replace(nothing, nothing.model_copy(update={"revision": 1, "blocks": tuple(refs)}))


def show(runs: Table, made: Item, project: str, experiment_id: str, numbers: Sequence[int]) -> None:
    """Put items of folded runs, as many as will be shown."""
    attributes: Any = {name: value for name, value in made.items() if name not in ("PK", "SK")}
    for number in numbers:
        runs.put(keys.folded_run(project, experiment_id, run_id(number)), attributes)


def run_id(number: int) -> str:
    """Return the id of a made run."""
    return f"{number:032x}"


def _block(blocks: BlockStore, project: str, numbers: range) -> BlockRef:
    rows = [Row(run_id(n), {_MEASURED: (n / 7,), _LIFECYCLE: ("active",)}) for n in numbers]
    data, head = written(rows)
    ends = rows[0].run_id, rows[-1].run_id
    return BlockRef(object=blocks.put(project, data), head=head, rows=len(rows), first=ends[0], last=ends[1])
