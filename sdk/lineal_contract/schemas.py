"""JSON schemas of the events on the bus, for consumers in any language.

    python -m lineal_contract.schemas events/schemas

Each describes the whole event as a rule's target receives it. Fields that a newer version adds are allowed.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Field
from pydantic.json_schema import GenerateJsonSchema

from lineal_contract.base import Answer
from lineal_contract.events import DATA_MODELS, DetailType, Metadata
from lineal_contract.policies import Policy

SCHEMA_VERSION = 1
Data = TypeVar("Data", bound=Answer)


class TypedDetail(Answer, Generic[Data]):
    """What lineal says: the envelope and the data of one type of event."""

    metadata: Metadata
    data: Data


class BusEvent(Answer, Generic[Data]):
    """An event as EventBridge hands it to a target."""

    version: Literal["0"]
    id: str
    source: Literal["lineal"]
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    time: AwareDatetime
    region: str
    resources: tuple[str, ...]
    detail: TypedDetail[Data]


class _Schemas(GenerateJsonSchema):
    """pydantic's schemas; every field is sent, those with a default too, and titles would repeat names."""

    def field_is_required(self, field: object, total: bool) -> bool:  # noqa: ARG002 - pydantic gives them
        return True

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic gives it
        return False

    def normalize_name(self, name: str) -> str:
        return super().normalize_name(name.replace("[", "Of").replace("]", ""))


def file_name(detail_type: DetailType) -> str:
    """Return the name of the file that holds a type's schema."""
    return f"{detail_type.replace(' ', '')}.v{SCHEMA_VERSION}.json"


def event_schema(detail_type: DetailType) -> dict[str, Any]:
    """Return the JSON schema of the events of one type."""
    generic: Any = BusEvent
    model: type[Answer] = generic[DATA_MODELS[detail_type]]
    schema = model.model_json_schema(mode="serialization", schema_generator=_Schemas)
    schema["properties"]["detail-type"] = {"const": detail_type.value}
    schema["required"] = sorted([*schema["required"], "detail-type"])
    return schema | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": detail_type.value,
        "description": DATA_MODELS[detail_type].__doc__,
    }


def policy_schema() -> dict[str, Any]:
    """Return the JSON schema of a file of promotion rules, for the editors of people who write one."""
    schema = Policy.model_json_schema(mode="validation", by_alias=True)
    schema["properties"]["$schema"] = {"type": "string", "description": "Where this schema is."}
    return schema | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Promotion rules of lineal",
    }


def texts() -> dict[str, str]:
    """Return the content of every schema file by its name."""
    return {
        file_name(kind): json.dumps(event_schema(kind), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        for kind in DetailType
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")
