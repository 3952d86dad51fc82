"""From an event to a message: path, query and body in one request model."""

import json
from collections.abc import Mapping
from typing import Any, get_origin
from urllib.parse import parse_qs

from pydantic import ValidationError

from functions.bodies import body_bytes, without_twins
from functions.mlflow.paths import AnyEndpoint
from functions.mlflow.refusals import RefusedError, invalid
from lineal_contract.mlflow.errors import ErrorCode
from lineal_contract.mlflow.messages import Request

_MAX_QUERY_FIELDS = 2_000


def read(event: Mapping[str, Any], endpoint: AnyEndpoint, path: Mapping[str, str]) -> Request:
    """Return the request of an event. Raises RefusedError.

    A GET, and what carries a file, has its fields in the query, where a repeated key is a list; all else in a
    JSON body.
    """
    fields = _fields(event, endpoint)
    try:
        request: Request = endpoint.request.model_validate({**fields, **path})
    except ValidationError as error:
        raise invalid(error) from error
    return request


def _fields(event: Mapping[str, Any], endpoint: AnyEndpoint) -> dict[str, Any]:
    asks = endpoint.method == "GET" or endpoint.carries_file
    return _query(event, endpoint.request) if asks else _body(event)


def _query(event: Mapping[str, Any], model: type[Request]) -> dict[str, Any]:
    try:
        given = parse_qs(
            event.get("rawQueryString") or "",
            keep_blank_values=True,
            max_num_fields=_MAX_QUERY_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise _unreadable("the query is not readable") from error
    lists = model.names_of(
        name for name, field in model.model_fields.items() if get_origin(field.annotation) is tuple
    )
    return {name: values if name in lists else _one(name, values) for name, values in given.items()}


def _one(name: str, values: list[str]) -> str:
    if len(set(values)) > 1:
        raise _unreadable(f"{name} is given more than once, and differently")
    return values[0]


def _body(event: Mapping[str, Any]) -> dict[str, Any]:
    data = body_bytes(event)
    if not data.strip():
        return {}
    try:
        # NaN and infinities pass here: only fields of metrics take them.
        fields = json.loads(data.decode(), object_pairs_hook=without_twins)
    except (ValueError, RecursionError) as error:
        raise _unreadable("the body is not readable as JSON") from error
    if not isinstance(fields, dict):
        raise _unreadable("the body is not a JSON object")
    return fields


def _unreadable(message: str) -> RefusedError:
    return RefusedError(ErrorCode.INVALID_PARAMETER_VALUE, message)
