"""Our calculator against the capacity that DynamoDB Local says was consumed."""

from typing import Any

import pytest

from functions.adapters.dynamo import Table
from tests.capacity import units
from tests.capacity.units import Item

KEY = {"PK": {"S": "p"}, "SK": {"S": "s"}}
NUMBERS = ["0", "1", "-1", "10", "100", "123", "12.5", "0.001", "1e100", "-1.5e-90", "9" * 38]
ITEMS: list[Item] = [
    KEY,
    *(
        KEY | {"d": {"B": b"x" * size}}
        for size in (1, 1_015, 1_016, 1_017, 1_018, 1_019, 4_096, 9_000, 399_000)
    ),
    KEY | {"ä": {"S": "ö" * 600}},
    KEY
    | {
        "b": {"BOOL": True},
        "n": {"NULL": True},
        "l": {"L": [{"S": "a"}] * 200},
        "m": {"M": {"k": {"N": "1"}}},
    },
    *(KEY | {f"n{i}": {"N": number} for i in range(100)} for number in NUMBERS),
]


def consumed(answer: Any) -> float:
    found = answer["ConsumedCapacity"]
    return float(
        sum(each["CapacityUnits"] for each in found) if isinstance(found, list) else found["CapacityUnits"]
    )


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(units.item_size(item)))
def test_puts_gets_queries_and_transactions_cost_what_we_say(tables: dict[str, Table], item: Item) -> None:
    client: Any = tables["runs"].client
    request: Any = {"TableName": "runs", "ReturnConsumedCapacity": "TOTAL"}
    assert consumed(client.put_item(Item=item, **request)) == units.write(None, item).write
    for strong in (True, False):
        got = client.get_item(Key=KEY, ConsistentRead=strong, **request)
        assert consumed(got) == units.get(item, consistent=strong).read
        found = client.query(
            KeyConditionExpression="PK = :p",
            ExpressionAttributeValues={":p": {"S": "p"}},
            ConsistentRead=strong,
            **request,
        )
        assert consumed(found) == units.query([item], consistent=strong).read
    assert consumed(client.delete_item(Key=KEY, **request)) == units.write(item, None).write
    put = {"Put": {"TableName": "runs", "Item": item}}
    written = client.transact_write_items(TransactItems=[put], ReturnConsumedCapacity="TOTAL")
    # It reports both writes of a transaction twice; AWS bills two for each unit of the item.
    assert consumed(written) == 2 * units.transaction([(None, item)]).write
