"""The outbox, its stream's records, and the bus."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import ANY, Stubber

from functions.adapters.dynamo import Table
from functions.adapters.keys import registry as keys
from functions.adapters.models import DynamoModels
from functions.adapters.outbox import DynamoOutbox, EventBus, event_of
from functions.core.ledger import Draft, Event
from lineal_contract.events import SOURCE, ModelDescribed
from tests import builders
from tests.builders import NOW
from tests.unit.core.test_sending import event, id_of

EVENTS = [event(NOW + n) for n in range(12)]


def store(table: Table, *events: Event) -> None:
    """Commit events as a model's change does."""
    models = DynamoModels(table)
    before = models.head(builders.PROJECT, builders.MODEL)
    draft = Draft(before or builders.head(), builders.cause())
    draft.record("test.changed", "test")
    models.commit(before, replace(draft.change(), events=tuple(events)))


def test_what_was_committed_is_pending_until_it_was_sent(tables: dict[str, Table]) -> None:
    outbox = DynamoOutbox(tables["registry"])
    store(tables["registry"], *EVENTS)
    waiting = outbox.pending(NOW + 5)
    assert sorted(map(id_of, waiting.events)) == sorted(map(id_of, EVENTS[:5]))
    assert all(event in EVENTS for event in waiting.events)
    outbox.sent(id_of(EVENTS[0]))
    outbox.sent(id_of(EVENTS[0]))
    assert len(outbox.pending(NOW + 5).events) == 4


@pytest.mark.parametrize(
    "poison",
    [
        {},
        {"occurred_at": {"N": "1"}},
        {"occurred_at": {"N": "1"}, "detail_type": {"S": "Unknown"}, "doc": {"S": "{}"}},
        {"occurred_at": {"N": "1"}, "detail_type": {"S": "Approval Requested"}, "doc": {"S": "not JSON"}},
        {"occurred_at": {"N": "1"}, "detail_type": {"S": "Approval Requested"}, "doc": {"S": "{}"}},
    ],
)
def test_a_record_that_is_no_event_keeps_back_no_other(tables: dict[str, Table], poison: Any) -> None:
    table = tables["registry"]
    store(table, *EVENTS)
    table.put(keys.outbox("0" * 32), poison)
    waiting = DynamoOutbox(table).pending(NOW + 100)
    assert len(waiting.events) == len(EVENTS)
    assert waiting.unreadable == ("0" * 32,)


def test_an_outbox_item_is_read_as_the_event_it_was(tables: dict[str, Table]) -> None:
    store(tables["registry"], EVENTS[0])
    item = tables["registry"].get(keys.outbox(id_of(EVENTS[0])))
    assert item is not None
    assert event_of(item) == EVENTS[0]


def test_the_bus_takes_ten_events_at_a_time_and_names_those_it_took() -> None:
    client = boto3.client("events")
    taken, failed = {"EventId": "1"}, {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow"}
    with Stubber(client) as stub:
        stub.add_response(
            "put_events", {"FailedEntryCount": 1, "Entries": [taken] * 9 + [failed]}, {"Entries": ANY}
        )
        stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": [taken, taken]}, {"Entries": ANY})
        accepted = EventBus(client, "lineal").put(EVENTS)
        stub.assert_no_pending_responses()
    assert accepted == [id_of(e) for e in EVENTS if e is not EVENTS[9]]


def test_a_batch_that_fails_whole_does_not_keep_back_the_next() -> None:
    client = boto3.client("events")
    with Stubber(client) as stub:
        stub.add_client_error("put_events", "InternalException")
        stub.add_response(
            "put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}] * 2}, {"Entries": ANY}
        )
        assert EventBus(client, "lineal").put(EVENTS) == [id_of(e) for e in EVENTS[10:]]


def test_large_events_go_in_requests_that_the_bus_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    client, sizes = boto3.client("events"), list[int]()
    large = ModelDescribed(model="m", set_tags={f"k{n}": "v" * 8_000 for n in range(10)})
    told = [replace(each, detail=each.detail.model_copy(update={"data": large})) for each in EVENTS]

    def put(**request: Any) -> dict[str, Any]:
        entries = request["Entries"]
        sizes.append(sum(len(e["Detail"]) + len(e["Source"]) + len(e["DetailType"]) + 14 for e in entries))
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}] * len(entries)}

    monkeypatch.setattr(client, "put_events", put)
    assert EventBus(client, "lineal").put(told) == [id_of(each) for each in EVENTS]
    assert max(sizes) <= 256 * 1024 and len(sizes) == 4


def test_a_bus_that_is_not_reached_took_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("events")

    def unreachable(**request: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://events")

    monkeypatch.setattr(client, "put_events", unreachable)
    assert EventBus(client, "lineal").put(EVENTS) == []


def test_an_event_on_the_bus_has_its_source_type_and_time() -> None:
    client = boto3.client("events")
    entry = {
        "Time": datetime.fromtimestamp(NOW / 1000, UTC),
        "Source": SOURCE,
        "DetailType": "Approval Requested",
        "Detail": EVENTS[0].detail.model_dump_json(),
        "EventBusName": "lineal",
    }
    with Stubber(client) as stub:
        answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
        stub.add_response("put_events", answer, {"Entries": [entry]})
        assert EventBus(client, "lineal").put(EVENTS[:1]) == [id_of(EVENTS[0])]
