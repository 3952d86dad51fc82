"""The client: one object per API and project, one attribute per resource."""

import os
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lineal.errors import ConfigurationError
from lineal.http.api import Api
from lineal.http.transport import Transport
from lineal.http.transport.bearing import BearerTransport
from lineal.http.transport.http import LOOPBACK, HttpTransport
from lineal.http.transport.retry import STORAGE_STATUSES, RetryTransport
from lineal.http.transport.signing import SigningTransport
from lineal.resources.approvals import Approvals
from lineal.resources.artifacts import Artifacts
from lineal.resources.audit import Audit
from lineal.resources.cards import Cards
from lineal.resources.consumers import Consumers
from lineal.resources.endpoints import Endpoints
from lineal.resources.experiments import Experiments
from lineal.resources.mlflow import MlflowSurface
from lineal.resources.models import Models
from lineal.resources.people import People
from lineal.resources.policies import Policies
from lineal.resources.projects import Projects
from lineal.resources.quotas import Quotas
from lineal.resources.runs import Runs
from lineal.resources.tokens import Tokens
from lineal.resources.traces import Traces

if TYPE_CHECKING:
    from boto3.session import Session


_STORAGE_ATTEMPTS = 10  # about a minute: whoever sends gigabytes waits for a network that comes back


class Client:
    """Speaks to one lineal API about one project.

    `api_url` and `project` default to LINEAL_API_URL and LINEAL_PROJECT. Requests show `token`, by default
    LINEAL_TOKEN, where there is one. Without one, and where tokens are not taken, they are signed with the
    credentials of `session`, by default a new `boto3.Session`; one that is passed goes before LINEAL_TOKEN.
    A `transport` takes the place of network, signatures and retries. A client may be shared by threads.

    Raises ConfigurationError without an address; without a project, where a call needs one.
    """

    def __init__(
        self,
        api_url: str | None = None,
        project: str | None = None,
        session: "Session | None" = None,
        transport: Transport | None = None,
        token: str | None = None,
    ) -> None:
        url = api_url or os.environ.get("LINEAL_API_URL")
        if not url:
            raise ConfigurationError(
                "no API address: set LINEAL_API_URL, which `lineal local env` prints for a local stack, "
                "or pass api_url="
            )
        wire = HttpTransport()
        if token is None and session is None:
            token = os.environ.get("LINEAL_TOKEN") or None
        self._api = Api(
            _http_url(url),
            project or os.environ.get("LINEAL_PROJECT"),
            transport or RetryTransport(SigningTransport(wire, lambda: session or _new_session())),
            transport or RetryTransport(wire, attempts=_STORAGE_ATTEMPTS, statuses=STORAGE_STATUSES),
            _bearer(url, transport or RetryTransport(wire), token) if token else None,
        )

    @property
    def api_url(self) -> str:
        """The API's address."""
        return self._api.url

    @property
    def project(self) -> str:
        """The project. Raises ConfigurationError where none was given."""
        return self._api.project

    @cached_property
    def experiments(self) -> Experiments:
        """Experiments, their notes and tags."""
        return Experiments(self._api)

    @cached_property
    def runs(self) -> Runs:
        """Runs, their metrics and datasets."""
        return Runs(self._api)

    @cached_property
    def artifacts(self) -> Artifacts:
        """Stored content."""
        return Artifacts(self._api)

    @cached_property
    def models(self) -> Models:
        """Registered models and their versions."""
        return Models(self._api)

    @cached_property
    def mlflow(self) -> MlflowSurface:
        """The project as MLflow's clients see it."""
        return MlflowSurface(self._api)

    @cached_property
    def cards(self) -> Cards:
        """Model cards."""
        return Cards(self._api)

    @cached_property
    def consumers(self) -> Consumers:
        """Who uses models."""
        return Consumers(self._api)

    @cached_property
    def approvals(self) -> Approvals:
        """Requests for promotion, and decisions."""
        return Approvals(self._api)

    @cached_property
    def endpoints(self) -> Endpoints:
        """What is live."""
        return Endpoints(self._api)

    @cached_property
    def traces(self) -> Traces:
        """What stands behind what is live."""
        return Traces(self._api)

    @cached_property
    def people(self) -> People:
        """Person records, and who the caller is."""
        return People(self._api)

    @cached_property
    def projects(self) -> Projects:
        """Projects and their members."""
        return Projects(self._api)

    @cached_property
    def tokens(self) -> Tokens:
        """Bearer tokens."""
        return Tokens(self._api)

    @cached_property
    def policies(self) -> Policies:
        """Promotion rules."""
        return Policies(self._api)

    @cached_property
    def quotas(self) -> Quotas:
        """What the project may use, and uses."""
        return Quotas(self._api)

    @cached_property
    def audit(self) -> Audit:
        """Audit trails."""
        return Audit(self._api)


def _http_url(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ConfigurationError(f"the API address must begin with https:// or http://, not {url!r}")
    return url


def _bearer(url: str, inner: Transport, token: str) -> BearerTransport:
    if not url.startswith("https://") and urlsplit(url).hostname not in LOOPBACK:
        raise ConfigurationError("a token goes over https:// alone: whoever reads it on the way can use it")
    return BearerTransport(inner, token)


def _new_session() -> "Session":
    import boto3

    return boto3.Session()
