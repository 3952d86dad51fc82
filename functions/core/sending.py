"""The outbox: events leave it once the bus has accepted them, by the stream or by a later sweep."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.core.ledger import Event
from functions.core.ports.sending import Bus, Outbox
from functions.core.ports.world import Clock

GRACE = 60_000
"""How long the stream has for an event before the sweep sends it too, milliseconds."""


@dataclass(frozen=True)
class Swept:
    """How many late events went out, the ids of records that no event can be read from, and what is left.

    `oldest_unsent` is how long the oldest event that the bus refused has waited, milliseconds; 0 if none has.
    """

    sent: int
    unreadable: tuple[str, ...] = ()
    oldest_unsent: int = 0


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
        waiting = [self._age(e) for e in late.events if e.detail.metadata.event_id in unsent]
        return Swept(len(late.events) - len(unsent), late.unreadable, max(waiting, default=0))

    def _age(self, event: Event) -> int:
        return self.clock() - int(event.detail.metadata.occurred_at.timestamp() * 1000)
