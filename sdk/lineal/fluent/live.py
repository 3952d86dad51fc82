"""What is live, what stands behind it, and who may change it."""

from collections.abc import Iterator, Sequence
from typing import Any

from lineal.client import Client
from lineal.errors import InputError
from lineal.fluent.clients import default_client
from lineal.resources.approvals import Approval
from lineal.resources.traces import Trace
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.deployments import Deployment, Endpoint, Prediction
from lineal_contract.people import WhoAmI


def trace(
    endpoint: str | None = None,
    *,
    model: str | None = None,
    version: int | None = None,
    verify: bool = False,
    client: Client | None = None,
) -> Trace:
    """Return all that stands behind a live endpoint, or behind a version of a model.

    With `verify` the server hashes the stored bytes, and `Trace.verified` says whether they match.
    """
    traces = (client or default_client()).traces
    if endpoint is not None and model is None and version is None:
        return traces.of_endpoint(endpoint, verify=verify)
    if endpoint is None and model is not None and version is not None:
        return traces.of_version(model, version, verify=verify)
    raise InputError("trace takes either endpoint=, or model= and version=")


def predict(
    endpoint: str, inputs: Sequence[Sequence[float]] | Any, *, client: Client | None = None
) -> Prediction:
    """Return what the live version of `endpoint` gives for rows of numbers."""
    return (client or default_client()).endpoints.predict(endpoint, inputs)


def rollback(
    endpoint: str, version: int | None = None, *, reason: str, client: Client | None = None
) -> Deployment:
    """Put an endpoint back on `version`, or on the one that was live before the current one."""
    return (client or default_client()).endpoints.rollback(endpoint, version, reason=reason)


def get_approval(approval_id: str) -> Approval:
    """Return an approval. Raises NotFoundError."""
    return default_client().approvals.get(approval_id)


def list_approvals(
    *, status: ApprovalStatus | str | None = None, model: str | None = None, limit: int | None = None
) -> Iterator[Approval]:
    """Yield approvals, newest first."""
    return default_client().approvals.list(status=status, model=model, limit=limit)


def get_endpoint(endpoint: str) -> Endpoint:
    """Return what is live at an endpoint. Raises NotFoundError."""
    return default_client().endpoints.get(endpoint)


def list_endpoints(*, limit: int | None = None) -> Iterator[Endpoint]:
    """Yield the endpoints, each with what is live there."""
    return default_client().endpoints.list(limit=limit)


def list_deployments(endpoint: str, *, limit: int | None = None) -> Iterator[Deployment]:
    """Yield what was deployed to an endpoint, newest first."""
    return default_client().endpoints.deployments(endpoint, limit=limit)


def whoami() -> WhoAmI:
    """Return the caller as the server sees them."""
    return default_client().people.me()
