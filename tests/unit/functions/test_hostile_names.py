"""Names of models, versions and aliases: what reads as something else is refused and changes nothing."""

import json
from typing import Any

import pytest

from functions.registry.handler import handler
from lineal_contract.routes import registry as routes
from lineal_contract.routes.route import Route
from tests.fakes.backend import MemoryBackend
from tests.unit.functions.calls import event
from tests.unit.functions.test_samples import backend, walk

__all__ = ["backend"]

VERSIONS = [
    "0",
    "01",
    "v0",
    "v01",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "1 ",
    "\u0663",
    "staging",
    "1\n",
    "%31",
    "..",
    "x" * 65,
]
ALIASES = [
    "latest",
    "v3",
    "3",
    "01",
    "1.2.0",
    "production",
    "staging",
    "deadbeef",
    "Champion",
    "..",
    "a\x00b",
    "",
]
MODELS = [
    "http://x",
    "a/b",
    "a#b",
    "a@1",
    ".a",
    "a.",
    "..",
    "a\nb",
    "x" * 129,
    "\u0434iabetes",
    "a\u200bb",
    " a",
    "",
]
MODEL = "diabetes"
OF_VERSION: list[tuple[Route[Any], dict[str, Any]]] = [
    (routes.GET_VERSION, {}),
    (routes.PULL_VERSION, {}),
    (routes.DESCRIBE_VERSION, {"description": "x"}),
    (routes.CHANGE_LIFECYCLE, {"action": "retire", "reason": "old"}),
    (routes.REQUEST_PROMOTION, {"stage": "production", "reason": "better"}),
]


def code(route: Route[Any], body: dict[str, Any], **path: str) -> tuple[int, str]:
    asked = event(route, project="team", **path) | {"body": json.dumps(body)}
    answered = handler(asked, None)
    return answered["statusCode"], json.loads(answered["body"]).get("code", "")


def trail(backend: MemoryBackend) -> int:
    return len(backend.memory_models.audit("team", MODEL, 0, 100))


@pytest.mark.parametrize("version", VERSIONS, ids=ascii)
def test_what_names_no_version_is_refused_by_every_route(backend: MemoryBackend, version: str) -> None:
    walk(backend, until="registry/register_version")
    told = trail(backend)
    for route, body in OF_VERSION:
        assert code(route, body, model=MODEL, version=version) == (400, "invalid_request"), route.name
    assert code(routes.SET_ALIAS, {"version": version}, model=MODEL, alias="blue") == (400, "invalid_request")
    assert trail(backend) == told


@pytest.mark.parametrize("alias", ALIASES, ids=ascii)
def test_an_alias_never_has_another_names_form(backend: MemoryBackend, alias: str) -> None:
    walk(backend, until="registry/register_version")
    told = trail(backend)
    assert code(routes.SET_ALIAS, {"version": "1"}, model=MODEL, alias=alias) == (400, "invalid_request")
    assert trail(backend) == told


@pytest.mark.parametrize("model", MODELS, ids=ascii)
def test_a_model_has_no_name_that_breaks_a_path_or_reads_as_another(
    backend: MemoryBackend, model: str
) -> None:
    walk(backend, until="registry/register_version")
    refused = (400, "invalid_request")
    assert code(routes.CREATE_MODEL, {"model": model}) == refused
    assert code(routes.RENAME_MODEL, {"name": model}, model=MODEL) == refused
    assert code(routes.GET_MODEL, {}, model=model) == refused
    assert [head.model for head in backend.memory_models.heads("team", 10, None).items] == [MODEL]


def test_upper_and_lower_case_are_two_models(backend: MemoryBackend) -> None:
    walk(backend, until="registry/register_version")
    assert code(routes.GET_MODEL, {}, model=MODEL.upper()) == (404, "not_found")
    assert code(routes.CREATE_MODEL, {"model": MODEL.upper()})[0] == 201
