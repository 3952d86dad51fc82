"""Blocks, and the list of experiments to fold, in memory."""

import hashlib
from collections.abc import Sequence
from itertools import count

from functions.core.errors import StaleError
from functions.core.ports.blocks import BlockRef, Folded, Removal
from lineal_contract.artifacts import StoredObject
from lineal_contract.digests import address_of


class MemoryBlocks:
    """The `BlockStore` port."""

    def __init__(self) -> None:
        self.bytes: dict[str, bytes] = {}
        self.reads: list[tuple[int, int]] = []
        self._folded: dict[tuple[str, str], Folded] = {}
        self._removals: set[tuple[str, Removal]] = set()
        self.retired: dict[str, int] = {}
        self._marks = count()

    def folded(self, project: str, experiment_ids: Sequence[str]) -> list[Folded]:
        return [self._folded[project, each] for each in experiment_ids if (project, each) in self._folded]

    def read(self, stored: StoredObject, parts: Sequence[tuple[int, int]]) -> list[bytes]:
        self.reads += parts
        return [self.bytes[stored.digest][at : at + length] for at, length in parts]

    def put(self, project: str, data: bytes) -> StoredObject:
        digest = address_of(data)
        self.bytes[digest] = data
        return StoredObject(
            digest=digest,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            bucket="bucket",
            key=f"projects/{project}/objects/{digest[:2]}/{digest}",
            version_id="1",
        )

    def replace(self, before: Folded, after: Folded) -> None:
        at = after.project, after.experiment_id
        if self._folded.get(at, before.model_copy(update={"revision": 0})).revision != before.revision:
            raise StaleError
        self._folded[at] = after

    def removals(self, project: str, experiment_ids: Sequence[str]) -> list[Removal]:
        return [m for of, m in self._removals if of == project and m.experiment_id in experiment_ids]

    def retire(self, project: str, experiment_id: str, refs: Sequence[BlockRef], until: int) -> None:
        self.retired |= {ref.object.digest: until for ref in refs}

    def forget(self, project: str, removals: Sequence[Removal]) -> None:
        self._removals -= {(project, each) for each in removals}

    def remove(self, project: str, experiment_id: str, run_id: str) -> None:
        """Note a run that was removed for good, as `lineal gc` does."""
        self._removals.add((project, Removal(experiment_id, run_id, f"{next(self._marks)}")))


class MemoryFoldingList:
    """The `FoldingList` port."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], None] = {}

    def ask(self, project: str, experiment_id: str) -> None:
        self._asked[project, experiment_id] = None

    def asked(self) -> list[tuple[str, str]]:
        return [*self._asked]

    def done(self, project: str, experiment_id: str) -> None:
        self._asked.pop((project, experiment_id), None)
