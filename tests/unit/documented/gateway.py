"""Generated requests of a document, answered by the handlers as API Gateway would call them."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import schemathesis
from schemathesis import Case, GenerationMode, Response
from schemathesis.config import GenerationConfig
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.overrides import Override
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.gateway import ACCOUNT

_BASE = "https://api.test"
_METHODS = {"get", "put", "post", "patch", "delete"}
Event = dict[str, Any]
Match = Callable[[str, str], tuple[str, Event] | None]
"""Finds by method and path a request's function, and what its event says of the route; None where none is."""


class Document:
    """A document whose requests are made when they are asked for: all at once take long to collect."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.operations = [
            f"{method} {path}"
            for path, item in document["paths"].items()
            for method in item
            if method in _METHODS
        ]

    def at_the_bounds(self, operation: str) -> Iterator[Case]:
        """Yield the requests of an operation in which one thing each is at, or beyond, a bound."""
        method, path = operation.split(" ")
        yield from CoverageGenerator(
            operation=self._schema[path][method],
            generation_modes=list(GenerationMode),
            generation_config=self._schema.config.generation,
            auth_storage=None,
            override=Override(),
            feedback=NO_FEEDBACK,
        )

    @cached_property
    def _schema(self) -> OpenApiSchema:
        made = schemathesis.openapi.from_dict(self._document)
        made.config.generation = GenerationConfig(deterministic=True, with_security_parameters=False)
        return made


def answered(case: Case, match: Match, principal: str) -> Response | None:
    """Return what a function answers somebody; None where the gateway finds no route for the request."""
    sent = requests.Request(**case.as_transport_kwargs(base_url=_BASE)).prepare()
    parts = urlsplit(str(sent.url))
    found = match(str(sent.method), parts.path)
    if found is None:
        return None
    function, route = found
    handler = import_module(f"functions.{function}.handler").handler
    reply = handler(_event(sent, parts.query, principal) | route, None)
    headers = {name: [value] for name, value in reply["headers"].items()}
    return Response(reply["statusCode"], headers, reply["body"].encode(), sent, elapsed=0.0, verify=False)


def _event(sent: requests.PreparedRequest, query: str, principal: str) -> Event:
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    return {
        "version": "2.0",
        "rawQueryString": query,
        "queryStringParameters": {k: ",".join(v) for k, v in parse_qs(query, keep_blank_values=True).items()},
        "headers": {name.lower(): value for name, value in sent.headers.items()},
        "requestContext": {
            "requestId": "request-1",
            "http": {"method": sent.method},
            "authorizer": {"iam": {"userArn": principal, "accountId": ACCOUNT}},
        },
        "body": None if body is None else b64encode(body).decode(),
        "isBase64Encoded": body is not None,
    }
