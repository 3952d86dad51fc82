"""The server in memory and a client for it, and a spool of the test's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lineal.cli import app
from lineal.client import Client
from tests.unit.sdk.fake_server import API_URL, PROJECT, FakeServer

Cli = Callable[..., Result]


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def client(server: FakeServer) -> Client:
    return Client(API_URL, PROJECT, transport=server)


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINEAL_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("LINEAL_QUIET", "1")
    return tmp_path / "spool"


@pytest.fixture
def cli(client: Client) -> Cli:
    """Runs a command line against the server in memory."""

    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=lambda: client, catch_exceptions=False, **options)

    return invoke
