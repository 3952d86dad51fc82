"""The API's document: it covers the routes, its examples hold, and the committed file is the present one."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from lineal_contract import openapi
from lineal_contract.examples import EXAMPLES, PATH
from lineal_contract.problems import STATUS
from lineal_contract.routes.route import IDEMPOTENCY_KEY, PATH_PARAMETERS, Route
from lineal_contract.routes.table import ROUTES

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
DOCUMENT = openapi.document()


def operation(route: Route[Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return found


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def resolved(reference: str) -> Any:
    found: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_the_committed_document_is_the_present_one() -> None:
    assert COMMITTED.read_text() == openapi.text(), "stale: run `make openapi`"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_each_route_is_an_operation(route: Route[Any]) -> None:
    described = operation(route)
    assert described["operationId"] == route.name
    assert ("requestBody" in described) == (route.body is not None)
    given = [resolved(p["$ref"]) if "$ref" in p else p for p in described.get("parameters", [])]
    assert {p["name"] for p in given if p["in"] == "query"} == set(
        route.query.model_fields if route.query else ()
    )
    assert {p["name"] for p in given if p["in"] == "header"} == ({IDEMPOTENCY_KEY} if route.once else set())
    assert {"400", "403", "429", "500", "503", str(route.status)} <= set(described["responses"])


def test_no_operation_is_without_a_route() -> None:
    methods = [m for item in DOCUMENT["paths"].values() for m in item if m != "parameters"]
    assert len(methods) == len(ROUTES)


def test_each_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        assert resolved(reference)


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.__name__)
def test_each_example_is_one(model: type[BaseModel]) -> None:
    sent = EXAMPLES[model].model_dump(mode="json", exclude_unset=True)
    assert model.model_validate_json(TypeAdapter(dict).dump_json(sent)) == EXAMPLES[model]


@pytest.mark.parametrize("name", PATH_PARAMETERS)
def test_each_path_parameter_has_an_example(name: str) -> None:
    assert TypeAdapter(PATH_PARAMETERS[name]).validate_python(PATH[name]) == PATH[name]


def test_each_status_of_a_problem_is_a_response() -> None:
    responses = {int(name.removeprefix("Problem")) for name in DOCUMENT["components"]["responses"]}
    assert responses | {401} == set(STATUS.values())


def test_requests_are_closed_and_answers_open() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for route in ROUTES:
        answer = operation(route)["responses"][str(route.status)]["content"]["application/json"]["schema"]
        assert resolved(answer["$ref"]).get("additionalProperties") is not False
        if route.body:
            assert schemas[route.body.__name__]["additionalProperties"] is False
