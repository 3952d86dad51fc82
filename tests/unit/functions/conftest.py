"""What functions log, and a backend in memory for those that only let callers in."""

from io import StringIO
from typing import NoReturn

import pytest

import functions.http
from functions.observability import logger
from tests.fakes.backend import MemoryBackend


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Everything that is logged in a test, a JSON object per line."""
    lines = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", lines)
    return lines


@pytest.fixture(autouse=True)
def someone_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the edge ask a backend in memory, which has the project `team`, who is let in."""
    memory = MemoryBackend(lambda: "0" * 32, lambda: 0, _no_models)
    monkeypatch.setattr(functions.http, "backend", lambda: memory)


def _no_models(data: bytes) -> NoReturn:
    raise AssertionError("no test of the edge loads a model")
