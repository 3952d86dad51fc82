"""Model cards."""

from lineal.http.api import checked_input
from lineal.resources.base import Resource
from lineal_contract.cards import CardQuery, ModelCard, PutCard, ShownCard
from lineal_contract.routes import registry as routes


class Cards(Resource):
    """What people write about versions; every revision stays readable."""

    def get(self, model: str, version: int | str, *, revision: int | None = None) -> ShownCard:
        """Return a version's card, or an earlier revision of it. Raises NotFoundError."""
        with checked_input():
            query = CardQuery(revision=revision)
        return self._api.call(routes.GET_CARD, query=query, model=model, version=version)

    def put(
        self, model: str, version: int | str, card: ModelCard, *, replaces: str | None = None
    ) -> ShownCard:
        """Add a revision; the same words again make none.

        With `replaces`, the digest it was written on: ConflictError where somebody else was faster.
        """
        with checked_input():
            body = PutCard(card=card, replaces=replaces)
        return self._api.call(routes.PUT_CARD, body=body, model=model, version=version)
