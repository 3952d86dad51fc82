"""The API as an OpenAPI 3.1 document, made from the route table and the models.

    python -m lineal_contract.openapi > docs/openapi.json

It describes the routes that are signed with SigV4, with their refusals; each has a twin below /token. What a
model checks beyond its fields is in no schema: a request that fails there is a 400 all the same.
"""

import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema

from lineal_contract.examples import EXAMPLES, PATH
from lineal_contract.problems import MEDIA_TYPE, STATUS, Problem, ProblemCode
from lineal_contract.routes.route import IDEMPOTENCY_KEY, PATH_PARAMETERS, Route
from lineal_contract.routes.table import ROUTES

Json = dict[str, Any]

_REF = "#/components/schemas/{model}"
_JSON = "application/json"
_NOT_FINITE = ["NaN", "Infinity", "-Infinity"]
_RETRIED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
GATEWAYS = "GatewayMessage"
GATEWAY_MESSAGE: Json = {
    "description": "What API Gateway answers by itself.",
    "type": "object",
    "properties": {"message": {"type": ["string", "null"]}},
}
KEY_PARAMETER: Json = {
    IDEMPOTENCY_KEY: {
        "name": IDEMPOTENCY_KEY,
        "in": "header",
        "description": "A fresh UUID for each request, kept when it is sent again: the request is done once.",
        "schema": {"type": "string", "format": "uuid"},
        "example": "0192f0c9-d4e5-7b3f-8061-728394a5b6c7",
    }
}
_DESCRIPTION = """\
An experiment tracker and model registry that can prove what is live.

**Compatibility.** Under `/v1` answers may gain fields and refusals may gain codes: ignore those you do not
know. Fields of requests, codes and statuses neither go nor change their meaning; what would need that gets a
root of its own. A request with a field that is not in this document is refused: a misspelt one is noticed.

**Tokens.** Every path is there a second time below `/token`, with `Authorization: Bearer` and a token in
place of a signature; operations with `x-lineal-takes-tokens: false` refuse one. A token that does not hold is
a 401 or a 403 of the gateway's, one that has expired since a 401.

**Repeating.** Clients make the ids, so what got no answer, a 429 or a 503 may be sent again as it was. With
an `Idempotency-Key` it is done once, however late a repetition comes, for 30 days. A refused request is not
kept.

**Problems.** A refusal is `application/problem+json`; `code` is meant for programs and `detail` for people.
What the gateway refuses by itself has the gateway's own body.
"""


class Schemas(GenerateJsonSchema):
    """pydantic's schemas, with floats as the wire has them and names that read well."""

    def float_schema(self, schema: core_schema.FloatSchema) -> Json:
        number = super().float_schema(schema)
        if self.mode == "serialization" and schema.get("allow_inf_nan", True):
            return {"anyOf": [number, {"enum": _NOT_FINITE}]}
        return number

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic gives it
        return False  # a title would repeat the field's name

    def normalize_name(self, name: str) -> str:
        return super().normalize_name(name.replace("[", "Of").replace("]", ""))


def document() -> Json:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "lineal",
            "version": "1",
            "summary": "The native API, signed with AWS Signature Version 4",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [_server()],
        "security": [{"sigv4": []}],
        "tags": [{"name": name} for name in dict.fromkeys(route.function for route in ROUTES)],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"sigv4": _sigv4()},
            "parameters": {name: _path_parameter(name) for name in PATH_PARAMETERS} | KEY_PARAMETER,
            "responses": {f"Problem{status}": _refusal(status) for status in _statuses()},
            "schemas": _schemas(),
        },
    }


def _server() -> Json:
    variables = {"api": {"default": "api-id"}, "region": {"default": "eu-central-1"}}
    return {"url": "https://{api}.execute-api.{region}.amazonaws.com", "variables": variables}


