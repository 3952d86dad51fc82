"""Where folded runs may be searched: blocks of columns, and what says which blocks there are."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from lineal_contract.artifacts import StoredObject


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
    dead: tuple[int, ...] = ()

    @property
    def alive(self) -> int:
        """How many rows count."""
        return self.rows - len(self.dead)


class Folded(BaseModel):
    """The blocks of an experiment. `revision` counts its changes; 0 is that of one without blocks.

    `gone` are runs that were removed: what blocks have of them does not count.
    """

    model_config = ConfigDict(frozen=True)

    project: str
    experiment_id: str
    revision: int = 0
    blocks: tuple[BlockRef, ...] = ()
    gone: frozenset[str] = frozenset()


Place = tuple[str, str]
"""A run's experiment, and its id."""


class BlockStore(Protocol):
    """Blocks never change; which of them count does, by compare and set."""

    def folded(self, project: str, experiment_ids: Sequence[str]) -> list[Folded]:
        """Return what is folded of some experiments, of those alone that have blocks, in no order."""

    def read(self, stored: StoredObject, parts: Sequence[tuple[int, int]]) -> Sequence[bytes]:
        """Return ranges of a block, each by where it begins and its length."""

    def put(self, project: str, data: bytes) -> StoredObject:
        """Store a block."""

    def replace(self, before: Folded, after: Folded) -> None:
        """Say which blocks count. Raises StaleError if `before` is not the present."""


class FoldingList(Protocol):
    """Experiments whose runs are to be folded."""

    def ask(self, project: str, experiment_id: str) -> None:
        """Put an experiment on the list; one that is there stays there."""

    def asked(self) -> list[tuple[str, str]]:
        """Return projects and experiment ids."""

    def done(self, project: str, experiment_id: str) -> None:
        """Strike an experiment off the list."""
