"""Registered models and their versions."""

from collections.abc import Iterator, Mapping
from itertools import islice

from lineal.errors import InputError
from lineal.http.api import checked_input, paged
from lineal.ids import new_id
from lineal.resources.approvals import Approval
from lineal.resources.artifacts import Artifacts
from lineal.resources.base import Bound, Resource
from lineal.resources.traces import Trace, Traces, Verified
from lineal.transfer.file_lists import Listed, check_count
from lineal_contract.approvals import RequestPromotion
from lineal_contract.artifacts import MAX_INLINE_FILES, ArtifactFile, ManifestEntry, ModelInfo
from lineal_contract.base import Page
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction
from lineal_contract.policies import Stage
from lineal_contract.pulls import Pull
from lineal_contract.references import Reference, reference
from lineal_contract.registry import (
    CreateModel,
    Describe,
    Model,
    ModelVersion,
    PageQuery,
    RegisterVersion,
    RenameModel,
    SearchQuery,
    SetAlias,
)
from lineal_contract.routes import registry as routes
from lineal_contract.semver import Bump
from lineal_contract.signatures import SigningKey


def _search(filter_: str, order_by: str, token: str | None) -> SearchQuery:
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
        return Models(self._api).version(self.model, self.version)

    def promote(self, stage: Stage | str, *, reason: str) -> Approval:
        """Ask for this version to enter `stage`; asking again while it is open gives the same approval."""
        return Models(self._api).promote(self.model, self.version, stage, reason=reason)

    def set_alias(self, alias: str, *, reason: str = "") -> "Version":
        """Point an alias at this version. Raises ConflictError where rules leave it to an approval."""
        return Models(self._api).set_alias(self.model, alias, self.version, reason=reason)

    def describe(
        self, description: str | None = None, *, tags: Mapping[str, str | None] | None = None
    ) -> "Version":
        """Change description and tags; a tag that is None is taken away."""
        return Models(self._api).describe_version(self.model, self.version, description, tags=tags)

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
        models = Models(self._api)
        return models.change_lifecycle(self.model, self.version, action, reason=reason, successor=successor)

    def trace(self, *, verify: bool = False) -> Trace:
        """Return all that stands behind this version; with `verify`, its bytes are hashed again."""
        return Traces(self._api).of_version(self.model, self.version, verify=verify)

    def verify(self) -> Verified:
        """Have the server hash the stored bytes of this version and compare."""
        return Traces(self._api).verify(self.model, self.version)


