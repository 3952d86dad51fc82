"""Our client of DynamoDB asks, reads, refuses and tries again as boto3's does."""

import json
import zlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, HTTPClientError, NoRegionError, ReadTimeoutError

from functions.adapters.dynamo import Table
from functions.adapters.dynamo_client import DynamoClient, Request
from functions.adapters.dynamo_connection import connected
from functions.adapters.keys.key import key
from functions.adapters.sigv4 import Signer
from functions.bootstrap.foundation import connect
from functions.core.errors import StaleError, UnavailableError
from functions.tables import RUNS
from tests.aws import MotoConnections

ODD: dict[str, Any] = {
    "text": {"S": 'ä\u2028"\\ \U0001f600'},
    "empty": {"S": ""},
    "number": {"N": "-12.5"},
    "bytes": {"B": bytes(range(256))},
    "texts": {"SS": ["a", "b"]},
    "many bytes": {"BS": [b"\0", b"\xff"]},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "map": {"M": {"B": {"B": b"deep"}, "list": {"L": [{"B": b"deeper"}, {"S": "B"}]}}},
}
AT = key("odd", "0")
REQUESTS: dict[str, dict[str, Any]] = {
    "get_item": {"TableName": "t", "Key": AT, "ConsistentRead": True},
    "batch_get_item": {"RequestItems": {"t": {"Keys": [AT], "ConsistentRead": True}}},
    "query": {
        "TableName": "t", "KeyConditionExpression": "#p = :p", "ExpressionAttributeNames": {"#p": "PK"},
        "ExpressionAttributeValues": {":p": {"S": "odd"}}, "Limit": 3, "ScanIndexForward": False,
        "ExclusiveStartKey": AT,
    },
    "put_item": {"TableName": "t", "Item": AT | ODD, "ConditionExpression": "attribute_not_exists(PK)"},
    "update_item": {
        "TableName": "t", "Key": AT, "UpdateExpression": "SET #a = :a", "ReturnValues": "ALL_NEW",
        "ExpressionAttributeNames": {"#a": "a"}, "ExpressionAttributeValues": {":a": {"B": b"\0\xff"}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    },
    "delete_item": {"TableName": "t", "Key": AT},
    "transact_write_items": {
        "TransactItems": [{"Put": {"TableName": "t", "Item": AT | ODD}}], "ClientRequestToken": "one",
    },
}  # fmt: skip


CREDENTIALS = ("testing", "testing", "session")
_NAMED = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
URL = "https://dynamodb.eu-central-1.amazonaws.com/"


class Reply:
    """An answer as connections give it."""

    def __init__(self, status: int, content: bytes, **headers: str) -> None:
        self.status_code, self.content, self.headers = status, content, headers


class Scripted:
    """Connections that answer as planned, and keep what was sent."""

    def __init__(self, *plan: Reply | Exception) -> None:
        self._plan = list(plan)
        self.sent: list[Any] = []

    def send(self, request: Any) -> Reply:
        self.sent.append(request)
        next_one = self._plan.pop(0)
        if isinstance(next_one, Exception):
            raise next_one
        return next_one


def lean(connections: Any, slept: list[float] | None = None) -> Any:
    sleep = (slept if slept is not None else []).append
    return DynamoClient("eu-central-1", URL, Credentials(*CREDENTIALS), connections, sleep)


def by_boto3(operation: str, **given: str) -> Any:
    """Return the request that boto3 would send."""
    client: Any = boto3.client("dynamodb", **given)  # type: ignore[call-overload]
    caught: list[Any] = []

    def catch(request: Any, **_: Any) -> None:
        caught.append(request)
        raise HTTPClientError(error="caught")

    client.meta.events.register("before-send.dynamodb", catch)
    with pytest.raises(HTTPClientError):
        getattr(client, operation)(**REQUESTS[operation])
    return caught[0]


@pytest.fixture
def quick(tables: dict[str, Table]) -> Table:
    table = Table(lean(MotoConnections()), RUNS.name)
    for number in range(3):
        table.put(key("odd", str(number)), ODD)
    return table


def test_items_are_what_botocore_makes_of_them(quick: Table, tables: dict[str, Table]) -> None:
    slow, wanted = tables["runs"], [key("odd", str(number)) for number in range(3)]
    assert quick.get(wanted[0]) == slow.get(wanted[0]) == wanted[0] | ODD
    assert quick.query("odd") == slow.query("odd") == [at | ODD for at in wanted]
    assert sorted(map(str, quick.get_many(wanted))) == sorted(map(str, slow.get_many(wanted)))


def test_what_is_not_there_is_not_there(quick: Table) -> None:
    assert quick.get(key("odd", "9")) is None
    assert quick.query("another") == []
    assert quick.get_many([key("odd", "9")]) == []


def test_pages_are_followed(quick: Table) -> None:
    assert [item["SK"]["S"] for item in quick.query("odd", limit=2)] == ["0", "1"]
    assert [item["SK"]["S"] for item in quick.query("odd", after="0")] == ["1", "2"]


def test_changes_and_deletions_arrive(quick: Table, tables: dict[str, Table]) -> None:
    quick.update(AT, "SET #a = :a", "attribute_exists(PK)", {"#a": "a"}, {":a": {"B": b"\0"}})
    quick.write([quick.put_in(key("odd", "7"), ODD)])
    quick.delete(key("odd", "1"))
    assert tables["runs"].get(AT) == AT | ODD | {"a": {"B": b"\0"}}
    assert [item["SK"]["S"] for item in tables["runs"].query("odd")] == ["0", "2", "7"]


def test_a_refusal_is_botocores_error(quick: Table, tables: dict[str, Table]) -> None:
    for table in (quick, tables["runs"]):
        with pytest.raises(ClientError, match=r"ResourceNotFoundException.*GetItem") as found:
            Table(table.client, "nowhere").get(AT)
        assert found.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        with pytest.raises(StaleError):
            table.put(AT, ODD, "attribute_not_exists(PK)")
        with pytest.raises(StaleError):
            table.write([table.put_in(AT, ODD, "attribute_not_exists(PK)")])


def test_a_failed_condition_shows_the_item_when_it_is_asked_to(quick: Table) -> None:
    with pytest.raises(ClientError) as found:
        quick.client.put_item(
            TableName=RUNS.name,
            Item=AT,
            ConditionExpression="attribute_not_exists(PK)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert found.value.response["Item"] == AT | ODD  # type: ignore[typeddict-item]


@pytest.mark.parametrize("operation", REQUESTS)
def test_a_request_is_the_one_that_boto3_sends(operation: str) -> None:
    other = by_boto3(operation, **dict(zip(_NAMED, CREDENTIALS, strict=True)))
    ours = Scripted(Reply(200, b"{}"))
    getattr(lean(ours), operation)(**REQUESTS[operation])
    one = ours.sent[0]
    assert (one.method, one.url, json.loads(one.body)) == (other.method, other.url, json.loads(other.body))
    named = {"Content-Type", "X-Amz-Target", "X-Amz-Security-Token"}
    assert {n: _text(one.headers[n]) for n in named} == {n: _text(other.headers[n]) for n in named}
    scope = "/eu-central-1/dynamodb/aws4_request"
    assert scope in _text(one.headers["Authorization"]) and scope in _text(other.headers["Authorization"])
    assert one.headers["Authorization"] == by_botocore(one, Credentials(*CREDENTIALS))


def test_a_request_is_signed_with_the_credentials_and_for_the_day_that_it_is_sent() -> None:
    connections = Scripted(*(Reply(200, b"{}") for _ in range(4)))
    renewed = [Credentials("one", "s1", "t1"), Credentials("two", "s2", "t2"), Credentials("two", "s3")]
    for credentials in (*renewed, renewed[0]):
        client = DynamoClient("eu-central-1", URL, credentials, connections)
        client.get_item(**REQUESTS["get_item"])
        sent = connections.sent[-1]
        assert sent.headers["Authorization"] == by_botocore(sent, credentials)
    signer = Signer("dynamodb.eu-central-1.amazonaws.com", "eu-central-1", "dynamodb")
    for moment in ("20261122T235959Z", "20261123T000000Z"):
        headers = signer.signed({"Content-Type": "c"}, b"body", renewed[0].get_frozen_credentials(), moment)
        assert headers["Authorization"] == by_botocore(Request("POST", URL, headers, b"body"), renewed[0])


def by_botocore(sent: Request, credentials: Credentials) -> str:
    """Return the authorization that botocore would give a request as it was sent."""
    unsigned = {"Accept-Encoding", "User-Agent", "Authorization"}
    headers = {name: value for name, value in sent.headers.items() if name not in unsigned}
    again = AWSRequest(sent.method, sent.url, headers, sent.body)
    again.context["timestamp"] = sent.headers["X-Amz-Date"]
    signer = SigV4Auth(credentials.get_frozen_credentials(), "dynamodb", "eu-central-1")
    signature = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    names = signer.signed_headers(signer.headers_to_sign(again))
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(again)}, SignedHeaders={names}, Signature={signature}"


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def refused(status: int, code: str) -> Reply:
    return Reply(status, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}"}).encode())


AGAIN = {
    "no answer": lambda: ReadTimeoutError(endpoint_url="https://x"),
    "throttled": lambda: refused(400, "ThrottlingException"),
    "no room": lambda: refused(400, "ProvisionedThroughputExceededException"),
    "broken": lambda: refused(500, "InternalServerError"),
    "no JSON": lambda: Reply(503, b"<html>Service Unavailable</html>"),
    "altered": lambda: Reply(200, b"{}", **{"x-amz-crc32": "1"}),
}


@pytest.mark.parametrize("trouble", AGAIN.values(), ids=AGAIN)
def test_what_may_pass_is_tried_three_times(trouble: Callable[[], Any]) -> None:
    slept: list[float] = []
    answer = Reply(200, b"{}", **{"x-amz-crc32": str(zlib.crc32(b"{}"))})
    connections = Scripted(trouble(), trouble(), answer)
    assert lean(connections, slept).get_item(**REQUESTS["get_item"]) == {}
    assert len(slept) == 2 and 0 <= slept[0] <= 1 and 0 <= slept[1] <= 2
    connections = Scripted(*(trouble() for _ in range(3)))
    with pytest.raises(UnavailableError):
        Table(lean(connections), "t").get(AT)
    assert len(connections.sent) == 3


def test_a_final_refusal_is_asked_for_once() -> None:
    connections = Scripted(refused(400, "ConditionalCheckFailedException"))
    with pytest.raises(StaleError):
        Table(lean(connections), "t").put(AT, ODD)
    assert len(connections.sent) == 1


def test_a_transaction_that_is_tried_again_is_the_same_one() -> None:
    ok = Reply(200, b"{}")
    connections = Scripted(ReadTimeoutError(endpoint_url="https://x"), ok, ok)
    table = Table(lean(connections), "t")
    table.write([table.put_in(AT, ODD)])
    table.write([table.put_in(AT, ODD)])
    first, again, second = (json.loads(sent.body)["ClientRequestToken"] for sent in connections.sent)
    assert first == again != second


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"AWS_DEFAULT_REGION": "cn-north-1"},
        {"AWS_DEFAULT_REGION": "us-gov-west-1", "AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2"},
    ],
    ids=str,
)
def test_it_is_where_boto3_finds_it(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    connections = Scripted(Reply(200, b"{}"))
    monkeypatch.setattr(
        "functions.adapters.kept_connections.KeptConnections.send",
        lambda _, request: connections.send(request),
    )
    connect("dynamodb").get_item(**REQUESTS["get_item"])
    assert connections.sent[0].url == by_boto3("get_item").url


def test_a_function_without_a_region_says_so() -> None:
    with pytest.raises(NoRegionError):
        connected({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, 1, 1, 1)
