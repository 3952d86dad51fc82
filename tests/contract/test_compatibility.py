"""Who was written for the released document gets along with the present one, or the changelog says not."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lineal_contract import openapi
from tests.contract.compatibility import breaks

RELEASED = Path(__file__).with_name("released.json")
"""The document of the last release; `python -m tests.contract.released` writes it, as a part of releasing."""
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
RUNS, RUN = "/v1/projects/{project}/runs", "/v1/projects/{project}/runs/{run_id}"


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(openapi.document())


def announced() -> set[str]:
    """The operations that the changelog says are broken by the next release."""
    unreleased = CHANGELOG.read_text().split("## Unreleased", 1)[1].split("\n## ", 1)[0]
    _, _, breaking = unreleased.partition("### Breaking")
    return set(re.findall(r"`(\w+)`", breaking.split("\n### ", 1)[0]))


def test_nobody_is_broken_without_being_told() -> None:
    found = breaks(json.loads(RELEASED.read_text()), openapi.document())
    assert [each for each in found if each.operation not in announced()] == [], (
        "name the operation below `### Breaking` of the changelog, or keep the promise of docs/api.md"
    )


def test_a_document_does_not_break_itself(document: dict[str, Any]) -> None:
    assert breaks(document, openapi.document()) == []


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def told(document: dict[str, Any], operation: str) -> list[str]:
    return [each.what for each in breaks(openapi.document(), document) if each.operation == operation]


def test_what_is_gone_breaks(document: dict[str, Any]) -> None:
    del document["paths"][RUNS]["post"]
    del schema(document, "Run")["properties"]["status"]
    schema(document, "ProblemCode")["enum"].remove("not_found")
    assert told(document, "create_run") == ["it is gone"]
    assert told(document, "get_run") == ["answer.status is gone"]
    assert told(document, "problems") == ["the code not_found is gone"]


def test_a_request_that_has_to_say_more_breaks(document: dict[str, Any]) -> None:
    asked = schema(document, "CreateRun")
    asked["required"] = [*asked.get("required", []), "name", "note"]
    asked["properties"]["note"] = {"type": "string"}
    del asked["properties"]["tags"]
    asked["properties"]["experiment"] |= {"maxLength": 3}
    assert set(told(document, "create_run")) >= {
        "body.name is required now",
        "body.note is required now",
        "body.tags is gone",
        "body.experiment has a lower maxLength",
    }


def test_a_parameter_that_takes_less_breaks(document: dict[str, Any]) -> None:
    listed = {p["name"]: p for p in document["paths"][RUNS]["get"]["parameters"]}
    listed["page_size"]["schema"]["maximum"] = 10
    listed["lifecycle"]["schema"]["enum"] = ["active"]
    listed["filter"]["required"] = True
    document["paths"][RUNS]["get"]["parameters"].remove(listed["order_by"])
    assert set(told(document, "list_runs")) == {
        "page_size has a lower maximum",
        "lifecycle takes fewer values",
        "the parameter filter is required now",
        "the parameter order_by is gone",
    }


def test_an_answer_that_may_lack_something_breaks(document: dict[str, Any]) -> None:
    answered = schema(document, "Run")
    answered["required"].remove("params")
    answered["properties"]["started_at"] = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert set(told(document, "get_run")) == {
        "answer.params may be missing now",
        "answer.started_at may be null now",
    }


def test_what_is_new_breaks_nobody(document: dict[str, Any]) -> None:
    document["paths"]["/v2"] = {"get": document["paths"][RUN]["get"]}
    schema(document, "CreateRun")["properties"]["colour"] = {"type": "string"}
    schema(document, "Run")["properties"]["colour"] = {"type": "string"}
    schema(document, "Run")["required"].append("colour")
    schema(document, "RunStatus")["enum"].append("dreaming")
    schema(document, "ProblemCode")["enum"].append("too_colourful")
    assert breaks(openapi.document(), document) == []
