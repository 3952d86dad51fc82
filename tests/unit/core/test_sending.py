"""Events leave the outbox once the bus has taken them."""

from functions.core.ledger import Draft, Event
from functions.core.sending import GRACE, Sending, Swept
from lineal_contract.events import ApprovalRequested
from lineal_contract.policies import Stage
from tests import builders
from tests.builders import NOW
from tests.fakes.records import MemoryBus, MemoryOutbox


def event(at: int = NOW) -> Event:
    draft = Draft(builders.head(), builders.cause(at=at))
    asked = ApprovalRequested(
        approval_id=builders.hex_id(1), model="m", version=1, stage=Stage.STAGING, reason="try"
    )
    draft.record("approval.requested", "approval/1", asked)
    return draft.change().events[0]


def id_of(event: Event) -> str:
    return event.detail.metadata.event_id


class Post:
    """An outbox with these events, a bus, and what sends from one to the other."""

    def __init__(self, *events: Event) -> None:
        self.outbox, self.bus = MemoryOutbox(), MemoryBus()
        self.outbox.waiting = {id_of(e): e for e in events}
        self.sending = Sending(self.outbox, self.bus, lambda: NOW + GRACE)


def test_what_the_bus_takes_leaves_the_outbox_and_the_rest_stays() -> None:
    taken, refused = event(), event()
    post = Post(taken, refused)
    post.bus.refusing = {id_of(refused)}
    assert post.sending.send([taken, refused]) == {id_of(refused)}
    assert post.outbox.waiting == {id_of(refused): refused}


def test_the_sweep_leaves_young_events_to_the_stream() -> None:
    late, young = event(NOW - 1), event(NOW)
    post = Post(late, young)
    assert post.sending.resend() == Swept(1)
    assert post.bus.events == [late]
    assert post.outbox.waiting == {id_of(young): young}


def test_the_sweep_tells_how_long_the_oldest_refused_event_has_waited() -> None:
    taken, older, newer = event(NOW - 9), event(NOW - 5), event(NOW - 2)
    post = Post(taken, older, newer)
    post.bus.refusing = {id_of(older), id_of(newer)}
    assert post.sending.resend() == Swept(1, oldest_unsent=GRACE + 5)
    assert post.outbox.waiting


def test_a_record_that_is_no_event_keeps_back_no_other() -> None:
    post = Post(event(NOW - 1))
    post.outbox.unreadable = ("poison",)
    assert post.sending.resend() == Swept(1, ("poison",))
