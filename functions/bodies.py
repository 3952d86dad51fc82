"""Request bodies: JSON as the RFC has it, then the contract.

pydantic's parser takes the last of two equal keys and accepts `NaN` and `Infinity`. The first would lose what
a client sent without a word, the second is not JSON, so both are refused here.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from functions.core.errors import InvalidRequestError


def read_body(event: Mapping[str, Any], model: type[BaseModel]) -> BaseModel:
    """Return the body of an HTTP API event. Raises InvalidRequestError, or pydantic's ValidationError."""
    data = body_bytes(event)
    body = model.model_validate_json(data)
    # Only now: what pydantic has accepted is UTF-8 and not nested deeper than this parser can follow.
    json.loads(data.decode(), object_pairs_hook=without_twins, parse_constant=_refuse)
    return body


def body_bytes(event: Mapping[str, Any]) -> bytes:
    """Return the bytes of an event's body. Raises InvalidRequestError."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return b64decode(body, validate=True)
    except ValueError as error:
        raise InvalidRequestError("the body is not readable") from error


def without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Raises InvalidRequestError where a key stands twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidRequestError("an object in the body has the same key twice")
    return members


def _refuse(constant: str) -> None:
    raise InvalidRequestError(f"{constant} is not JSON")
