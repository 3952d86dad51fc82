"""An empty environment, a server in memory and a client for it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import lineal
import lineal.fluent.clients
from lineal.cli import app
from lineal.client import Client
from lineal_contract.digests import MIN_PART_BYTES
from tests.unit.sdk.fake_server import API_URL, PROJECT, FakeServer

Cli = Callable[..., Result]
PARTS = 5


@pytest.fixture(autouse=True)
def _ambient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine decides a test."""
    for name in [n for n in os.environ if n.startswith(("LINEAL_", "AWS_", "GIT_", "LAKECTL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("LINEAL_QUIET", "1")
    monkeypatch.setattr(lineal.fluent.clients, "_clients", {})


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def client(server: FakeServer) -> Client:
    return Client(API_URL, PROJECT, transport=server)


@pytest.fixture
def run(client: Client) -> lineal.ActiveRun:
    """A run that goes on."""
    return lineal.run(client=client)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of five parts, the last of them short, most of it a hole."""
    file = tmp_path / "large.bin"
    with file.open("wb") as out:
        for number in range(PARTS):
            out.seek(number * MIN_PART_BYTES)
            out.write(b"part %d" % number)
    return file


@pytest.fixture
def cli(client: Client) -> Cli:
    """Runs a command line against the server in memory."""

    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=lambda: client, catch_exceptions=False, **options)

    return invoke
