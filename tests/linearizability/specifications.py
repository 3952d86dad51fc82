"""What a model does when one client at a time asks: the sequential truth that histories are held against."""

from typing import Any, NamedTuple


def numbers(latest: int, call: tuple[Any, ...]) -> tuple[int, Any]:
    """The counter of versions: `register` gives the next number, `latest` says the last."""
    if call[0] == "register":
        return latest + 1, latest + 1
    return latest, latest


def alias(points_at: int | None, call: tuple[Any, ...]) -> tuple[int | None, Any]:
    """One alias: `set`, `get` and `remove`."""
    if call[0] == "set":
        return call[1], "set"
    if call[0] == "remove":
        return None, "removed"
    return points_at, points_at


class Request(NamedTuple):
    """A version on its way to production, and the approval it needs; `decided` is (person, verdict)."""

    stage: str = "development"
    status: str = "requested"
    baseline: int | None = None
    decided: tuple[str, str] | None = None


class Stages(NamedTuple):
    """Request `n` is for version `n + 1`."""

    production: int | None
    requests: tuple[Request, ...]

    def put(self, number: int, request: Request) -> "Stages":
        """Return the state with another request of a version."""
        return self._replace(
            requests=(*self.requests[: number - 1], request, *self.requests[number:]),
        )


def stages(state: Stages, call: tuple[Any, ...]) -> tuple[Stages, Any]:
    """Approvals of one person's word for production, and where the versions stand."""
    if call[0] == "production":
        return state, state.production
    request = state.requests[call[1] - 1]
    if call[0] == "stage":
        return state, request.stage
    return _STEPS[call[0]](state, request, *call[1:])


def _evaluate(state: Stages, request: Request, number: int) -> tuple[Stages, Any]:
    if request.status == "approved":
        return state, "proceed"
    if request.status not in ("requested", "pending"):
        return state, "closed"
    if request.status == "pending" and request.baseline == state.production:
        return state, "ask"
    return state.put(number, Request("staging", "pending", state.production)), "ask"


def _decide(state: Stages, request: Request, number: int, who: str, verdict: str) -> tuple[Stages, Any]:
    if request.decided is not None and request.decided[0] == who:
        return state, request.status if request.decided[1] == verdict else "decided_otherwise"
    if request.status != "pending":
        return state, "not_pending"
    status = "approved" if verdict == "approve" else "rejected"
    return state.put(number, request._replace(status=status, decided=(who, verdict))), status


def _apply(state: Stages, request: Request, number: int) -> tuple[Stages, Any]:
    if request.status == "applied":
        return state, "applied"
    if request.status != "approved":
        return state, "closed"
    if request.baseline != state.production:
        return state.put(number, request._replace(status="requested", decided=None)), "evaluate"
    if state.production is not None:
        replaced = state.requests[state.production - 1]
        state = state.put(state.production, replaced._replace(stage="archived"))
    state = state.put(number, request._replace(stage="production", status="applied"))
    return state._replace(production=number), "applied"


_STEPS = {"evaluate": _evaluate, "decide": _decide, "apply": _apply}
