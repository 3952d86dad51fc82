"""The pointers that lead from a run's id to where its item is."""

from functools import lru_cache

from functions.adapters.dynamo import Table
from functions.adapters.keys import runs as keys
from functions.core.errors import NotFoundError
from functions.core.ports.glances import RunPlace

_REMEMBERED = 10_000
"""Of how many runs a warm function remembers where they are."""


class RunPointers:
    """Follows each run's pointer once: a run stays where it is until it is removed for good."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._remembered = lru_cache(_REMEMBERED)(self._read)

    def place(self, project: str, run_id: str) -> RunPlace:
        """Return where a run is. Raises NotFoundError, which is not remembered."""
        return self._remembered(project, run_id)

    def forget(self) -> None:
        """Read every pointer again when it is next asked for."""
        self._remembered.cache_clear()

    def _read(self, project: str, run_id: str) -> RunPlace:
        pointer = self._table.get(keys.run_pointer(project, run_id))
        if pointer is None:
            raise NotFoundError(f"project {project} has no run {run_id}")
        return RunPlace(project, pointer["experiment_id"]["S"], run_id)
