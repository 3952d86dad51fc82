"""What every `QuotaStore` promises: the fake and the adapter, the same tests."""

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.quotas import DynamoQuotas
from functions.core.audit.trails import Note
from functions.core.errors import StaleError
from functions.core.ports.audit import TrailHead
from functions.core.ports.tracking import QuotaStore
from lineal_contract.quotas import Limit, StoredQuota
from tests import builders
from tests.builders import PROJECT
from tests.fakes.quotas import MemoryQuotas


@pytest.fixture(params=["memory", "dynamo"])
def store(request: pytest.FixtureRequest) -> QuotaStore:
    if request.param == "memory":
        return MemoryQuotas()
    tables: dict[str, Table] = request.getfixturevalue("tables")
    return DynamoQuotas(tables["registry"], tables["runs"])


def test_a_quota_is_read_as_it_was_set(store: QuotaStore) -> None:
    assert store.quota(PROJECT) is None
    quota = StoredQuota(runs=None, points_per_day=0, custom=True)
    trail_end = Note(TrailHead(PROJECT), builders.cause())
    store.put_quota(PROJECT, quota, trail_end.entry("quota.put", "project"))
    assert store.quota(PROJECT) == quota
    with pytest.raises(StaleError):
        store.put_quota(PROJECT, StoredQuota(), trail_end.entry("quota.put", "project"))
    assert store.quota(PROJECT) == quota
    assert store.quota("other") is None


@pytest.mark.parametrize("window", [None, 29_000_000])
def test_a_counter_stops_at_its_limit(store: QuotaStore, window: int | None) -> None:
    limit = Limit.RUNS if window is None else Limit.REQUESTS_PER_MINUTE
    assert store.used(PROJECT, limit, window) == 0
    assert not store.add(PROJECT, limit, window, 6, 5)
    assert store.add(PROJECT, limit, window, 3, 5)
    assert not store.add(PROJECT, limit, window, 3, 5)
    assert store.add(PROJECT, limit, window, 2, 5)
    assert store.used(PROJECT, limit, window) == 5
    assert store.add(PROJECT, limit, window, 7, None)
    assert store.add(PROJECT, limit, window, -12, None)
    assert store.used(PROJECT, limit, window) == 0
    assert not store.add(PROJECT, limit, window, 1, 0)


def test_windows_limits_and_projects_count_apart(store: QuotaStore) -> None:
    assert store.add(PROJECT, Limit.POINTS_PER_DAY, 1, 5, 5)
    for other in (
        (PROJECT, Limit.POINTS_PER_DAY, 2),
        (PROJECT, Limit.REQUESTS_PER_MINUTE, 1),
        ("o", Limit.RUNS, 1),
    ):
        assert store.used(*other) == 0


def test_counters_of_windows_expire(tables: dict[str, Table]) -> None:
    store = DynamoQuotas(tables["registry"], tables["runs"])
    store.add(PROJECT, Limit.POINTS_PER_DAY, 20_000, 1, None)
    (item,) = tables["runs"].query(f"P#{PROJECT}#U")
    assert item["expires_at"] == {"N": str(20_001 * 86_400 + 30 * 86_400)}
