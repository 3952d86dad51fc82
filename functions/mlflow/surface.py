"""From an HTTP API event to an endpoint's handler and back. Every error is answered in MLflow's form here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from functions.bootstrap import Backend, backend, now
from functions.callers import caller_of
from functions.core.access.admission import Caller
from functions.core.causes import Cause, Said
from functions.core.errors import CoreError, StaleError
from functions.mlflow.locations import Locations
from functions.mlflow.paths import AnyEndpoint, find
from functions.mlflow.refusals import RefusedError, invalid, refused
from functions.mlflow.replies import Reply, failed, of_json
from functions.mlflow.requests import read
from functions.observability import logger
from functions.repeating import digest_of, said_as, said_by
from lineal_contract.base import ProjectName
from lineal_contract.ids import new_id
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.errors import ErrorCode
from lineal_contract.mlflow.messages import Answer, Request
from lineal_contract.people import Actor
from lineal_contract.problems import REQUEST_ID
from lineal_contract.projects import ArtifactScheme
from lineal_contract.quotas import Limit

Event = dict[str, Any]
Q = TypeVar("Q", bound=Request)
A = TypeVar("A", bound=Answer)

_PROJECT = TypeAdapter[str](ProjectName)


@dataclass(frozen=True)
class Call(Generic[Q]):
    """One request in a project, and who makes it."""

    project: str
    request: Q
    caller: Caller
    actor: Actor
    request_id: str
    event: Event
    endpoint: AnyEndpoint

    @property
    def backend(self) -> Backend:
        """The use cases."""
        return backend()

    @property
    def now(self) -> int:
        """The time, UTC milliseconds."""
        return now()

    @cached_property
    def locations(self) -> Locations:
        """The project's locations of files as this caller sees them."""
        return Locations(self.backend.staging.uri(self.project), proxied=self._is_proxied())

    def _is_proxied(self) -> bool:
        if self.caller.grant is not None:  # a token is no key to the bucket
            return True
        project = self.backend.projects.get(self.project)
        return project is not None and project.mlflow.artifacts is ArtifactScheme.PROXY

    @cached_property
    def said(self) -> Said | None:
        """The request itself, where it is done once and its client has named it."""
        return self.said_by(self.request)

    def said_by(self, part: BaseModel) -> Said | None:
        """Return the same of the part of a request that is done once: values of metrics have no digest."""
        if not self.endpoint.once:
            return None
        return said_by(self.event, part, self.endpoint.name, {}, self.now)

    def cause(self) -> Cause:
        """Return who changes something, and when."""
        return Cause(self.actor, now(), self.request_id, said=self.said)

    def named_cause(self) -> Cause:
        """Return the same with a name that is made here, if need be: so that what is made is known again."""
        said = self.said or said_as(new_id(), digest_of(self.request, self.request_id, {}), self.now)
        return replace(self.cause(), said=said)


class Surface:
    """The endpoints with their handlers."""

    def __init__(self) -> None:
        self._handlers: dict[str, Callable[[Call[Any]], Answer | Reply]] = {}

    def handles(
        self, endpoint: Endpoint[Q, A]
    ) -> Callable[[Callable[[Call[Q]], A | Reply]], Callable[[Call[Q]], A | Reply]]:
        """Register the handler of an endpoint; it returns its answer, or a reply that is no JSON."""

        def register(handler: Callable[[Call[Q]], A | Reply]) -> Callable[[Call[Q]], A | Reply]:
            self._handlers[endpoint.name] = handler
            return handler

        return register

    @property
    def names(self) -> set[str]:
        """The endpoints that are handled."""
        return set(self._handlers)

    def __call__(self, event: Event, context: object) -> dict[str, Any]:
        """Answer an event of payload format 2.0."""
        request_id: str = event["requestContext"]["requestId"]
        logger.append_keys(request_id=request_id, route=event["routeKey"])
        reply = self._reply(event, request_id)
        reply["headers"][REQUEST_ID] = request_id
        logger.info("answered", extra={"status": reply["statusCode"]})
        return reply

    def _reply(self, event: Event, request_id: str) -> Reply:
        try:
            return self._handled(event, request_id)
        except RefusedError as error:
            return failed(error)
        except CoreError as error:
            return failed(refused(error))
        except StaleError:
            message = "somebody else changed the same record; send the same request again"
            return failed(RefusedError(ErrorCode.TEMPORARILY_UNAVAILABLE, message))
        except Exception:
            logger.exception("a request failed in a way nobody foresaw")
            return failed(RefusedError(ErrorCode.INTERNAL_ERROR, "something went wrong on our side"))

    def _handled(self, event: Event, request_id: str) -> Reply:
        endpoint, path = find(event["requestContext"]["http"]["method"], event["pathParameters"]["proxy"])
        logger.append_keys(endpoint=endpoint.name)
        caller, project = caller_of(event), _project(event)
        call = Call(
            project=project,
            actor=backend().admission.admit(_called(event, endpoint), project, caller),
            request=read(event, endpoint, path),  # a stranger hears nothing of what fits
            caller=caller,
            request_id=request_id,
            event=event,
            endpoint=endpoint,
        )
        call.backend.quotas.spend(project, Limit.REQUESTS_PER_MINUTE, 1)
        answer = self._handler(endpoint)(call)
        return answer if isinstance(answer, dict) else of_json(answer.to_json())

    def _handler(self, endpoint: AnyEndpoint) -> Callable[[Call[Any]], Answer | Reply]:
        return self._handlers[endpoint.name]


def _project(event: Event) -> str:
    try:
        return _PROJECT.validate_python(event["pathParameters"]["project"])
    except ValidationError as error:
        raise invalid(error) from error


@dataclass(frozen=True)
class _Called:
    """An endpoint at the path it is called by, as the rules of access look at it."""

    name: str
    method: str
    path: str
    takes_tokens: bool = True


def _called(event: Event, endpoint: AnyEndpoint) -> _Called:
    return _Called(endpoint.name, endpoint.method, f"/mlflow/{{project}}/{event['pathParameters']['proxy']}")


surface = Surface()
