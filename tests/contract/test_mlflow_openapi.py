"""The MLflow surface's document: it covers the endpoints, and the committed file is the present one."""

from pathlib import Path

import pytest

from lineal_contract.mlflow import openapi
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.surface import ENDPOINTS
from lineal_contract.routes.route import IDEMPOTENCY_KEY
from tests.contract.test_openapi import references

COMMITTED = Path(__file__).parents[2] / "docs" / "mlflow-openapi.json"
DOCUMENT = openapi.document()


def test_the_committed_document_is_the_present_one() -> None:
    assert COMMITTED.read_text() == openapi.text(), "stale: run `make openapi`"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_each_endpoint_is_an_operation_with_every_field(endpoint: Endpoint) -> None:
    item = DOCUMENT["paths"][f"/mlflow/{{project}}/{endpoint.paths[0]}".replace("+}", "}")]
    described = item[endpoint.method.lower()]
    assert described["operationId"] == endpoint.name
    in_path = {parameter.get("name") for parameter in item["parameters"]}
    given = described.get("parameters", [])
    asked = {parameter["name"] for parameter in given if "name" in parameter}
    named = {"$ref": f"#/components/parameters/{IDEMPOTENCY_KEY}"}
    assert (named in given) == endpoint.once
    content = described.get("requestBody", {}).get("content", {})
    sent = set(content.get("application/json", {}).get("schema", {}).get("properties", {}))
    assert (in_path | asked | sent) - {None} == set(endpoint.request.model_fields)
    assert {"200", "400", "403", "404", "409", "429", "500", "503"} <= set(described["responses"])


def test_no_operation_is_without_an_endpoint_and_each_reference_leads_somewhere() -> None:
    methods = [m for item in DOCUMENT["paths"].values() for m in item if m != "parameters"]
    assert len(methods) == len(ENDPOINTS)
    for reference in references(DOCUMENT):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert DOCUMENT["components"][kind][name]
