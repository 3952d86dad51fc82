"""Registered models and their versions."""

from collections.abc import Iterator, Mapping
from itertools import islice

from lineal.api import checked_input, paged
from lineal.ids import new_id
from lineal.resources.approvals import Approval
from lineal.resources.base import Bound, Resource
from lineal.resources.traces import Trace, Traces, Verified
from lineal_contract import routes
from lineal_contract.approvals import RequestPromotion
from lineal_contract.base import Page
from lineal_contract.policies import Stage
from lineal_contract.registry import Model, ModelVersion, PageQuery, RegisterVersion


class Version(Bound, ModelVersion):
    """A version as it was when it was read."""

    def refresh(self) -> "Version":
        """Return the version as it is now."""
        return Models(self._api).version(self.model, self.version)

    def promote(self, stage: Stage | str, *, reason: str) -> Approval:
        """Ask for this version to enter `stage`; asking again while it is open gives the same approval."""
        return Models(self._api).promote(self.model, self.version, stage, reason=reason)

    def trace(self, *, verify: bool = False) -> Trace:
        """Return all that stands behind this version; with `verify`, its bytes are hashed again."""
        return Traces(self._api).of_version(self.model, self.version, verify=verify)

    def verify(self) -> Verified:
        """Have the server hash the stored bytes of this version and compare."""
        return Traces(self._api).verify(self.model, self.version)


class Models(Resource):
    """The registered models of the project."""

    def list(self, *, limit: int | None = None) -> Iterator[Model]:
        """Yield the registered models."""

        def fetch(token: str | None) -> Page[Model]:
            return self._api.call(routes.LIST_MODELS, query=PageQuery(page_token=token))

        return islice(paged(fetch), limit)

    def get(self, model: str) -> Model:
        """Return a registered model. Raises NotFoundError."""
        return self._api.call(routes.GET_MODEL, model=model)

    def register(
        self,
        model: str,
        artifact: str,
        *,
        run_id: str,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        request_id: str | None = None,
    ) -> Version:
        """Make the next version of `model` from an artifact of a run, and the model if it is new.

        A second call with the same `request_id` gives the same version.
        """
        with checked_input():
            request = RegisterVersion(
                run_id=run_id,
                artifact=artifact,
                request_id=request_id or new_id(),
                description=description,
                tags=dict(tags or {}),
            )
        return Version.bind(self._api.call(routes.REGISTER_VERSION, body=request, model=model), self._api)

    def versions(self, model: str, *, limit: int | None = None) -> Iterator[Version]:
        """Yield the versions of a model, newest first."""

        def fetch(token: str | None) -> Page[ModelVersion]:
            return self._api.call(routes.LIST_VERSIONS, query=PageQuery(page_token=token), model=model)

        return islice((Version.bind(record, self._api) for record in paged(fetch)), limit)

    def version(self, model: str, version: int) -> Version:
        """Return one version. Raises NotFoundError."""
        record = self._api.call(routes.GET_VERSION, model=model, version=version)
        return Version.bind(record, self._api)

    def promote(self, model: str, version: int, stage: Stage | str, *, reason: str) -> Approval:
        """Ask for a version to enter `stage`."""
        with checked_input():
            request = RequestPromotion.model_validate({"stage": stage, "reason": reason})
        record = self._api.call(routes.REQUEST_PROMOTION, body=request, model=model, version=version)
        return Approval.bind(record, self._api)
