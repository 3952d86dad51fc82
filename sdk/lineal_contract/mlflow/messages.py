"""How MLflow's messages look as JSON: protobuf's rules, as clients of all languages follow them.

A field may be named in snake_case or camelCase, null means absent, 64-bit integers may be strings, numbers
may be `"NaN"` and `"Infinity"`, unknown fields are ignored. Names that mean the same (`run_id`, `runId`,
`run_uuid`) must not contradict one another.
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

_INT64_MAX = 2**63 - 1


class Request(BaseModel):
    """What a client sends. `synonyms` leads from a field's former name to its present one."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True, hide_input_in_errors=True)

    synonyms: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def names_of(cls, fields: Iterable[str]) -> set[str]:
        """Return all names of some fields, by which a client may call them."""
        wanted = set(fields)
        return {name for name, field in _names(cls).items() if field in wanted}

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, given: Any) -> Any:
        return _renamed(cls, given) if isinstance(given, Mapping) else given


class Answer(BaseModel):
    """What a client gets: fields that are not set are left out."""

    model_config = ConfigDict(frozen=True, defer_build=True, ser_json_inf_nan="strings")

    def to_json(self) -> str:
        """Return the body."""
        return self.model_dump_json(exclude_defaults=True, by_alias=True)


class Empty(Answer):
    """The answer of what only does something."""


@cache
def _names(model: type[Request]) -> Mapping[str, str]:
    """Every name that a client may use, and the field it stands for."""
    names = {name: name for name in model.model_fields} | dict(model.synonyms)
    return names | {to_camel(name): field for name, field in names.items()}


def _renamed(model: type[Request], given: Mapping[str, Any]) -> Mapping[str, Any]:
    if given.keys() <= model.model_fields.keys() and None not in given.values():
        return given  # as nearly all are; a batch has a thousand of them
    names = _names(model)
    fields: dict[str, Any] = {}
    for key, value in given.items():
        if value is None:
            continue
        name = names.get(key, key)
        # Empty texts are what a client that fills both names leaves in the one it does not know.
        if fields.get(name) not in (None, "", value) and value != "":
            raise ValueError(f"{key} contradicts another name of {name}")
        fields[name] = fields.get(name) or value
    return fields


def _int64(given: Any) -> Any:
    if isinstance(given, bool):
        raise ValueError("a number is wanted, not true or false")  # noqa: TRY004 - what pydantic reports
    if isinstance(given, str) and given.strip().lstrip("+-").isascii():
        return int(given) if given.strip().lstrip("+-").isdigit() and len(given) < 25 else given
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given


def _double(given: Any) -> Any:
    if isinstance(given, bool):
        raise ValueError("a number is wanted, not true or false")  # noqa: TRY004 - what pydantic reports
    if isinstance(given, str):
        return float(given)
    if isinstance(given, int):
        try:
            return float(given)
        except OverflowError:
            return math.inf if given > 0 else -math.inf
    return given


Int64 = Annotated[int, BeforeValidator(_int64), Field(strict=True, ge=-_INT64_MAX - 1, le=_INT64_MAX)]
"""A signed 64-bit integer, as a number or as digits in a string."""

Double = Annotated[float, BeforeValidator(_double), Field(strict=True)]
"""A float; NaN and infinities as strings or as the literals that Python's parser takes."""

Name = Annotated[str, StringConstraints(min_length=1, strict=True)]
"""A text that must be there."""

PageToken = Annotated[str, StringConstraints(max_length=4_000)]
