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

import boto3
from botocore.config import Config

from functions.settings import Settings
from lineal_contract.ids import new_id

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from functions.adapters.dynamo import Table
    from functions.core.commits import Contention
    from functions.core.ports.serving import ServableModel
    from functions.core.ports.world import Clock, NewId

_TIMEOUTS = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,  # a search asks sixteen shards at once; one beyond these is made anew each time
)
_SIGNED = _TIMEOUTS.merge(Config(signature_version="s3v4"))


def now() -> int:
    """Return the time, UTC milliseconds."""
    return time.time_ns() // 1_000_000


def connect(service: Any, config: Config) -> Any:
    """Return a client of AWS."""
    client = boto3.client(service, config=config)
    if service == "dynamodb":
        from functions.adapters.quick_reads import parse_reads

        return parse_reads(client)
    return client


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
        client: S3Client = self._world.client("s3", config=_SIGNED)
        return client

    def _table(self, setting: str) -> Table:
        from functions.adapters.dynamo import Table

        return Table(self._client("dynamodb"), self._given(setting))

    def _client(self, service: str) -> Any:
        return self._world.client(service, config=_TIMEOUTS)

    def _given(self, setting: str) -> str:
        return self._settings.require(setting)
