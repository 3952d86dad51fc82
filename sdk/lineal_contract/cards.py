"""Model cards: what people write about a version, in revisions that never change."""

from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Digest, Millis, ModelName, Text, Wire
from lineal_contract.digests import json_digest
from lineal_contract.people import Actor

_Line = Annotated[str, Field(max_length=500)]


class ModelCard(Wire):
    """What a version is for and what it is not. Texts are markdown; what is not known stays empty."""

    intended_use: Text = ""
    out_of_scope: Text = ""
    limitations: Text = ""
    ethical_considerations: Text = ""
    evaluation: Text = ""
    data: Text = ""
    training: Text = ""
    owner: _Line = ""
    contact: _Line = ""
    licence: _Line = ""
    references: Text = ""

    def filled(self) -> tuple[str, ...]:
        """Return the names of the fields that say something."""
        return tuple(name for name in type(self).model_fields if getattr(self, name).strip())

    def digest(self) -> str:
        """Return the SHA-256 of the card."""
        return json_digest(self.model_dump(mode="json"))


CARD_FIELDS = tuple(ModelCard.model_fields)


class PutCard(Wire):
    """A new revision. `replaces` is the digest of the one it was written on; another one since is a 409."""

    card: ModelCard
    replaces: Digest | None = None


class CardRef(Answer):
    """The current revision of a version's card, and which fields it fills."""

    revision: int
    digest: Digest
    filled: tuple[str, ...]


class CardRevision(Answer):
    """One revision as it was written."""

    model: ModelName
    version: int
    revision: int
    digest: Digest
    card: ModelCard
    written_by: Actor
    written_at: Millis


class CardFact(Answer):
    """Something a card says that nobody had to write: `source` is the run or the version it is known from."""

    field: str
    text: str
    source: str


class ShownCard(Answer):
    """A version's card: what was written, what is known without, and who wrote the rest.

    `missing` are fields that neither says. `current` is null while nobody has written anything.
    """

    model: ModelName
    version: int
    card: ModelCard
    facts: tuple[CardFact, ...]
    missing: tuple[str, ...]
    current: CardRef | None
    revision: CardRevision | None


class CardQuery(Wire):
    """Which revision to show; the current one when not given."""

    revision: Annotated[int, Field(ge=1, le=10_000)] | None = None
