"""Quotas in memory."""

from collections import Counter

from functions.core.ports.audit import Entry
from functions.core.runs.quotas import Quotas
from lineal_contract.quotas import Limit, StoredQuota
from tests.builders import NOW
from tests.fakes.trails import MemoryTrails


class MemoryQuotas:
    """The `QuotaStore` port; `writes` and `reads` count what the adapter would have to pay for."""

    def __init__(self, trails: MemoryTrails | None = None) -> None:
        self.writes = self.reads = 0
        self._trails = trails or MemoryTrails()
        self._quotas: dict[str, StoredQuota] = {}
        self._used: Counter[tuple[str, Limit, int | None]] = Counter()

    def quota(self, project: str) -> StoredQuota | None:
        self.reads += 1
        return self._quotas.get(project)

    def put_quota(self, project: str, quota: StoredQuota, entry: Entry | None) -> None:
        self._trails.append(entry)
        self._quotas[project] = quota

    def add(self, project: str, limit: Limit, window: int | None, amount: int, most: int | None) -> bool:
        self.writes += 1
        if most is not None and self._used[project, limit, window] + amount > most:
            return False
        self._used[project, limit, window] += amount
        return True

    def used(self, project: str, limit: Limit, window: int | None) -> int:
        return self._used[project, limit, window]


def quotas() -> Quotas:
    """Return quotas as they are where nobody has set any, in a world where it is always noon."""
    return Quotas(MemoryQuotas(), lambda: NOW)
