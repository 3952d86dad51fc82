"""Quotas in the registry table, and what was used of them in the runs table."""

from dataclasses import dataclass

from functions.adapters.dynamo import Table, document, parse
from functions.adapters.keys import registry as registry_keys
from functions.adapters.keys import runs as run_keys
from functions.adapters.trails import writes
from functions.core.errors import StaleError
from functions.core.ports.audit import Entry
from functions.tables import EXPIRY_ATTRIBUTE
from lineal_contract.quotas import Limit, StoredQuota

_KEPT_SECONDS = {Limit.REQUESTS_PER_MINUTE: (60, 3_600), Limit.POINTS_PER_DAY: (86_400, 30 * 86_400)}
"""How long a window lasts, and how long its counter stays readable afterwards."""


@dataclass(frozen=True)
class DynamoQuotas:
    """The `QuotaStore` port. A counter is one small item, so each change of it costs one write unit.

    Where quotas are only set, there are no `counters`.
    """

    settings: Table
    counters: Table | None

    def quota(self, project: str) -> StoredQuota | None:
        """Return what was set."""
        item = self.settings.get(registry_keys.quota(project))
        return None if item is None else parse(StoredQuota, item)

    def put_quota(self, project: str, quota: StoredQuota, entry: Entry) -> None:
        """Set it, on the record."""
        put = self.settings.put_in(registry_keys.quota(project), document(quota))
        self.settings.write([put, *writes(self.settings, entry)])

    def add(self, project: str, limit: Limit, window: int | None, amount: int, most: int | None) -> bool:
        """Count up, if it stays within `most`."""
        change, condition = "ADD #u :a", "attribute_exists(#u) OR attribute_not_exists(#u)"
        names, values = {"#u": "used"}, {":a": {"N": str(amount)}}
        if window is not None:
            lasts, kept = _KEPT_SECONDS[limit]
            change += " SET #e = :e"
            names["#e"] = EXPIRY_ATTRIBUTE
            values[":e"] = {"N": str((window + 1) * lasts + kept)}
        if most is not None:
            if amount > most:
                return False
            condition = "attribute_not_exists(#u) OR #u <= :r"
            values[":r"] = {"N": str(most - amount)}
        try:
            self._counting.update(run_keys.used(project, limit, window), change, condition, names, values)
        except StaleError:
            return False
        return True

    def used(self, project: str, limit: Limit, window: int | None) -> int:
        """Return what was counted."""
        item = self._counting.get(run_keys.used(project, limit, window))
        return int(item["used"]["N"]) if item else 0

    @property
    def _counting(self) -> Table:
        if self.counters is None:
            raise LookupError("this function sets quotas and does not count")
        return self.counters
