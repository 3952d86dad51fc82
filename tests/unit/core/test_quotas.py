"""Quotas: never exceeded, cheap to keep, and given back where nothing was used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.errors import NotFoundError, QuotaExceededError
from functions.core.runs.quotas import CountedObjects, Quotas, counted
from lineal_contract.quotas import Limit, Quota, StoredQuota
from tests import builders
from tests.builders import PROJECT
from tests.fakes.objects import MemoryObjectRecords
from tests.fakes.quotas import MemoryQuotas

POINTS, REQUESTS, RUNS, BYTES = (
    Limit.POINTS_PER_DAY,
    Limit.REQUESTS_PER_MINUTE,
    Limit.RUNS,
    Limit.STORED_BYTES,
)
DAY = 86_400_000


class Office:
    """Several functions at work on one project, and a clock."""

    def __init__(self, functions: int = 1, **quota: int | None) -> None:
        self.now = 20_000 * DAY + DAY // 2
        self.store = MemoryQuotas()
        self.functions = [Quotas(self.store, lambda: self.now) for _ in range(functions)]
        self.quotas = self.functions[0]
        if quota:
            self.set(Quota(**quota))  # type: ignore[arg-type]

    def set(self, quota: Quota) -> None:
        """Put a quota in force."""
        self.store.put_quota(PROJECT, StoredQuota(**dict(quota), custom=True), None)


def test_a_rate_is_spent_from_blocks() -> None:
    office = Office()
    for _ in range(100):
        office.quotas.spend(PROJECT, POINTS, 1_000)
    assert office.store.writes == 2
    assert office.quotas.usage(PROJECT).points_today == 100_000


@given(
    st.integers(0, 5_000),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 400)), max_size=60),
)
def test_a_rate_is_never_exceeded_and_at_last_all_used(limit: int, spends: list[tuple[int, int]]) -> None:
    office = Office(3, points_per_day=limit)
    spent = 0
    for who, amount in spends:
        try:
            office.functions[who].spend(PROJECT, POINTS, amount)
            spent += amount
        except QuotaExceededError:
            used = office.store.used(PROJECT, POINTS, office.now // DAY)
            assert used + amount > limit, "there was room"
    assert spent <= limit


def test_the_refusal_says_when_the_day_is_over() -> None:
    office = Office(points_per_day=10)
    office.quotas.spend(PROJECT, POINTS, 10)
    with pytest.raises(QuotaExceededError, match="quota is 10 points per day") as refused:
        office.quotas.spend(PROJECT, POINTS, 1)
    assert refused.value.retry_after == 43_200
    office.now += 43_200_000
    office.quotas.spend(PROJECT, POINTS, 10)


def test_what_is_left_of_a_block_ends_with_its_minute() -> None:
    office = Office(requests_per_minute=60_000)
    office.quotas.spend(PROJECT, REQUESTS, 1)
    office.now += 60_000
    office.quotas.spend(PROJECT, REQUESTS, 1)
    assert (office.store.writes, office.quotas.usage(PROJECT).requests_this_minute) == (2, 50)


def test_projects_do_not_share_a_quota() -> None:
    office = Office(points_per_day=0)
    with pytest.raises(QuotaExceededError):
        office.quotas.spend(PROJECT, POINTS, 1)
    office.quotas.spend("other", POINTS, 1)


def test_a_lowered_quota_is_followed_within_a_minute() -> None:
    office = Office(2)
    worker = office.functions[1]
    worker.spend(PROJECT, POINTS, 60_000)
    office.set(Quota(points_per_day=0))
    worker.spend(PROJECT, POINTS, 60_000)
    office.now += 60_000
    with pytest.raises(QuotaExceededError, match="quota is 0 points per day"):
        worker.spend(PROJECT, POINTS, 60_000)
    assert worker.usage(PROJECT).quota.custom


def test_a_raised_quota_holds_at_once_for_those_it_refused() -> None:
    office = Office(points_per_day=10, runs=0, stored_bytes=0)
    refused = (
        lambda: office.quotas.spend(PROJECT, POINTS, 11),
        lambda: office.quotas.add(PROJECT, RUNS, 1),
        lambda: office.quotas.check_room(PROJECT, BYTES, 1),
    )
    for ask in refused:
        with pytest.raises(QuotaExceededError):
            ask()
    office.set(Quota())
    office.now += 1_000
    for ask in refused:
        ask()


def test_those_who_come_again_and_again_cost_one_read_a_second() -> None:
    office = Office(points_per_day=0)
    for _ in range(1_000):
        with pytest.raises(QuotaExceededError):
            office.quotas.spend(PROJECT, POINTS, 1)
        office.now += 10
    assert office.store.reads == 10


@pytest.mark.parametrize("made", [True, False, NotFoundError("no")])
def test_only_runs_that_were_made_count(made: bool | Exception) -> None:
    office = Office(runs=1)

    def make() -> bool:
        if isinstance(made, Exception):
            raise made
        return made

    try:
        assert counted(office.quotas, PROJECT, make) is made
    except NotFoundError as error:
        assert error is made
    assert office.quotas.usage(PROJECT).runs == (made is True)


def test_totals_are_refused_before_and_when_they_are_used() -> None:
    office = Office(stored_bytes=100)
    office.quotas.check_room(PROJECT, BYTES, 100)
    office.quotas.add(PROJECT, BYTES, 60)
    with pytest.raises(QuotaExceededError) as refused:
        office.quotas.check_room(PROJECT, BYTES, 41)
    assert refused.value.retry_after == 3_600
    with pytest.raises(QuotaExceededError):
        office.quotas.add(PROJECT, BYTES, 41)
    office.quotas.add(PROJECT, BYTES, 40)


def test_the_same_content_counts_once() -> None:
    office = Office(stored_bytes=10**6)
    records = CountedObjects(MemoryObjectRecords(), office.quotas)
    stored = builders.artifact().files[0].object
    for _ in range(2):
        assert records.put(PROJECT, stored) == stored
    assert office.quotas.usage(PROJECT).stored_bytes == stored.size > 0
