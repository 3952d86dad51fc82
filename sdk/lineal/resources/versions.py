"""Versions of registered models: to find, to name, to describe and to bring further."""

from collections.abc import Iterator, Mapping

from lineal.errors import InputError
from lineal.http.api import checked_input, limited, paged
from lineal.resources.approvals import Approval
from lineal.resources.base import Bound, Resource
from lineal.resources.traces import Trace, Traces, Verified
from lineal_contract.approvals import RequestPromotion
from lineal_contract.base import Page
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction
from lineal_contract.policies import Stage
from lineal_contract.references import Reference, reference
from lineal_contract.registry import Describe, ModelVersion, PageQuery, SearchQuery, SetAlias
from lineal_contract.routes import registry as routes


def search_query(filter_: str, order_by: str, token: str | None) -> SearchQuery:
    """Return the query of a page. Raises InputError."""
    with checked_input():
        return SearchQuery(filter=filter_, order_by=order_by, page_token=token)


def parsed_reference(text: str) -> Reference:
    """Return what `MODEL@VERSION` names. Raises InputError."""
    try:
        return reference(text)
    except ValueError as error:
        raise InputError(str(error)) from error


class Version(Bound, ModelVersion):
    """A version as it was when it was read."""

    def refresh(self) -> "Version":
        """Return the version as it is now."""
        return Versions(self._api).version(self.model, self.version)

    def promote(self, stage: Stage | str, *, reason: str) -> Approval:
        """Ask for this version to enter `stage`; asking again while it is open gives the same approval."""
        return Versions(self._api).promote(self.model, self.version, stage, reason=reason)

    def set_alias(self, alias: str, *, reason: str = "") -> "Version":
        """Point an alias at this version. Raises ConflictError where rules leave it to an approval."""
        return Versions(self._api).set_alias(self.model, alias, self.version, reason=reason)

    def describe(
        self, description: str | None = None, *, tags: Mapping[str, str | None] | None = None
    ) -> "Version":
        """Change description and tags; a tag that is None is taken away."""
        return Versions(self._api).describe_version(self.model, self.version, description, tags=tags)

    def deprecate(self, reason: str, *, successor: int | str | None = None) -> "Version":
        """Warn of this version; it is not promoted any more."""
        return self._change(LifecycleAction.DEPRECATE, reason, successor)

    def reinstate(self, reason: str) -> "Version":
        """Take a deprecation back."""
        return self._change(LifecycleAction.REINSTATE, reason)

    def archive(self, reason: str) -> "Version":
        """Move this version to stage archived."""
        return self._change(LifecycleAction.ARCHIVE, reason)

    def retire(self, reason: str) -> "Version":
        """End the use of this version for good. Raises ConflictError, naming who still uses it."""
        return self._change(LifecycleAction.RETIRE, reason)

    def _change(self, action: LifecycleAction, reason: str, successor: int | str | None = None) -> "Version":
        models = Versions(self._api)
        return models.change_lifecycle(self.model, self.version, action, reason=reason, successor=successor)

    def trace(self, *, verify: bool = False) -> Trace:
        """Return all that stands behind this version; with `verify`, its bytes are hashed again."""
        return Traces(self._api).of_version(self.model, self.version, verify=verify)

    def verify(self) -> Verified:
        """Have the server hash the stored bytes of this version and compare."""
        return Traces(self._api).verify(self.model, self.version)


class Versions(Resource):
    """The versions of all models of the project."""

    def find_versions(
        self,
        filter: str = "",  # noqa: A002 - the word users of other trackers know
        *,
        order_by: str = "",
        limit: int | None = None,
    ) -> Iterator[Version]:
        """Yield versions of all models that fit a filter."""

        def fetch(token: str | None) -> Page[ModelVersion]:
            return self._api.call(routes.FIND_VERSIONS, query=search_query(filter, order_by, token))

        return limited((Version.bind(record, self._api) for record in paged(fetch)), limit)

    def versions(self, model: str, *, limit: int | None = None) -> Iterator[Version]:
        """Yield the versions of a model, newest first."""

        def fetch(token: str | None) -> Page[ModelVersion]:
            return self._api.call(routes.LIST_VERSIONS, query=PageQuery(page_token=token), model=model)

        return limited((Version.bind(record, self._api) for record in paged(fetch)), limit)

    def version(self, model: str, version: int | str) -> Version:
        """Return a version by number, alias, semantic version, `latest`, `production` or commit.

        Raises NotFoundError.
        """
        record = self._api.call(routes.GET_VERSION, model=model, version=version)
        return Version.bind(record, self._api)

    def at(self, reference: str) -> Version:
        """Return the version that `MODEL@VERSION` or a `models:/` URI names. Raises NotFoundError."""
        found = parsed_reference(reference)
        return self.version(found.model, str(found.selector))

    def set_alias(self, model: str, alias: str, version: int | str, *, reason: str = "") -> Version:
        """Point an alias at a version; it has one at a time."""
        with checked_input():
            body = SetAlias(version=str(version), reason=reason)
        record = self._api.call(routes.SET_ALIAS, body=body, model=model, alias=alias)
        return Version.bind(record, self._api)

    def describe_version(
        self,
        model: str,
        version: int | str,
        description: str | None = None,
        *,
        tags: Mapping[str, str | None] | None = None,
    ) -> Version:
        """Change a version's description and tags; a tag that is None is taken away."""
        with checked_input():
            body = Describe(description=description, tags=dict(tags or {}))
        record = self._api.call(routes.DESCRIBE_VERSION, body=body, model=model, version=version)
        return Version.bind(record, self._api)

    def change_lifecycle(
        self,
        model: str,
        version: int | str,
        action: LifecycleAction | str,
        *,
        reason: str,
        successor: int | str | None = None,
    ) -> Version:
        """Deprecate, reinstate, archive, retire or delete. Raises ConflictError, naming who uses it."""
        instead = None if successor is None else str(successor)
        with checked_input():
            body = ChangeLifecycle.model_validate({"action": action, "reason": reason, "successor": instead})
        record = self._api.call(routes.CHANGE_LIFECYCLE, body=body, model=model, version=version)
        return Version.bind(record, self._api)

    def promote(self, model: str, version: int | str, stage: Stage | str, *, reason: str) -> Approval:
        """Ask for a version to enter `stage`."""
        with checked_input():
            request = RequestPromotion.model_validate({"stage": stage, "reason": reason})
        record = self._api.call(routes.REQUEST_PROMOTION, body=request, model=model, version=version)
        return Approval.bind(record, self._api)
