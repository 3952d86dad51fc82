"""What every room of the composition root stands on: settings, clients, tables, and the world outside."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from functions.settings import Settings
from lineal_contract.ids import new_id

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_s3 import S3Client

    from functions.adapters.dynamo import Table
    from functions.core.commits import Contention
    from functions.core.ports.serving import ServableModel
    from functions.core.ports.world import Clock, NewId

_CONNECT_SECONDS, _READ_SECONDS = 2, 10
_CONNECTIONS = 32
"""A search asks sixteen shards at once; one beyond what is kept would be made anew each time."""


def now() -> int:
    """Return the time, UTC milliseconds."""
    return time.time_ns() // 1_000_000


def connect(service: Any, config: Config | None = None) -> Any:
    """Return a client of AWS. Most requests need DynamoDB alone, and then boto3 is not even imported."""
    if service == "dynamodb":
        from functions.adapters.dynamo_connection import connected

        return connected(os.environ, _CONNECT_SECONDS, _READ_SECONDS, _CONNECTIONS)
    import boto3

    return boto3.client(service, config=config)


def client_config(**more: Any) -> Config:
    """Return how clients of boto3 wait and try again, and what else one of them needs."""
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": 3}
    usual = {
        "connect_timeout": _CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
        "retries": retries,
        "max_pool_connections": _CONNECTIONS,
    }
    return Config(**usual | more)


def load_onnx(data: bytes) -> ServableModel:
    """Load a model; onnxruntime is only in the bundles of functions that do."""
    from functions.adapters.onnx import OnnxModel

    return OnnxModel(data)


@dataclass(frozen=True)
class World:
    """What use cases meet outside of their process; tests have worlds of their own."""

    clock: Clock = now
    new_id: NewId = new_id
    client: Callable[..., Any] = connect
    load_model: Callable[[bytes], ServableModel] = load_onnx


class Foundation:
    """Settings and world, and the clients and tables that follow from them.

    A room imports what it builds where it builds it, so that a function loads the use cases that its requests
    need and no more: most of a cold start is imports.
    """

    def __init__(self, settings: Settings, world: World | None = None) -> None:
        self._settings = settings
        self._world = world or World()

    @property
    def page_base(self) -> str | None:
        """The API's address; the local stack gives it as a path below the emulator's."""
        given = self._settings.api_url
        return urljoin(os.environ.get("AWS_ENDPOINT_URL", ""), given) if given else None

    @cached_property
    def _contention(self) -> Contention:
        from functions.core.commits import Contention

        return Contention(time.monotonic, time.sleep, lambda ceiling: random.uniform(0, ceiling))  # noqa: S311

    @cached_property
    def _runs_table(self) -> Table:
        return self._table("runs_table")

    @cached_property
    def _registry_table(self) -> Table:
        return self._table("registry_table")

    @cached_property
    def _s3(self) -> S3Client:
        client: S3Client = self._world.client("s3", config=client_config(signature_version="s3v4"))
        return client

    def _table(self, setting: str) -> Table:
        from functions.adapters.dynamo import Table

        return Table(self._dynamodb, self._given(setting))

    @cached_property
    def _dynamodb(self) -> Any:
        return self._world.client("dynamodb")

    def _client(self, service: str) -> Any:
        return self._world.client(service, config=client_config())

    def _given(self, setting: str) -> str:
        return self._settings.require(setting)
