"""Trails that were altered behind the API's back, and what `lineal audit verify` says of them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lineal.local import Identity
from lineal_contract.roles import StackOutput
from tests.e2e.conftest import World
from tests.patience import PATIENCE

RECORDS = int(os.environ.get("PROOF_RECORDS", "12"))
Rows = list[dict[str, Any]]


class Trail:
    """The records of a model's trail, as they lie in the table."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dynamodb = world.root("dynamodb")
        self._table = world.stack.outputs[StackOutput.REGISTRY_TABLE]
        self._partition = {"S": f"P#{world.project}#AUD#m"}

    def rows(self) -> Rows:
        """Return all records in order."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="PK = :p",
            ExpressionAttributeValues={":p": self._partition},
        )
        return [row for page in pages for row in page["Items"]]

    def put(self, *rows: dict[str, Any]) -> None:
        """Write records over those of their sequence."""
        for row in rows:
            self._dynamodb.put_item(TableName=self._table, Item=row)

    def drop(self, row: dict[str, Any]) -> None:
        """Delete a record."""
        self._dynamodb.delete_item(TableName=self._table, Key={"PK": row["PK"], "SK": row["SK"]})

    def verified(self) -> tuple[int, str]:
        """Return the exit code of the command, and what it says."""
        command = [str(Path(sys.executable).parent / "lineal"), "audit", "verify", "m"]
        who = self._world.stack.environment(Identity.AUDITOR, self._world.project)
        ended = subprocess.run(
            command, env={**os.environ, **who}, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return ended.returncode, ended.stdout + ended.stderr


def edit(trail: Trail, rows: Rows, at: int) -> int:
    """Put words into somebody's mouth."""
    said = json.loads(rows[at - 1]["doc"]["S"]) | {"subject": "version/7"}
    trail.put(rows[at - 1] | {"doc": {"S": json.dumps(said)}})
    return at


def delete(trail: Trail, rows: Rows, at: int) -> int:
    """Let a record disappear."""
    trail.drop(rows[at - 1])
    return at


def reorder(trail: Trail, rows: Rows, at: int) -> int:
    """Let two records change places."""
    one, other = rows[at - 1], rows[at]
    trail.put(one | {"doc": other["doc"]}, other | {"doc": one["doc"]})
    return at


def truncate(trail: Trail, rows: Rows, at: int) -> int:
    """Cut the end off."""
    for row in rows[at - 1 :]:
        trail.drop(row)
    return at


@pytest.fixture
def trail(world: World) -> Trail:
    """A trail of many records that is as it was written."""
    models = world.scientist.models
    models.create("m")
    for number in range(1, RECORDS):
        models.describe("m", f"for the {number}. time")
    return Trail(world)


def test_an_altered_trail_is_found_out_at_its_first_bad_record(trail: Trail) -> None:
    rows = trail.rows()
    last = len(rows)
    assert last >= RECORDS
    code, said = trail.verified()
    assert code == 0, said
    ways: tuple[Callable[[Trail, Rows, int], int], ...] = (edit, delete, reorder, truncate)
    for way, at in zip(ways, (1, last // 2, last - 1, last - 2), strict=True):
        bad = way(trail, rows, at)
        code, said = trail.verified()
        assert (code, f"record {bad}" in said) == (5, True), (way.__name__, bad, said)
        trail.put(*rows[at - 1 :])
        assert trail.verified()[0] == 0
