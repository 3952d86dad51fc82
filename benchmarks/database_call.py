"""Processor time of one call of DynamoDB: boto3's client beside the functions' own, in turns.

    .venv/bin/python -m benchmarks.database_call

The local stack answers in another process. The call is a read of an item of 8 KB, and a write of it.
"""

import os
import statistics
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.config import Config

import lineal.local
from functions.adapters.dynamo_connection import connected

_CALLS = 100
_AT = {"PK": {"S": "benchmark"}, "SK": {"S": "call"}}


def main() -> None:
    """Print the medians of both calls for each client."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, lineal.local.running(data=Path(folder)) as stack:
        session = stack.root_session()
        keys = session.get_credentials().get_frozen_credentials()
        environment = {
            "AWS_DEFAULT_REGION": session.region_name,
            "AWS_ENDPOINT_URL": stack.endpoint_url,
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        }
        usual = Config(retries={"mode": "standard", "total_max_attempts": 3})
        hasty = usual.merge(Config(parameter_validation=False))
        clients = {
            "boto3": session.client("dynamodb", endpoint_url=stack.endpoint_url, config=usual),
            "boto3, parameters not validated": session.client(
                "dynamodb", endpoint_url=stack.endpoint_url, config=hasty
            ),
            "lineal": connected(environment, 2, 10, 10),
        }
        table = clients["boto3"].list_tables()["TableNames"][0]
        taken: dict[tuple[str, str], list[float]] = {}
        for _ in range(rounds):
            for name, client in clients.items():
                for kind, call in _calls(client, table).items():
                    taken.setdefault((name, kind), []).append(_milliseconds(call))
        for (name, kind), times in taken.items():
            print(f"{name:<34} {kind:<6} {statistics.median(times):.2f} ms")


def _calls(client: Any, table: str) -> dict[str, Callable[[], object]]:
    item = _AT | {"data": {"B": os.urandom(8_000)}}
    return {
        "write": lambda: client.put_item(TableName=table, Item=item),
        "read": lambda: client.get_item(TableName=table, Key=_AT, ConsistentRead=True),
    }


def _milliseconds(call: Callable[[], object]) -> float:
    call()
    before = time.process_time()
    for _ in range(_CALLS):
        call()
    return (time.process_time() - before) / _CALLS * 1_000


if __name__ == "__main__":
    main()
