"""Events on their way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.core.ledger import Event


class Outbox(Protocol):
    """Events that were committed and not yet sent."""

    def pending(self, before: int) -> "Pending":
        """Return what was committed before a time, UTC milliseconds."""

    def sent(self, event_id: str) -> None:
        """Forget an event that the bus has accepted."""


@dataclass(frozen=True)
class Pending:
    """Events that wait, and the ids of records that are no events."""

    events: tuple[Event, ...]
    unreadable: tuple[str, ...] = ()


class Bus(Protocol):
    """The event bus."""

    def put(self, events: Sequence[Event]) -> list[str]:
        """Send events; return the ids of those the bus accepted."""
