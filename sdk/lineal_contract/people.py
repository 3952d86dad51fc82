"""Who calls, and which human that is."""

from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Millis, PersonId, Wire
from lineal_contract.roles import Role

Principal = Annotated[str, Field(min_length=1, max_length=600, pattern=r"^[^\x00-\x20\x7f]+$")]
"""An identity as the gateway reports it: an IAM user's ARN, or an assumed role's session ARN."""


class Actor(Answer):
    """The caller of one request, from the request context alone; `person` when a record maps it.

    `principal` is an ARN, or `token/` and the id of a bearer token.
    """

    principal: str
    person: str | None = None

    @property
    def display_name(self) -> str:
        """The person, or the whole principal where no record maps it."""
        return self.person or self.principal

    @property
    def user_name(self) -> str:
        """The person, or the end of the principal: what other trackers show of a user."""
        return self.person or self.principal.rpartition("/")[2]


class PutPerson(Wire):
    """Records a human and the identities that are theirs. An identity belongs to one person."""

    name: Annotated[str, Field(min_length=1, max_length=250)]
    email: Annotated[str, Field(max_length=320)] | None = None
    identities: Annotated[tuple[Principal, ...], Field(max_length=20)] = ()


class UpdatePerson(Wire):
    """Gives a person identities, and takes identities away."""

    link: Annotated[tuple[Principal, ...], Field(max_length=20)] = ()
    unlink: Annotated[tuple[Principal, ...], Field(max_length=20)] = ()


class Person(Answer):
    """A human. `recorded_at` is since when; `removed_at` is set once they are no longer one of us."""

    person_id: PersonId
    name: str
    email: str | None = None
    identities: tuple[str, ...] = ()
    recorded_at: Millis = 0
    removed_at: Millis | None = None


class WhoAmI(Answer):
    """The caller as the server sees them; `role` and `expires_at` are those of a bearer token.

    `release` is the stack's; null where that does not say it yet.
    """

    actor: Actor
    account: str
    project: str
    name: str | None = None
    role: Role | None = None
    expires_at: Millis | None = None
    release: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] | None = None
