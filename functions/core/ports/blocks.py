"""Where folded runs may be searched: blocks of columns, and what says which blocks there are."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Annotated, NamedTuple, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from lineal_contract.artifacts import StoredObject


def _bits(rows: tuple[int, ...]) -> str:
    bits = bytearray(max(rows, default=-1) // 8 + 1)
    for row in rows:
        bits[row // 8] |= 1 << row % 8
    return b64encode(zlib.compress(bits)).decode()


def _rows(value: object) -> object:
    if not isinstance(value, str):
        return value
    bits = zlib.decompress(b64decode(value))
    return tuple(8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1)


Rows = Annotated[tuple[int, ...], BeforeValidator(_rows), PlainSerializer(_bits, when_used="json")]
"""Rows in order, in JSON a bit for each: one item of 400 KB has those of all blocks of an experiment."""


class BlockRef(BaseModel):
    """A block: its bytes, the length of its head, and what it has, with the first and the last run id.

    `dead` are rows of runs that a later block has, or that are there no more.
    """

    model_config = ConfigDict(frozen=True)

    object: StoredObject
    head: int
    rows: int
    first: str
    last: str
    dead: Rows = ()

    @property
    def alive(self) -> int:
        """How many rows count."""
        return self.rows - len(self.dead)


class Folded(BaseModel):
    """The blocks of an experiment. `revision` counts its changes; 0 is that of one without blocks."""

    model_config = ConfigDict(frozen=True)

    project: str
    experiment_id: str
    revision: int = 0
    blocks: tuple[BlockRef, ...] = ()


class Removal(NamedTuple):
    """A run that was removed for good: what blocks have of it does not count.

    Its `mark` is of this removal alone, since a run that was removed may be logged once more.
    """

    experiment_id: str
    run_id: str
    mark: str


Place = tuple[str, str]
"""A run's experiment, and its id."""


class BlockStore(Protocol):
    """Blocks never change; which of them count does, by compare and set."""

    def folded(self, project: str, experiment_ids: Sequence[str]) -> list[Folded]:
        """Return what is folded of some experiments, of those alone that have blocks, in no order."""

    def removals(self, project: str, experiment_ids: Sequence[str]) -> list[Removal]:
        """Return what was removed of some experiments and may still be in blocks, in no order."""

    def read(self, stored: StoredObject, parts: Sequence[tuple[int, int]]) -> Sequence[bytes]:
        """Return ranges of a block, each by where it begins and its length."""

    def put(self, project: str, data: bytes) -> StoredObject:
        """Store a block."""

    def replace(self, before: Folded, after: Folded) -> None:
        """Say which blocks count. Raises StaleError if `before` is not the present."""

    def retire(self, project: str, experiment_id: str, refs: Sequence[BlockRef], until: int) -> None:
        """Let blocks be kept until then (epoch milliseconds), though they are about to count no more.

        Of one that counts after all it changes nothing.
        """

    def forget(self, project: str, removals: Sequence[Removal]) -> None:
        """Take away the marks of runs that no block that counts has any more."""


class FoldingList(Protocol):
    """Experiments whose runs are to be folded."""

    def ask(self, project: str, experiment_id: str) -> None:
        """Put an experiment on the list; one that is there stays there."""

    def asked(self) -> list[tuple[str, str]]:
        """Return projects and experiment ids."""

    def done(self, project: str, experiment_id: str) -> None:
        """Strike an experiment off the list."""