class Models(Resource):
    """The registered models of the project."""

    def list(self, filter: str = "", *, order_by: str = "", limit: int | None = None) -> Iterator[Model]:  # noqa: A002 - the word users of other trackers know
        """Yield the registered models that fit a filter, by name or in another order."""

        def fetch(token: str | None) -> Page[Model]:
            return self._api.call(routes.LIST_MODELS, query=_search(filter, order_by, token))

        return islice(paged(fetch), limit)

    def find_versions(
        self,
        filter: str = "",  # noqa: A002 - the word users of other trackers know
        *,
        order_by: str = "",
        limit: int | None = None,
    ) -> Iterator[Version]:
        """Yield versions of all models that fit a filter."""

        def fetch(token: str | None) -> Page[ModelVersion]:
            return self._api.call(routes.FIND_VERSIONS, query=_search(filter, order_by, token))

        return islice((Version.bind(record, self._api) for record in paged(fetch)), limit)

    def signing_key(self) -> SigningKey:
        """Return the public key that versions are signed with. Raises NotFoundError where none are."""
        return self._api.call(routes.GET_SIGNING_KEY)

    def pull(self, reference: str, *, etag: str | None = None) -> tuple[Pull | None, str]:
        """Return what a name means now and its tag, or None while `etag` holds."""
        found = parsed_reference(reference)
        return self._api.call_if_changed(
            routes.PULL_VERSION, etag=etag, model=found.model, version=str(found.selector)
        )

    def get(self, model: str) -> Model:
        """Return a registered model. Raises NotFoundError."""
        return self._api.call(routes.GET_MODEL, model=model)

    def create(self, model: str, *, description: str = "", tags: Mapping[str, str] | None = None) -> Model:
        """Make a model without versions. Raises ConflictError where there is one."""
        with checked_input():
            body = CreateModel(model=model, description=description, tags=dict(tags or {}))
        return self._api.call(routes.CREATE_MODEL, body=body)

    def describe(
        self,
        model: str,
        description: str | None = None,
        *,
        tags: Mapping[str, str | None] | None = None,
    ) -> Model:
        """Change a model's description and tags; a tag that is None is taken away."""
        with checked_input():
            body = Describe(description=description, tags=dict(tags or {}))
        return self._api.call(routes.DESCRIBE_MODEL, body=body, model=model)

    def rename(self, model: str, name: str) -> Model:
        """Give a model another name; versions, aliases, tags and cards come along, and their trail goes on.

        Raises ConflictError where something outside goes by the name it has: an approval, a deployment, a
        consumer, production; and for a name that another model has or had. Nobody has the old name again.
        """
        with checked_input():
            body = RenameModel(name=name)
        return self._api.call(routes.RENAME_MODEL, body=body, model=model)

    def delete(self, model: str) -> Model:
        """Delete a model that nothing uses; its version numbers are not given again."""
        return self._api.call(routes.DELETE_MODEL, model=model)

    def register(
        self,
        model: str,
        artifact: str,
        *,
        run_id: str,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        semver: str | None = None,
        bump: Bump | str | None = None,
        commit: str | None = None,
        request_id: str | None = None,
    ) -> Version:
        """Make the next version of `model` from an artifact of a run, and the model if it is new.

        With `semver`, or `bump` (major, minor, patch or auto) it gets a semantic version too; `commit` is the
        run's own where it is not given. A second call with the same `request_id` gives the same version.
        """
        with checked_input():
            request = RegisterVersion.model_validate(
                {
                    "run_id": run_id,
                    "artifact": artifact,
                    "request_id": request_id or new_id(),
                    "description": description,
                    "tags": dict(tags or {}),
                    "semver": semver,
                    "bump": bump,
                    "commit": commit,
                }
            )
        return self._register(model, request)

    def register_outside(
        self,
        model: str,
        files: Mapping[str, str],
        *,
        source: str,
        info: ModelInfo | None = None,
        metrics: Mapping[str, float] | None = None,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        semver: str | None = None,
        bump: Bump | str | None = None,
        commit: str | None = None,
        request_id: str | None = None,
    ) -> Version:
        """Make a version of stored files that no run of the project made, and mark it so.

        `files` maps paths to content addresses; `lineal.register_files` stores a file or folder first.
        """
        artifacts, paths = Artifacts(self._api), sorted(files)
        check_count(len(paths))
        named = Listed(tuple(ArtifactFile.model_construct(path=p, digest=files[p]) for p in paths))
        if len(paths) > MAX_INLINE_FILES:
            stored = artifacts.stored(files[path] for path in paths)
            pins = zip(paths, stored, strict=True)
            named = artifacts.store_list([ManifestEntry(path=path, object=each) for path, each in pins])
        with checked_input():
            outside = {
                "source": source,
                "files": [file.model_dump() for file in named.files],
                "manifest": named.manifest,
                "info": info,
                "metrics": dict(metrics or {}),
            }
            request = RegisterVersion.model_validate(
                {
                    "outside": outside,
                    "request_id": request_id or new_id(),
                    "description": description,
                    "tags": dict(tags or {}),
                    "semver": semver,
                    "bump": bump,
                    "commit": commit,
                }
            )
        return self._register(model, request)

    def _register(self, model: str, request: RegisterVersion) -> Version:
        return Version.bind(self._api.call(routes.REGISTER_VERSION, body=request, model=model), self._api)

    def versions(self, model: str, *, limit: int | None = None) -> Iterator[Version]:
        """Yield the versions of a model, newest first."""

        def fetch(token: str | None) -> Page[ModelVersion]:
            return self._api.call(routes.LIST_VERSIONS, query=PageQuery(page_token=token), model=model)

        return islice((Version.bind(record, self._api) for record in paged(fetch)), limit)

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

    def delete_alias(self, model: str, alias: str) -> Model:
        """Take an alias away; one that is not there is no error. Raises NotFoundError for the model."""
        return self._api.call(routes.DELETE_ALIAS, model=model, alias=alias)

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
