"""Endpoints: what is live, predictions from it, and the way back."""

from collections.abc import Iterator, Sequence
from typing import Any

from lineal.errors import NotFoundError
from lineal.http.api import checked_input, limited, paged
from lineal.http.polling import poll
from lineal.ids import new_id
from lineal.resources.base import Resource
from lineal_contract.base import Page
from lineal_contract.deployments import Deployment, Endpoint, Invocation, Prediction, Rollback
from lineal_contract.registry import PageQuery
from lineal_contract.routes import deployments as deployments_routes
from lineal_contract.routes import registry as registry_routes
from lineal_contract.routes import serving as serving_routes


class Endpoints(Resource):
    """The endpoints of the project."""

    def list(self, *, limit: int | None = None) -> Iterator[Endpoint]:
        """Yield the endpoints."""

        def fetch(token: str | None) -> Page[Endpoint]:
            return self._api.call(registry_routes.LIST_ENDPOINTS, query=PageQuery(page_token=token))

        return limited(paged(fetch), limit)

    def get(self, endpoint: str) -> Endpoint:
        """Return what is live at an endpoint. Raises NotFoundError."""
        return self._api.call(registry_routes.GET_ENDPOINT, endpoint=endpoint)

    def wait(self, endpoint: str, version: int, *, timeout: float = 300.0) -> Endpoint:
        """Poll until `version` is live at an endpoint, and return its record.

        Raises WaitTimeoutError after `timeout` seconds.
        """

        def live() -> Endpoint | None:
            try:
                record = self.get(endpoint)
            except NotFoundError:
                return None
            return record if record.version == version else None

        return poll(live, timeout, f"version {version} is not live at {endpoint}")

    def deployments(self, endpoint: str, *, limit: int | None = None) -> Iterator[Deployment]:
        """Yield an endpoint's deployments, newest first."""

        def fetch(token: str | None) -> Page[Deployment]:
            query = PageQuery(page_token=token)
            return self._api.call(registry_routes.LIST_DEPLOYMENTS, query=query, endpoint=endpoint)

        return limited(paged(fetch), limit)

    def predict(self, endpoint: str, inputs: Sequence[Sequence[float]] | Any) -> Prediction:
        """Return the live version's outputs for `inputs`: one row of numbers each, or a 2-D array."""
        rows = inputs.tolist() if hasattr(inputs, "tolist") else inputs
        with checked_input():
            request = Invocation.model_validate({"inputs": rows})
        return self._api.call(serving_routes.INVOKE, body=request, endpoint=endpoint)

    def rollback(self, endpoint: str, version: int | None = None, *, reason: str) -> Deployment:
        """Put an endpoint back on `version`, or on the one that was live before the current one."""
        with checked_input():
            request = Rollback(request_id=new_id(), version=version, reason=reason)
        return self._api.call(deployments_routes.ROLLBACK, body=request, endpoint=endpoint)
