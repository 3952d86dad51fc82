"""Tables on DynamoDB Local; `make conformance` runs these tests, `make test` does not have the engine."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from functions.adapters.dynamo import Table
from functions.tables import TABLES
from tests.engines.process import dynamodb_local

if "LINEAL_CONFORMANCE" not in os.environ:
    collect_ignore_glob = ["test_*"]


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    with dynamodb_local() as client:
        yield client


@pytest.fixture
def tables(engine: Any) -> dict[str, Table]:
    """The tables by name, empty."""
    for name in engine.list_tables()["TableNames"]:
        engine.delete_table(TableName=name)
    for table in TABLES:
        engine.create_table(
            TableName=table.name,
            KeySchema=[
                {"AttributeName": table.partition_key, "KeyType": "HASH"},
                {"AttributeName": table.sort_key, "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in (table.partition_key, table.sort_key)
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    return {table.name: Table(engine, table.name) for table in TABLES}
