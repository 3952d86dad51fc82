"""Who makes a change, and what an audit trail records of it."""

from dataclasses import dataclass, field
from typing import Any

from lineal_contract.audit import AuditRecord
from lineal_contract.audit import chained as follow
from lineal_contract.people import Actor

KEPT_SECONDS = 30 * 86_400
"""How long it is known that a request is done: longer than anybody goes on sending one."""


@dataclass(frozen=True)
class Said:
    """A request that has an id of its own: what it says as a digest, and the id of what it made.

    After `expires_at`, in epoch seconds, it is as if it had never been; what was kept before there was an end
    has None. It is no part of what is said: the same request that comes again ends later.
    """

    request_id: str
    digest: str
    made: str = ""
    expires_at: int | None = field(default=None, compare=False)

    @property
    def came_at(self) -> int | None:
        """When it came, in epoch seconds."""
        return None if self.expires_at is None else self.expires_at - KEPT_SECONDS

    def ended_before(self, later: "Said") -> bool:
        """Whether this one is forgotten when a later one comes; the table removes it some days after that."""
        if self.expires_at is None or later.came_at is None:
            return False
        return self.expires_at <= later.came_at


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
