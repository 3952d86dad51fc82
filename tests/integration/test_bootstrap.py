"""The composition root builds everything from a function's environment."""

import inspect
from functools import cached_property
from typing import Any

import pytest

from functions import bootstrap
from functions.bootstrap import Backend
from functions.settings import MissingSettingError, Settings
from tests.aws import MotoConnections, moto_stack
from tests.builders import PROJECT

PARTS = [name for name, kind in inspect.getmembers(Backend) if isinstance(kind, cached_property)]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_built_from_the_settings(part: str) -> None:
    with moto_stack() as settings:
        assert getattr(Backend(settings), part) is not None


def test_a_function_without_a_setting_says_which_one_it_lacks() -> None:
    with pytest.raises(MissingSettingError, match="LINEAL_REGISTRY_TABLE"):
        _ = Backend(Settings()).models


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with moto_stack() as settings:
        for name, value in settings.to_env().items():
            monkeypatch.setenv(name, value)
        send = "functions.adapters.kept_connections.KeptConnections.send"
        monkeypatch.setattr(send, lambda _, request: MotoConnections().send(request))
        bootstrap.backend.cache_clear()
        found: Any = bootstrap.backend()
        assert found is bootstrap.backend()
        assert found.models.head(PROJECT, "model") is None
        assert found.runs.live(PROJECT, ["0"], 1) == []
    bootstrap.backend.cache_clear()
