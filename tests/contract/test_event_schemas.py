"""Each type of event has a schema that is the present one, and a sample that fits it and no other."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from lineal_contract import schemas
from lineal_contract.events import SOURCE, Detail, DetailType, parse_detail

EVENTS = Path(__file__).parents[2] / "events"
ALTERED = [
    {"source": "another"},
    {"detail-type": "Another"},
    {"version": "1"},
    {"account": "1"},
    {"detail": {}},
    {"detail": None},
]


def sample(kind: DetailType) -> dict[str, Any]:
    name = f"{kind.replace(' ', '')}.json"
    found: dict[str, Any] = json.loads((EVENTS / "samples" / "bus" / name).read_text(encoding="utf-8"))
    return found


def fits(event: dict[str, Any], kind: DetailType) -> bool:
    path = EVENTS / "schemas" / schemas.file_name(kind)
    schema = json.loads(path.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, validate_formats=True).is_valid(event)


def test_the_committed_schemas_are_the_present_ones() -> None:
    committed = {p.name: p.read_text(encoding="utf-8") for p in (EVENTS / "schemas").iterdir()}
    assert committed == schemas.texts(), "stale: run `python -m lineal_contract.schemas events/schemas`"


@pytest.mark.parametrize("kind", DetailType)
def test_a_sample_fits_its_schema_and_no_other(kind: DetailType) -> None:
    event = sample(kind)
    assert (event["source"], event["detail-type"]) == (SOURCE, kind)
    assert [other for other in DetailType if fits(event, other)] == [kind]


@pytest.mark.parametrize("kind", DetailType)
def test_a_sample_is_read_as_the_type_it_is(kind: DetailType) -> None:
    detail = sample(kind)["detail"]
    parsed = parse_detail(kind, detail)
    again = parse_detail(kind, json.loads(parsed.model_dump_json()))
    assert isinstance(parsed, Detail)
    assert again == parsed
    assert parsed.data.model_dump(mode="json") == detail["data"]


@pytest.mark.parametrize("kind", DetailType)
@pytest.mark.parametrize("altered", ALTERED, ids=str)
def test_an_event_of_another_shape_fits_nowhere(kind: DetailType, altered: dict[str, Any]) -> None:
    assert not fits(sample(kind) | altered, kind)


@pytest.mark.parametrize("kind", DetailType)
def test_every_field_is_promised(kind: DetailType) -> None:
    for part in ("metadata", "data"):
        for name in sample(kind)["detail"][part]:
            event = sample(kind)
            del event["detail"][part][name]
            assert not fits(event, kind), name


@pytest.mark.parametrize("kind", DetailType)
def test_another_version_of_the_schema_is_no_match(kind: DetailType) -> None:
    event = sample(kind)
    event["detail"]["metadata"]["schema_version"] = 2
    assert not fits(event, kind)


@pytest.mark.parametrize("kind", DetailType)
def test_fields_of_a_newer_version_are_let_through(kind: DetailType) -> None:
    event = sample(kind)
    event["detail"]["data"]["something_new"] = 1
    assert fits(event, kind)
    assert not hasattr(parse_detail(kind, event["detail"]).data, "something_new")
