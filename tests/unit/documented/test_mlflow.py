"""Every endpoint of the MLflow surface at the bounds of what its document allows, and one step beyond."""

import re
from urllib.parse import unquote

import pytest

from lineal_contract.mlflow import openapi
from tests.e2e.test_mlflow_openapi import Known, aim, check
from tests.unit.documented.gateway import Document, Event, answered
from tests.unit.functions.mlflow_server import SCIENTIST, Server, server

__all__ = ["server"]

DOCUMENT = Document(openapi.document())
WEBHOOK = {
    "name": "w",
    "url": "https://ci.example.com/hook",
    "events": [{"entity": "PROMPT", "action": "CREATED"}],
    "status": "DISABLED",
}


@pytest.fixture
def known(server: Server) -> Known:
    """A value for each name that leads to something."""
    model = server.post("logged-models", {"experiment_id": "0", "name": "m"}).json["model"]
    server.post("registered-models/create", {"name": "model"})
    return {
        "project": "team",
        "run_id": server.run(),
        "model_id": model["info"]["model_id"],
        "webhook_id": server.post("webhooks", WEBHOOK).json["webhook"]["webhook_id"],
        "artifact_path": "0/file",
        "experiment_id": "0",
        "name": "model",
    }


def route_of(method: str, path: str) -> tuple[str, Event] | None:
    """The surface has one route of the gateway, for whatever method and path."""
    found = re.fullmatch(r"/mlflow/([^/]+)/(.+)", path)
    if found is None:
        return None
    project, proxy = map(unquote, found.groups())
    key = f"{method} /mlflow/{{project}}/{{proxy+}}"
    return "mlflow", {"routeKey": key, "pathParameters": {"project": project, "proxy": proxy}}


@pytest.mark.parametrize("operation", DOCUMENT.operations)
def test_the_surface_keeps_its_document_to_the_bounds(operation: str, known: Known) -> None:
    for case in DOCUMENT.at_the_bounds(operation):
        aim(case, known)
        response = answered(case, route_of, SCIENTIST)
        if response is not None:
            check(case, response)