def _sigv4() -> Json:
    return {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "AWS Signature Version 4 for the service `execute-api`.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    }


def _paths() -> Json:
    paths: dict[str, Json] = {}
    for route in ROUTES:
        item = paths.setdefault(route.path, {"parameters": list(_path_references(route))})
        item[route.method.lower()] = _operation(route)
    return paths


def _path_references(route: Route[Any]) -> Iterator[Json]:
    return ({"$ref": f"#/components/parameters/{name}"} for name in _path_names(route))


def _path_names(route: Route[Any]) -> list[str]:
    return [name for name in PATH_PARAMETERS if f"{{{name}}}" in route.path]


def _operation(route: Route[Any]) -> Json:
    operation: Json = {"operationId": route.name, "summary": route.summary, "tags": [route.function]}
    if not route.takes_tokens:
        operation["x-lineal-takes-tokens"] = False
    parameters = list(_query_parameters(route.query)) if route.query else []
    if route.once:
        parameters.append({"$ref": f"#/components/parameters/{IDEMPOTENCY_KEY}"})
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": {_JSON: _content(route.body)}}
    answer = {"description": HTTPStatus(route.status).phrase, "content": {_JSON: _schema(route.answer)}}
    refusals = {str(s): {"$ref": f"#/components/responses/Problem{s}"} for s in _refusals(route)}
    return operation | {"responses": {str(route.status): answer} | refusals}


def _content(body: type[BaseModel]) -> Json:
    return _schema(body) | {"example": EXAMPLES[body].model_dump(mode="json", exclude_unset=True)}


def _schema(model: type[BaseModel]) -> Json:
    return {"schema": {"$ref": _REF.format(model=Schemas().normalize_name(model.__name__))}}


def _path_parameter(name: str) -> Json:
    schema = TypeAdapter(PATH_PARAMETERS[name]).json_schema()
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": PATH[name]}


def _query_parameters(query: type[BaseModel]) -> Iterator[Json]:
    schema = query.model_json_schema(ref_template=_REF, schema_generator=Schemas)
    example = EXAMPLES[query].model_dump(mode="json", exclude_unset=True)
    for name, field in schema["properties"].items():
        parameter = {"name": name, "in": "query", "schema": without_null(field)}
        if name in schema.get("required", ()):
            parameter["required"] = True
        yield parameter | ({"example": example[name]} if name in example else {})


def without_null(field: Json) -> Json:
    """A parameter that may be null is one that may be left out: a query string has no null."""
    kinds = [kind for kind in field.pop("anyOf", [field]) if kind.get("type") != "null"]
    return {**kinds[0], **({"default": field["default"]} if field.get("default") is not None else {})}


def _statuses() -> list[int]:
    return sorted(set(STATUS.values()) - {HTTPStatus.UNAUTHORIZED})  # SigV4's refusals are all 403


def _refusals(route: Route[Any]) -> list[int]:
    """Return the statuses that a route may refuse with."""
    unnamed = {"person_id"} if route.method == "PUT" else set()  # a person is made by naming them
    asked = set(route.query.model_fields) if route.query else set()
    without = set()
    if not set(_path_names(route)) - unnamed and "runs" not in asked:
        without.add(HTTPStatus.NOT_FOUND)
    if route.method == "GET":
        without.add(HTTPStatus.CONFLICT)
    if route.body is None:
        without.add(HTTPStatus.UNPROCESSABLE_ENTITY)
        if "filter" not in asked:  # a search looks at so many runs
            without.add(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return [status for status in _statuses() if status not in without]


def _refusal(status: int) -> Json:
    codes = [code for code in ProblemCode if STATUS[code] == status]
    refusal: Json = {
        "description": " or ".join(f"`{code}`" for code in codes),
        "content": {
            MEDIA_TYPE: _schema(Problem),
            _JSON: {"schema": {"$ref": f"#/components/schemas/{GATEWAYS}"}},
        },
    }
    if status in _RETRIED:
        seconds = {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 0}}
        refusal["headers"] = {"Retry-After": seconds}
    return refusal


def _schemas() -> Json:
    """Return the schema of every model on the wire, as it is sent or as it is taken."""
    answers: dict[type[BaseModel], JsonSchemaMode] = {route.answer: "serialization" for route in ROUTES}
    bodies: dict[type[BaseModel], JsonSchemaMode] = {r.body: "validation" for r in ROUTES if r.body}
    models = [*(answers | {Problem: "serialization"}).items(), *bodies.items()]
    _, found = models_json_schema(models, ref_template=_REF, schema_generator=Schemas)
    return dict(sorted({**found["$defs"], GATEWAYS: GATEWAY_MESSAGE}.items()))


def text() -> str:
    """Return the document as the file that is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
