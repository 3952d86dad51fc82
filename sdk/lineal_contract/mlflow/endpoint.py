"""What an endpoint of the MLflow surface is, and where the surface stands."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from lineal_contract.mlflow.messages import Answer, Request
from lineal_contract.routes.route import Keyed

Q = TypeVar("Q", bound=Request)
A = TypeVar("A", bound=Answer)

JSON, TEXT, FILE = "application/json", "text/plain", "application/octet-stream"

PREFIXES = ("api", "ajax-api")
"""What clients and what browsers call; both are the same endpoints under the same authorisation."""


@dataclass(frozen=True)
class Gateway(Keyed):
    """A route of the HTTP API, which lets everything below the root through to the one function."""

    method: str
    path: str = "/mlflow/{project}/{proxy+}"
    function: str = "mlflow"
    takes_tokens: bool = True

    @property
    def name(self) -> str:
        """Its name among the routes."""
        return f"mlflow_{self.method.lower()}"


GATEWAYS = tuple(Gateway(method) for method in ("DELETE", "GET", "PATCH", "POST", "PUT"))


@dataclass(frozen=True)
class Endpoint(Generic[Q, A]):
    """One operation: what stands behind `/mlflow/{project}/api/{version}/` and the other prefixes.

    A segment in braces is a parameter and becomes a field of the request; `{name+}` takes all that follows.
    """

    name: str
    method: str
    path: str
    request: type[Q]
    answer: type[A]
    summary: str
    version: str = "2.0"
    reads: bool = False
    """Whether it only reads though it is a POST; a GET always does."""
    carries_file: bool = False
    """Whether the body is a file, not a message."""
    gives: str = JSON
    """What an answer's body is."""
    once: bool = False
    """Whether it is done once for each `Idempotency-Key`."""
    bare: bool = False
    """Whether it stands right behind the root, without prefix and version."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Behind the root, every path the endpoint answers at."""
        if self.bare:
            return (self.path,)
        return tuple(f"{prefix}/{self.version}/{self.path}" for prefix in PREFIXES)
