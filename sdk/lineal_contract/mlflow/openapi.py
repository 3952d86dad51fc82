"""The MLflow surface as an OpenAPI 3.1 document, made from its table of endpoints and its messages.

    python -m lineal_contract.mlflow.openapi > docs/mlflow-openapi.json

Fields are named as in the protocol; the other names that a client may use are said in words. What a message
checks beyond its fields is in no schema: a request that fails there is a 400 all the same.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from lineal_contract.mlflow.endpoint import FILE, JSON, Endpoint
from lineal_contract.mlflow.errors import HTTP_STATUS, ErrorBody, ErrorCode
from lineal_contract.mlflow.surface import ENDPOINTS
from lineal_contract.openapi import GATEWAY_MESSAGE, GATEWAYS, KEY_PARAMETER, Schemas, without_null
from lineal_contract.routes.route import IDEMPOTENCY_KEY

Json = dict[str, Any]
AnyEndpoint = Endpoint[Any, Any]

_REF = "#/components/schemas/{model}"
_ERROR = {"$ref": _REF.format(model=ErrorBody.__name__)}
_BYTES = {"schema": {"type": "string", "contentMediaType": FILE}}
_TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_NEVER_MET = {ErrorCode.ENDPOINT_NOT_FOUND}
_DESCRIPTION = """\
What an unmodified MLflow client calls, for each project.

**Paths.** Each path below `/api` is there again below `/ajax-api`, and all of them below `/token`, with
`Authorization: Bearer` and a token in place of a signature.

**Messages.** A field may be named in camelCase too, null means that it is not there, 64-bit integers may be
strings, fields that are not known are ignored. In answers, a field that has its default is left out.

**Repeating.** With an `Idempotency-Key` a request is done once, however late a repetition comes, for 30 days.
A refused request is not kept.

