"""Every route at the bounds of what the document allows, and one step beyond.

The requests are Schemathesis's, for each field and parameter in turn; the handlers are the real ones, on
stores in memory that hold what the samples of `events` tell. What the gateway itself adds is for tests/e2e.
"""

import json

import pytest
from schemathesis import GenerationMode

from lineal_contract import openapi
from lineal_contract.examples import PATH
from tests.e2e.test_openapi import CHECKS
from tests.fakes.backend import MemoryBackend
from tests.gateway import matched, user
from tests.unit.documented.gateway import Document, Event, answered
from tests.unit.functions.test_samples import APPROVAL, backend, walk

__all__ = ["backend"]

DOCUMENT = Document(openapi.document())
WHO = {"admin": "admin", "approvals": "bob", "audit": "bob", "deployments": "bob"}
"""Whose duty the routes under a root are; all others are a scientist's."""


@pytest.fixture
def known(backend: MemoryBackend) -> dict[str, str]:
    """A value for each path parameter that leads to something."""
    answers = walk(backend)
    run = json.loads(answers["tracking/create_run"]["body"])
    (entry, *_) = json.loads(answers["registry/register_version"]["body"])["manifest"]
    return PATH | {
        "project": "team",
        "run_id": run["run_id"],
        "digest": entry["object"]["digest"],
        "approval_id": APPROVAL,
    }


def route_of(method: str, path: str) -> tuple[str, Event] | None:
    try:
        route, values = matched(method, path)
    except AssertionError:
        return None
    return route.function, {"routeKey": route.key, "pathParameters": values}


@pytest.mark.parametrize("operation", DOCUMENT.operations)
def test_the_api_keeps_its_document_to_the_bounds(operation: str, known: dict[str, str]) -> None:
    who = user(WHO.get(operation.split("/")[1], "ann"))
    for case in DOCUMENT.at_the_bounds(operation):
        if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
            case.path_parameters = {name: known[name] for name in case.path_parameters}
        response = answered(case, route_of, who)
        if response is not None:
            case.validate_response(response, checks=CHECKS)
