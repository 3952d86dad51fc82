"""The name that a client gives a request, so that a repetition of it is known."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from functions.core.causes import KEPT_SECONDS, Said
from functions.core.errors import InvalidRequestError
from lineal_contract.base import RecordId
from lineal_contract.digests import json_digest
from lineal_contract.routes.route import IDEMPOTENCY_KEY

_ID = TypeAdapter[str](RecordId)
_HEADER = IDEMPOTENCY_KEY.lower()  # as the gateway hands headers on


def said_by(
    event: Mapping[str, Any], body: BaseModel | None, operation: str, path: Mapping[str, str], now: int
) -> Said | None:
    """Return what a request says that comes at `now`, or None for one that its client has not named.

    Raises InvalidRequestError for a name that is neither 32 hex digits nor a UUID.
    """
    name = (event.get("headers") or {}).get(_HEADER)
    if name is None:
        return None
    return said_as(_id(name), digest_of(body, operation, path), now)


def said_as(request_id: str, digest: str, now: int) -> Said:
    """Return what is kept of a request that comes at `now`, UTC milliseconds."""
    return Said(request_id, digest, expires_at=now // 1000 + KEPT_SECONDS)


def digest_of(body: BaseModel | None, operation: str, path: Mapping[str, str]) -> str:
    """Return the digest of all that a request says beside its name."""
    return json_digest([operation, dict(path), body.model_dump(mode="json") if body is not None else None])


def _id(name: str) -> str:
    try:
        return _ID.validate_python(name.replace("-", "").lower())
    except ValidationError as error:
        raise InvalidRequestError(f"{IDEMPOTENCY_KEY}: a UUID, with or without hyphens") from error
