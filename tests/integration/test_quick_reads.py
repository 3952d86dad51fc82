"""Items are read as botocore would parse them, whichever way they are asked for."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.adapters.dynamo import Table
from functions.adapters.keys.key import key
from functions.adapters.quick_reads import parse_reads
from functions.tables import RUNS

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


@pytest.fixture
def quick(tables: dict[str, Table]) -> Table:
    """A table whose client is made anew: the one that tests share stays as it is."""
    client = parse_reads(parse_reads(boto3.client("dynamodb")))
    for number in range(3):
        tables["runs"].put(key("odd", str(number)), ODD)
    return Table(client, RUNS.name)


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


def test_a_refusal_is_botocores_error(quick: Table) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        Table(quick.client, "nowhere").get(key("odd", "0"))
