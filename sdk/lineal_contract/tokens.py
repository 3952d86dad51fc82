"""Bearer tokens: for programs and places that have no AWS credentials.

The client makes the secret and sends its digest alone, so that the server never has what it would have to
keep safe, and a repeated request makes no second token.
"""

import re
import secrets
from hashlib import sha256
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Digest, Millis, PersonId, ProjectName, RecordId, Wire
from lineal_contract.people import Actor
from lineal_contract.roles import Role

PREFIX = "lineal_"
"""How every token begins, so that scanners for leaked secrets can tell one."""
MAX_DAYS = 365
_SECRET_BYTES = 32
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


class CreateToken(Wire):
    """Makes a token with one of the caller's own roles in the project; `secret_digest` is its SHA-256."""

    token_id: RecordId
    secret_digest: Digest
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
    role: Role
    expires_in_days: Annotated[int, Field(ge=1, le=MAX_DAYS, strict=True)] = 30


class Token(Answer):
    """A token without its secret, which the server does not have."""

    token_id: RecordId
    project: ProjectName
    person: PersonId
    role: Role
    name: str
    created_at: Millis
    expires_at: Millis
    created_by: Actor
    revoked_at: Millis | None = None
    revoked_by: Actor | None = None


def new_secret() -> str:
    """Return a fresh token: 256 random bits behind the prefix."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def is_token(text: str) -> bool:
    """Say whether a text has the form of a token."""
    return _FORM.fullmatch(text) is not None


def secret_digest(token: str) -> str:
    """Return what the server knows a token by; nobody guesses 256 random bits from their SHA-256."""
    return sha256(token.encode()).hexdigest()
