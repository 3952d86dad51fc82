"""Who makes a change, and what an audit trail records of it."""

from dataclasses import dataclass
from typing import Any

from lineal_contract.audit import AuditRecord
from lineal_contract.audit import chained as follow
from lineal_contract.people import Actor


@dataclass(frozen=True)
class Said:
    """A request that has an id of its own: what it says as a digest, and the id of what it made."""

    request_id: str
    digest: str
    made: str = ""


@dataclass(frozen=True)
class Cause:
    """Who makes a change, when, and which request or event it follows from.

    `said` is the request itself where its client has named it, to be done once.
    """

    actor: Actor
    at: int
    correlation_id: str
    causation_id: str | None = None
    said: Said | None = None


def chained(
    previous: str, sequence: int, cause: Cause, action: str, subject: str, details: dict[str, Any]
) -> AuditRecord:
    """Return the record that follows the one with the digest `previous`."""
    return follow(previous, sequence, cause.actor, cause.at, action, subject, details)
