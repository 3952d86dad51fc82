"""Events as API Gateway sends them, and an API to send them to."""

from typing import Any

from functions.http import Api, Call
from lineal_contract.problems import Problem
from lineal_contract.registry import PageQuery
from lineal_contract.routes.route import Route
from lineal_contract.runs import UpdateRun
from lineal_contract.series import MetricPoint
from tests.gateway import signed, user

PRINCIPAL = user("ann")
ROUTE = Route(
    "probe", "POST", "/v1/projects/{project}/probe", "probe", MetricPoint,
    body=UpdateRun, query=PageQuery, status=201,
)  # fmt: skip
ANSWER = MetricPoint(step=1, timestamp=2, value=3.0)


class Probe:
    """An API with one route, which notes the calls that reach its handler."""

    def __init__(self, route: Route[Any] = ROUTE, failure: BaseException | None = None) -> None:
        self.api = Api()
        self.route = route
        self.calls: list[Call] = []
        self._failure = failure
        self.api.handles(route)(self._handle)

    def send(self, body: str | None = "{}", **changed: Any) -> dict[str, Any]:
        """Answer an event with `changed` fields."""
        return self.api(event(self.route) | {"body": body} | changed, None)

    def refusal(self, body: str | None = "{}", **changed: Any) -> Problem:
        """Return the problem that an event ends in, having reached no handler."""
        problem = problem_of(self.send(body, **changed))
        assert self.calls == []
        return problem

    def _handle(self, call: Call) -> MetricPoint:
        self.calls.append(call)
        if self._failure is not None:
            raise self._failure
        return ANSWER


def event(route: Route[Any], **path: str) -> dict[str, Any]:
    """Return an event of payload format 2.0 that fits a route."""
    return signed(route, path or {"project": "team"}, PRINCIPAL, "request-1")


def problem_of(answer: dict[str, Any]) -> Problem:
    """Return the problem of an answer that is one in every way."""
    assert answer["headers"]["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer["body"])
    assert problem.status == answer["statusCode"]
    assert problem.type == f"urn:lineal:problem:{problem.code}"
    assert problem.request_id == "request-1"
    return problem
