"""What waits to be done: events for the bus, approvals to look after. And the bus."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.dynamo import Item, Table, sort_key
from functions.adapters.keys import registry as keys
from functions.adapters.keys.key import key
from functions.core.ledger import Event
from functions.core.ports.sending import Pending
from lineal_contract.events import SOURCE, DetailType, parse_detail

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

_BATCH = 10  # PutEvents takes at most ten entries
_BATCH_BYTES = 256 * 1024  # in one request, all entries together
_TIME_BYTES = 14  # what PutEvents counts for an entry's time
_SWEEP = 200


def event_of(item: Item) -> Event:
    """Return the event of an outbox item, from the table or from its stream.

    Raises ValueError (pydantic's ValidationError among them) or KeyError for an item that is none.
    """
    detail_type = DetailType(item["detail_type"]["S"])
    try:
        detail = json.loads(item["doc"]["S"])
    except RecursionError as error:
        raise ValueError("nested too deep to be read") from error
    return Event(detail_type, parse_detail(detail_type, detail))


@dataclass(frozen=True)
class DynamoOutbox:
    """The `Outbox` port."""

    table: Table

    def pending(self, before: int) -> Pending:
        """Return what every shard holds from before a time; one bad record keeps back no other."""
        events: list[Event] = []
        unreadable: list[str] = []
        for item in (i for shard in keys.outbox_shards() for i in self.table.query(shard, limit=_SWEEP)):
            try:
                if int(item["occurred_at"]["N"]) < before:
                    events.append(event_of(item))
            except (ValueError, KeyError):
                unreadable.append(sort_key(item))
        return Pending(tuple(events), tuple(unreadable))

    def sent(self, event_id: str) -> None:
        """Delete an event."""
        self.table.delete(keys.outbox(event_id))


@dataclass(frozen=True)
class DynamoOpenWork:
    """The `OpenWork` port: the entries of one list, by default `OPEN_APPROVALS`."""

    table: Table
    partition: str = keys.OPEN_APPROVALS

    def list(self) -> list[tuple[str, str]]:
        """Return what is on the list; one of thousands is still read within a second."""
        items = self.table.query(self.partition)
        parts = (sort_key(item).partition("#") for item in items)
        return [(project, name) for name, _, project in parts]

    def done(self, project: str, name: str) -> None:
        """Delete an entry."""
        self.table.delete(key(self.partition, f"{name}#{project}"))


@dataclass(frozen=True)
class EventBus:
    """The `Bus` port."""

    client: "EventBridgeClient"
    name: str

    def put(self, events: Sequence[Event]) -> list[str]:
        """Send events in batches; a batch that fails whole counts as not accepted."""
        accepted: list[str] = []
        for batch in _batches(events):
            accepted += self._put_batch(batch)
        return accepted

    def _put_batch(self, batch: Sequence[Event]) -> list[str]:
        try:
            answer = self.client.put_events(Entries=[self._entry(event) for event in batch])
        except (BotoCoreError, ClientError):
            return []
        results = zip(batch, answer["Entries"], strict=True)
        return [event.detail.metadata.event_id for event, entry in results if "EventId" in entry]

    def _entry(self, event: Event) -> "PutEventsRequestEntryTypeDef":
        return {
            "Time": event.detail.metadata.occurred_at,
            "Source": SOURCE,
            "DetailType": event.detail_type.value,
            "Detail": event.detail.model_dump_json(),
            "EventBusName": self.name,
        }


def _batches(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Yield what one request has room for: one event too many would have all of them refused, every time."""
    batch: list[Event] = []
    size = 0
    for event in events:
        takes = _bytes_of(event)
        if batch and (len(batch) == _BATCH or size + takes > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += takes
    if batch:
        yield batch


def _bytes_of(event: Event) -> int:
    texts = SOURCE, event.detail_type.value, event.detail.model_dump_json()
    return _TIME_BYTES + sum(len(text.encode()) for text in texts)
