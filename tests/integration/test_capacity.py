"""Capacity units of what matters, by our own calculator, and the table that is published of them."""

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.keys import registry as registry_keys
from functions.adapters.requests import DynamoRequests
from functions.adapters.run_requests import noting
from functions.core.causes import Said
from lineal.cost import activities, load
from lineal_contract.chunks import encode
from tests.capacity import units
from tests.capacity.figures import PAGE, published, rows
from tests.capacity.operations import FOLDED_RUNS, Operations, curve_point
from tests.capacity.units import Units


def test_a_stored_point_takes_seven_and_a_half_bytes_at_most() -> None:
    assert len(encode([curve_point("loss", n) for n in range(1_000)])) <= 7_500


def test_a_request_that_is_kept_takes_173_bytes_and_24_at_a_run(tables: dict[str, Table]) -> None:
    request_id = "0192f0c9d4e57b3f8061728394a5b6c7"
    said = Said(request_id, "a" * 64, made=request_id, expires_at=1_763_000_001)
    DynamoRequests(tables["registry"]).remember("team", said)
    item = tables["registry"].get(registry_keys.said("team", said.request_id))
    assert units.item_size(item) == 173
    _, _, names, values = noting(said, "SET #a = :a ADD #v :one", "#a = :b", {}, {})
    assert units.item_size({names["#said"]: values[":noted"]}) == len(names["#said"]) + 24


def test_each_operation_costs_what_is_published(tables: dict[str, Table]) -> None:
    operations = Operations(tables["runs"].client)
    measured = operations.measure()
    few, many = (measured[f"search {count:,} folded runs"].read for count in FOLDED_RUNS)
    assert many <= 2 * few, "500 times the runs, and hardly more read units"
    assert few < measured["search 1,000 runs"].read
    assert operations.gets == {FOLDED_RUNS[0]: 2, FOLDED_RUNS[1]: 40}, "each column is beside the run ids"
    assert activities.FOLDED_SEARCH_GETS >= 40
    for flush in ("log 1,000 points", "log 1,000 points of 50 metrics", "log them again, further on"):
        assert measured[flush].write <= 10
    assert measured["log them again, further on"].read == 0
    assert set(measured) >= set(published())
    for name, said in published().items():
        for kind, units_, most in (
            ("read", measured[name].read, said.read),
            ("write", measured[name].write, said.write),
        ):
            assert units_ <= most, f"{name} takes {units_} {kind} units, published are {most}"
            assert most <= units_ + max(2, units_ / 4), f"{name} takes {units_} {kind} units only"


def test_a_search_of_a_million_runs_costs_less_than_a_hundredth_of_a_cent() -> None:
    assert load().of(activities.folded_search()) <= 0.0001


def test_the_page_has_the_figures() -> None:
    page = PAGE.read_text()
    assert [row for row in rows(published()) if row not in page] == []


@pytest.mark.parametrize(
    ("item", "size"),
    [({"PK": {"S": "a"}}, 3), ({"ä": {"S": "ö"}}, 4), ({"b": {"B": b"123"}}, 4), ({"n": {"N": "-12"}}, 4),
     ({"t": {"BOOL": True}}, 2), ({"l": {"L": [{"S": "a"}]}}, 6), (None, 0)],
    ids=str,
)  # fmt: skip
def test_sizes_are_by_the_published_rules(item: units.Item | None, size: int) -> None:
    assert units.item_size(item) == size


def test_units_round_up_and_transactions_count_twice() -> None:
    item = {"b": {"B": b"x" * 4_096}}
    assert units.write(None, item) == Units(write=5)
    assert units.write(item, None) == Units(write=5)
    assert units.transaction([(None, item), (None, None)]) == Units(write=12)
    assert units.get(item, consistent=True) == Units(read=2)
    assert units.get(None, consistent=False) == Units(read=0.5)
    assert units.query([item, item], consistent=True) == Units(read=3)
