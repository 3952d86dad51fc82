"""Bearer tokens: made by people for themselves, presented to the gateway, revoked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from functions.core.audit.trails import Note, Recorder
from functions.core.causes import Cause
from functions.core.errors import (
    AlreadyExistsError,
    ForbiddenError,
    NotFoundError,
    UnauthenticatedError,
    UnknownPersonError,
)
from functions.core.ports.access import People, TokenStore
from functions.core.ports.world import Clock
from lineal_contract.base import Answer, Millis, Page, PersonId, ProjectName, RecordId
from lineal_contract.roles import Role
from lineal_contract.tokens import CreateToken, Token, is_token, secret_digest

if TYPE_CHECKING:
    from functions.core.access.admission import Admission

TOKEN_PRINCIPAL = "token/"  # noqa: S105 - the beginning of a name, not a token
"""How identities begin that are tokens; no ARN does."""
DAY_MILLIS = 24 * 60 * 60 * 1000


class Grant(Answer):
    """What a valid token gives, as the gateway hands it to each function."""

    token_id: RecordId
    project: ProjectName
    person: PersonId
    role: Role
    expires_at: Millis

    def context(self) -> dict[str, str]:
        """Return the grant as an authorizer's context; every value is text."""
        return {name: str(value) for name, value in self}

    @classmethod
    def from_context(cls, context: object) -> "Grant":
        """Return the grant in a request's context. Raises UnauthenticatedError without a whole one."""
        if not isinstance(context, dict):
            raise UnauthenticatedError("the request has no token")
        try:
            return cls.model_validate(context | {"expires_at": int(context.get("expires_at", ""))})
        except (ValueError, TypeError, ValidationError) as error:
            raise UnauthenticatedError("the request has no token") from error

    @property
    def principal(self) -> str:
        """The token as an identity."""
        return f"{TOKEN_PRINCIPAL}{self.token_id}"


@dataclass(frozen=True)
class Bearing:
    """Looks at what a request presents."""

    store: TokenStore
    people: People
    clock: Clock

    def grant(self, presented: str) -> Grant | None:
        """Return what an `Authorization` header grants; None for anything but a token that holds."""
        scheme, _, secret = presented.strip().partition(" ")
        if scheme.lower() != "bearer" or not is_token(secret):
            return None
        token = self.store.find(secret_digest(secret))
        if token is None or token.revoked_at is not None or self.clock() >= token.expires_at:
            return None
        return _grant(token) if self._still_there(token) else None

    def _still_there(self, token: Token) -> bool:
        """Whether the token's person has been there ever since: who comes back brings no tokens along."""
        person = self.people.get(token.person)
        return person is not None and person.removed_at is None and person.recorded_at <= token.created_at


def _grant(token: Token) -> Grant:
    return Grant(
        token_id=token.token_id,
        project=token.project,
        person=token.person,
        role=token.role,
        expires_at=token.expires_at,
    )


@dataclass(frozen=True)
class Tokens:
    """Makes, lists and revokes tokens."""

    store: TokenStore
    admission: "Admission"
    recorder: Recorder

    def create(self, project: str, wanted: CreateToken, cause: Cause) -> Token:
        """Store a token for the caller; the same request again returns the same one.

        Raises UnknownPersonError for a caller who is no person, ForbiddenError for a role they do not hold,
        AlreadyExistsError for an id or a secret of another token.
        """
        person = cause.actor.person
        if person is None:
            raise UnknownPersonError("a token is a person's, and your identity belongs to no person record")
        if wanted.role not in self.admission.roles(project, person):
            raise ForbiddenError(f"{person} does not have the role {wanted.role} in project {project}")
        token = _made(project, person, wanted, cause)

        def attempt(note: Note) -> Token:
            present = self.store.find(wanted.secret_digest) or self.store.get(project, token.token_id)
            if present is not None:
                return self._same(token, wanted.secret_digest)
            details = token.model_dump(mode="json", include={"person", "role", "name", "expires_at"})
            entry = note.entry("token.created", f"token/{token.token_id}", **details)
            self.store.create(token, wanted.secret_digest, entry)
            return token

        return self.recorder.run(project, cause, attempt)

    def _same(self, token: Token, digest: str) -> Token:
        present = self.store.find(digest)
        if present is None or _identity(present) != _identity(token):
            raise AlreadyExistsError("there is another token with this id or this secret")
        return present

    def list(self, project: str, person: str | None, page_size: int, page_token: str | None) -> Page[Token]:
        """Return tokens of a project, newest first: one person's, or everybody's.

        A page of one person's may be short, since the others are left out of it.
        """
        page = self.store.list(project, page_size, page_token)
        if person is None:
            return page
        return page.model_copy(update={"items": tuple(t for t in page.items if t.person == person)})

    def revoke(self, project: str, token_id: str, owner: str | None, cause: Cause) -> Token:
        """Revoke a token, once; `owner` is whose it must be. Raises NotFoundError."""

        def attempt(note: Note) -> Token:
            token = self.store.get(project, token_id)
            if token is None or owner not in (None, token.person):
                raise NotFoundError(f"project {project} has no token {token_id} of yours")
            if token.revoked_at is not None:
                return token
            revoked = token.model_copy(update={"revoked_at": cause.at, "revoked_by": cause.actor})
            entry = note.entry("token.revoked", f"token/{token_id}", person=token.person)
            self.store.revoke(revoked, entry)
            return revoked

        return self.recorder.run(project, cause, attempt)


def _made(project: str, person: str, wanted: CreateToken, cause: Cause) -> Token:
    return Token(
        token_id=wanted.token_id,
        project=project,
        person=person,
        role=wanted.role,
        name=wanted.name,
        created_at=cause.at,
        expires_at=cause.at + wanted.expires_in_days * DAY_MILLIS,
        created_by=cause.actor,
    )


def _identity(token: Token) -> tuple[str, ...]:
    return token.token_id, token.project, token.person, token.role