**Errors** have MLflow's codes. What the gateway refuses by itself has the gateway's own body.
"""


def document() -> Json:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "lineal: the MLflow surface",
            "version": "2.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com",
                "variables": {"api": {"default": "api-id"}, "region": {"default": "eu-central-1"}},
            }
        ],
        "paths": _paths(),
        "components": {
            "parameters": {"project": _path_parameter("project")} | KEY_PARAMETER,
            "responses": {f"Error{status}": _refusal(status) for status in _statuses()},
            "schemas": _schemas(),
        },
    }


def _paths() -> Json:
    paths: dict[str, Json] = {}
    for endpoint in ENDPOINTS:
        path = f"/mlflow/{{project}}/{endpoint.paths[0]}".replace("+}", "}")
        own = [_path_parameter(name) for name in _in_path(endpoint)]
        item = paths.setdefault(path, {"parameters": [{"$ref": "#/components/parameters/project"}, *own]})
        item[endpoint.method.lower()] = _operation(endpoint)
    return paths


def _in_path(endpoint: AnyEndpoint) -> list[str]:
    segments = (segment for segment in endpoint.path.split("/") if segment.startswith("{"))
    return [segment.strip("{+}") for segment in segments]


def _path_parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _operation(endpoint: AnyEndpoint) -> Json:
    operation: Json = {"operationId": endpoint.name, "summary": endpoint.summary}
    if endpoint.method == "GET" or endpoint.carries_file:
        operation["parameters"] = list(_query_parameters(endpoint))
    elif endpoint.once:
        operation["parameters"] = [{"$ref": f"#/components/parameters/{IDEMPOTENCY_KEY}"}]
    if endpoint.carries_file:
        operation["requestBody"] = {"required": True, "content": {FILE: _BYTES}}
    elif endpoint.method != "GET":
        schema = _message(endpoint)
        required = bool(schema.get("required"))
        operation["requestBody"] = {"required": required, "content": {JSON: {"schema": schema}}}
    return operation | {"responses": _responses(endpoint)}


def _responses(endpoint: AnyEndpoint) -> Json:
    answer: Json = _BYTES if endpoint.gives == FILE else {"schema": {"type": "string"}}
    if endpoint.gives == JSON:
        answer = {"schema": _models()[0][endpoint.answer, "serialization"]}
    responses: Json = {"200": {"description": "OK", "content": {endpoint.gives: answer}}}
    if endpoint.gives == FILE:
        moved = {"Location": {"schema": {"type": "string", "format": "uri"}}}
        responses["307"] = {"description": "The file does not fit through: read it there", "headers": moved}
    left_out = {HTTPStatus.NOT_IMPLEMENTED} | (set() if endpoint.carries_file else {_TOO_LARGE})
    refused = (status for status in _statuses() if status not in left_out)
    return responses | {str(s): {"$ref": f"#/components/responses/Error{s}"} for s in refused}


def _message(endpoint: AnyEndpoint) -> Json:
    """Return the schema of a body: the request without what the path says."""
    schema = _definition(endpoint.request, "validation")
    fields: Mapping[str, Json] = schema.get("properties", {})
    said = set(_in_path(endpoint))
    kept = {name: field for name, field in fields.items() if name not in said}
    required = [name for name in schema.get("required", ()) if name not in said]
    return schema | {"properties": kept, "required": required}


def _query_parameters(endpoint: AnyEndpoint) -> Iterator[Json]:
    message = _message(endpoint)
    for name, field in message["properties"].items():
        parameter = {"name": name, "in": "query", "schema": without_null(field)}
        yield parameter | ({"required": True} if name in message["required"] else {})


def _statuses() -> list[int]:
    met = {status for code, status in HTTP_STATUS.items() if code not in _NEVER_MET}
    return sorted({*met, HTTPStatus.NOT_FOUND, _TOO_LARGE} - {HTTPStatus.UNAUTHORIZED})


def _refusal(status: int) -> Json:
    named = [code for code in ErrorCode if HTTP_STATUS[code] == status]
    codes = named or [ErrorCode.INVALID_PARAMETER_VALUE]
    return {
        "description": " or ".join(f"`{code}`" for code in codes),
        "content": {JSON: {"schema": {"anyOf": [_ERROR, {"$ref": _REF.format(model=GATEWAYS)}]}}},
    }


@cache
def _models() -> tuple[Mapping[Any, Json], Mapping[str, Json]]:
    """Return a reference for each message, and what all the references lead to."""
    answers: dict[type[BaseModel], JsonSchemaMode] = {e.answer: "serialization" for e in ENDPOINTS}
    requests: dict[type[BaseModel], JsonSchemaMode] = {e.request: "validation" for e in ENDPOINTS}
    models = [*(answers | {ErrorBody: "serialization"}).items(), *requests.items()]
    references, found = models_json_schema(models, ref_template=_REF, schema_generator=Schemas)
    definitions: dict[str, Json] = _in_words_of_the_standard(found["$defs"])
    return references, definitions


def _in_words_of_the_standard(value: Any) -> Any:
    """Return a schema with bounds as JSON Schema names them: pydantic keeps its own behind a validator."""
    if isinstance(value, dict):
        return {_BOUNDS.get(key, key): _in_words_of_the_standard(each) for key, each in value.items()}
    return [_in_words_of_the_standard(each) for each in value] if isinstance(value, list) else value


def _definition(model: type[BaseModel], mode: JsonSchemaMode) -> Json:
    references, found = _models()
    return deepcopy(found[references[model, mode]["$ref"].rpartition("/")[2]])


def _schemas() -> Json:
    references, found = _models()
    requests = {e.request for e in ENDPOINTS}  # written out where they are taken
    left_out = {references[model, "validation"]["$ref"].rpartition("/")[2] for model in requests}
    kept = {name: each for name, each in found.items() if name not in left_out}
    return dict(sorted({**kept, GATEWAYS: GATEWAY_MESSAGE}.items()))


def text() -> str:
    """Return the document as the file that is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
