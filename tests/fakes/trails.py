"""Trails in memory, with an honest compare-and-set on their ends."""

from collections import defaultdict
from collections.abc import Callable

from functions.core.errors import StaleError
from functions.core.ports.audit import Entry, TrailHead
from lineal_contract.audit import AuditRecord
from tests.fakes.requests import MemoryRequests


class MemoryTrails(MemoryRequests):
    """The `Trails` port. `interference` runs once, before the next record is written."""

    def __init__(self) -> None:
        super().__init__()
        self._records: defaultdict[str, list[AuditRecord]] = defaultdict(list)
        self.grown: dict[tuple[str, str], int] = {}
        self.interference: Callable[[], None] | None = None

    def head(self, project: str) -> TrailHead:
        records = self._records[project]
        return TrailHead(project, len(records), records[-1].digest) if records else TrailHead(project)

    def records(self, project: str, after: int, page_size: int) -> list[AuditRecord]:
        return self._records[project][after : after + page_size]

    def append(self, entry: Entry | None) -> None:
        """Write a record as a part of somebody's change; None is a test's own doing."""
        if entry is None:
            return
        interference, self.interference = self.interference, None
        if interference is not None:
            interference()
        project = entry.before.project
        if self.head(project) != entry.before:
            raise StaleError
        self.check_new(project, entry.said)
        self.keep(project, entry.said)
        self._records[project].append(entry.record)
        self.grown[project, ""] = entry.record.sequence
