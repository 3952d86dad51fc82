"""moto's engine spoken to directly answers what boto3's client hears of it, refusals included."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from functions import tables
from tests.aws import moto_tables, shared_client
from tests.engines.moto_direct import DirectDynamo

NAME = tables.REGISTRY.name
KEYS = (tables.REGISTRY.partition_key, tables.REGISTRY.sort_key)
Act = Callable[[Any], dict[str, Any]]


def key(sort: str) -> dict[str, Any]:
    return dict(zip(KEYS, ({"S": "P"}, {"S": sort}), strict=True))


def put(sort: str, **more: Any) -> dict[str, Any]:
    item = key(sort) | {"n": {"N": "1"}, "b": {"B": b"\x00\xff"}, "m": {"M": {"l": {"L": [{"NULL": True}]}}}}
    return {"TableName": NAME, "Item": item} | more


NEW = {"ConditionExpression": "attribute_not_exists(#k)", "ExpressionAttributeNames": {"#k": KEYS[0]}}
PAGE = {
    "TableName": NAME,
    "KeyConditionExpression": "#k = :k",
    "ExpressionAttributeNames": {"#k": KEYS[0]},
    "ExpressionAttributeValues": {":k": {"S": "P"}},
    "Limit": 2,
}
COUNT = {
    "TableName": NAME,
    "Key": key("b"),
    "UpdateExpression": "ADD n :n",
    "ExpressionAttributeValues": {":n": {"N": "2"}},
    "ReturnValues": "ALL_NEW",
}
BESIDE = {"ResponseMetadata", "message", "Message"}
"""What boto3 adds of the HTTP answer, or repeats of the error."""
STORY: tuple[Act, ...] = (
    lambda client: client.put_item(**put("a")),
    lambda client: client.put_item(**put("a", **NEW)),
    lambda client: client.transact_write_items(TransactItems=[{"Put": put("b")}, {"Put": put("c", **NEW)}]),
    lambda client: client.transact_write_items(TransactItems=[{"Put": put("d")}, {"Put": put("a", **NEW)}]),
    lambda client: client.update_item(**COUNT),
    lambda client: client.get_item(TableName=NAME, Key=key("b"), ConsistentRead=True),
    lambda client: client.get_item(TableName=NAME, Key=key("nowhere")),
    lambda client: client.get_item(TableName="nowhere", Key=key("a")),
    lambda client: client.batch_get_item(RequestItems={NAME: {"Keys": [key("a"), key("c")]}}),
    lambda client: client.query(**PAGE),
    lambda client: client.query(**PAGE, ExclusiveStartKey=key("b")),
    lambda client: client.delete_item(TableName=NAME, Key=key("a"), ReturnValues="ALL_OLD"),
    lambda client: client.query(**PAGE | {"Limit": 10}),
)


def told(client: Any) -> Iterator[Any]:
    """Yield what each act of the story comes to."""
    for act in STORY:
        try:
            answer = act(client)
        except ClientError as error:
            answer = error.response | {"raised": type(error).__name__}
        yield {name: value for name, value in answer.items() if name not in BESIDE}


def test_it_answers_what_boto3_hears() -> None:
    client = shared_client("dynamodb")
    with moto_tables():
        heard = list(told(client))
    with moto_tables():
        answered = list(told(DirectDynamo(client)))
    assert [act.get("raised") for act in heard].count(None) == len(STORY) - 3
    for place, (one, other) in enumerate(zip(heard, answered, strict=True)):
        assert one == other, place


def test_what_was_sent_and_what_was_read_are_no_part_of_what_is_stored() -> None:
    with moto_tables():
        client = DirectDynamo(shared_client("dynamodb"))
        sent = put("a")
        client.put_item(**sent)
        sent["Item"]["m"]["M"].clear()
        read = client.get_item(TableName=NAME, Key=key("a"))["Item"]
        read["m"]["M"]["l"]["L"].append({"S": "more"})
        again = client.get_item(TableName=NAME, Key=key("a"))["Item"]
        assert again["m"] == {"M": {"l": {"L": [{"NULL": True}]}}}
