"""From an HTTP API event to a use case and back. Every error a handler answers becomes a problem here.

API Gateway has matched the route already, so its route key chooses the handler; nothing matches paths twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from functions.bodies import read_body
from functions.bootstrap import backend, now
from functions.callers import caller_of
from functions.core.access.admission import Caller
from functions.core.causes import Cause, Said
from functions.core.errors import CoreError, InvalidRequestError, StaleError
from functions.observability import logger
from functions.repeating import said_by
from lineal_contract.base import Tagged
from lineal_contract.people import Actor
from lineal_contract.problems import MEDIA_TYPE, REQUEST_ID, STATUS, Problem, ProblemCode, Violation
from lineal_contract.routes.route import PATH_PARAMETERS, Route
from lineal_contract.validation import reason_of

Event = dict[str, Any]
Answer = dict[str, Any]
A = TypeVar("A", bound=BaseModel)

_RETRY_AFTER = frozenset({429, 503})
_PATHS = {name: TypeAdapter[str](kind) for name, kind in PATH_PARAMETERS.items()}


@dataclass(frozen=True)
class Call:
    """One request: its path, body and query as the contract types them, and who makes it.

    `actor` is the caller with their person, who has been let in.
    """

    path: Mapping[str, str]
    body: Any
    query: Any
    caller: Caller
    actor: Actor
    request_id: str
    route_key: str
    said: Said | None = None
    """The request itself, where it is done once and its client has named it."""

    @property
    def project(self) -> str:
        """The project in the path."""
        return self.path["project"]

    def cause(self) -> Cause:
        """Return who changes something, and when."""
        return Cause(self.actor, now(), self.request_id, said=self.said)


Handler = Callable[[Call], BaseModel]


class Api:
    """The routes of one function."""

    def __init__(self, before: Callable[[Call], None] | None = None) -> None:
        """`before` sees each call that fits its contract, and may refuse it."""
        self._before = before
        self._handlers: dict[str, tuple[Route[Any], Handler]] = {}

    def handles(self, route: Route[A]) -> Callable[[Callable[[Call], A]], Callable[[Call], A]]:
        """Register the handler of a route; it returns the route's answer."""

        def register(handler: Callable[[Call], A]) -> Callable[[Call], A]:
            self._handlers[route.key] = self._handlers[route.token_key] = (route, handler)
            return handler

        return register

    @property
    def keys(self) -> set[str]:
        """The route keys that are handled."""
        return set(self._handlers)

    def __call__(self, event: Event, context: object) -> Answer:
        """Answer an event of payload format 2.0."""
        request_id: str = event["requestContext"]["requestId"]
        logger.append_keys(request_id=request_id, route=event["routeKey"])
        answer = self._answer(event, request_id)
        answer["headers"][REQUEST_ID] = request_id
        logger.info("answered", extra={"status": answer["statusCode"]})
        return answer

    def _answer(self, event: Event, request_id: str) -> Answer:
        try:
            return self._handled(event, request_id)
        except CoreError as error:
            more = {"legal": error.legal, "changed": error.changed, "refused": error.refused}
            return _problem(error.code, error.detail, request_id, wait=error.retry_after, **more)
        except StaleError:
            detail = "somebody else changed the same record; send the same request again"
            return _problem(ProblemCode.CONTENTION, detail, request_id)
        except Exception:
            logger.exception("a request failed in a way nobody foresaw")
            return _problem(ProblemCode.INTERNAL, "something went wrong on our side", request_id)

    def _handled(self, event: Event, request_id: str) -> Answer:
        route, handler = self._handlers[event["routeKey"]]
        try:
            call = _call(event, route, request_id)
        except ValidationError as error:
            return _invalid(error, request_id)
        if self._before is not None:
            self._before(call)
        answer = handler(call)
        if not isinstance(answer, Tagged):
            return _json(route.status, answer.model_dump_json(), "application/json")
        return _tagged(answer, event, route.status)


def _call(event: Event, route: Route[Any], request_id: str) -> Call:
    path = {name: _path_value(name, value) for name, value in (event.get("pathParameters") or {}).items()}
    caller = caller_of(event)
    actor = backend().admission.admit(route, path.get("project"), caller)
    body = read_body(event, route.body) if route.body else None
    return Call(
        path=path,
        body=body,
        query=route.query.model_validate(event.get("queryStringParameters") or {}) if route.query else None,
        caller=caller,
        actor=actor,
        request_id=request_id,
        route_key=route.key,
        said=said_by(event, body, route.name, path, now()) if route.once else None,
    )


def _path_value(name: str, value: str) -> str:
    try:
        return _PATHS[name].validate_python(value)
    except ValidationError as error:
        raise InvalidRequestError(f"{name} in the path: {reason_of(error.errors()[0])}") from error


def _invalid(error: ValidationError, request_id: str) -> Answer:
    violations = tuple(
        Violation(field=".".join(map(str, e["loc"])), message=reason_of(e)) for e in error.errors()[:20]
    )
    detail = "the request does not fit the contract"
    return _problem(ProblemCode.INVALID_REQUEST, detail, request_id, violations=violations)


def _problem(code: ProblemCode, detail: str, request_id: str, *, wait: int = 1, **more: Any) -> Answer:
    problem = Problem(
        type=f"urn:lineal:problem:{code}",
        title=code.replace("_", " "),
        status=STATUS[code],
        code=code,
        detail=detail,
        request_id=request_id,
        **more,
    )
    answer = _json(problem.status, problem.model_dump_json(), MEDIA_TYPE)
    if problem.status in _RETRY_AFTER:
        answer["headers"]["retry-after"] = str(wait)
    return answer


def _tagged(answer: Tagged, event: Event, status: int) -> Answer:
    tag = answer.etag()
    asked = (event.get("headers") or {}).get("if-none-match", "")
    if tag in [each.strip().removeprefix("W/") for each in asked.split(",")]:
        found = _json(304, "", "application/json")
    else:
        found = _json(status, answer.model_dump_json(), "application/json")
    found["headers"] |= {"etag": tag, "cache-control": "no-cache"}
    return found


def _json(status: int, body: str, media_type: str) -> Answer:
    headers = {
        "content-type": media_type,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
