"""Who has registered to use a model."""

from collections.abc import Iterator

from lineal.http.api import checked_input
from lineal.resources.base import Resource
from lineal_contract.lifecycle import Consumer, PutConsumer
from lineal_contract.routes import registry as routes


class Consumers(Resource):
    """Registered consumers: while one uses a version, it is not retired."""

    def list(self, model: str) -> Iterator[Consumer]:
        """Yield the consumers of a model, by name. Raises NotFoundError."""
        yield from self._api.call(routes.LIST_CONSUMERS, model=model).items

    def add(
        self, model: str, version: int | str, *, name: str, contact: str = "", note: str = ""
    ) -> Consumer:
        """Say that `name` uses a version, or whatever an alias points at, in place of what it used before."""
        with checked_input():
            body = PutConsumer(version=str(version), contact=contact, note=note)
        return self._api.call(routes.PUT_CONSUMER, body=body, model=model, consumer=name)

    def remove(self, model: str, name: str) -> None:
        """Forget a consumer; one that is not there is no error."""
        self._api.call(routes.REMOVE_CONSUMER, model=model, consumer=name)
