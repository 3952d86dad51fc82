"""Registered models."""

from collections.abc import Iterator, Mapping

from lineal.http.api import checked_input, limited, paged
from lineal.resources.registering import Registering
from lineal.resources.versions import Versions, parsed_reference, search_query
from lineal_contract.base import Page
from lineal_contract.pulls import Pull
from lineal_contract.registry import CreateModel, Describe, Model, RenameModel
from lineal_contract.routes import registry as routes
from lineal_contract.signatures import SigningKey


class Models(Registering, Versions):
    """The registered models of the project, and their versions."""

    def list(self, filter: str = "", *, order_by: str = "", limit: int | None = None) -> Iterator[Model]:  # noqa: A002 - the word users of other trackers know
        """Yield the registered models that fit a filter, by name or in another order."""

        def fetch(token: str | None) -> Page[Model]:
            return self._api.call(routes.LIST_MODELS, query=search_query(filter, order_by, token))

        return limited(paged(fetch), limit)

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

    def delete_alias(self, model: str, alias: str) -> Model:
        """Take an alias away; one that is not there is no error. Raises NotFoundError for the model."""
        return self._api.call(routes.DELETE_ALIAS, model=model, alias=alias)
