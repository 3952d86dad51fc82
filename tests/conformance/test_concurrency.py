"""What moto cannot show: conditions and transactions under many writers at once."""

from concurrent.futures import ThreadPoolExecutor

from functions.adapters.dynamo import Table
from functions.adapters.quotas import DynamoQuotas
from lineal_contract.quotas import Limit
from tests.builders import PROJECT

THREADS = 32


def test_a_quota_is_never_exceeded_by_writers_at_once(tables: dict[str, Table]) -> None:
    store = DynamoQuotas(tables["registry"], tables["runs"])

    def take(_: int) -> int:
        return sum(store.add(PROJECT, Limit.RUNS, None, 3, 1_000) for _ in range(20))

    with ThreadPoolExecutor(THREADS) as pool:
        taken = sum(pool.map(take, range(THREADS)))
    assert taken == 333
    assert store.used(PROJECT, Limit.RUNS, None) == 999
