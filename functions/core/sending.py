"""The outbox: events leave it once the bus has accepted them, by the stream or by a later sweep."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.core.ledger import Event
from functions.core.ports import Bus, Clock, Outbox

GRACE = 60_000
"""How long the stream has for an event before the sweep sends it too, milliseconds."""


@dataclass(frozen=True)
class Swept:
    """How many late events went out, and the ids of records that no event can be read from."""

    sent: int
    unreadable: tuple[str, ...]


@dataclass(frozen=True)
class Sending:
    """Brings committed events to the bus at least once."""

    outbox: Outbox
    bus: Bus
    clock: Clock

    def send(self, events: Sequence[Event]) -> set[str]:
        """Send events and forget the accepted ones; return the ids of those that must be sent again."""
        wanted = {event.detail.metadata.event_id for event in events}
        accepted = set(self.bus.put(events))
        for event_id in sorted(accepted):
            self.outbox.sent(event_id)
        return wanted - accepted

    def resend(self) -> Swept:
        """Send what the stream did not deliver in time."""
        late = self.outbox.pending(self.clock() - GRACE)
        unsent = self.send(late.events) if late.events else set()
        return Swept(len(late.events) - len(unsent), late.unreadable)
