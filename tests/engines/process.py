"""DynamoDB Local for the length of a `with` block."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

_SERVER = Path(__file__).with_name("dynamodb_local.py")


@contextmanager
def dynamodb_local() -> Iterator[Any]:
    """Yield a client of a fresh DynamoDB Local. Raises RuntimeError when it does not start."""
    with subprocess.Popen(
        [sys.executable, str(_SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        try:
            yield _client(_port(server))
        finally:
            server.stdin.close()


def _port(server: subprocess.Popen[str]) -> int:
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith("PORT "):
            return int(line.split()[1])
    raise RuntimeError("DynamoDB Local did not start; its output above says why")


def _client(port: int) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="eu-central-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(max_pool_connections=64, retries={"mode": "standard", "total_max_attempts": 3}),
    )
