"""Events that are wrong, late or not ours: each is told from the good ones beside it, which go on."""

import copy
import json
from importlib import import_module
from typing import Any

import pytest

from lineal_contract.events import DetailType
from tests.fakes.backend import MemoryBackend
from tests.unit.functions.test_samples import answer, backend, sample, walk

__all__ = ["backend"]

Event = dict[str, Any]
POISON: dict[str, Any] = {
    "unknown type": {"detail-type": "Model Version Exploded"},
    "no type": {"detail-type": None},
    "other type": {"detail-type": DetailType.APPROVAL_CLOSED},
    "no detail": {"detail": None},
    "detail is text": {"detail": "{}"},
    "detail is empty": {"detail": {}},
    "other schema": {"metadata": {"schema_version": 2}},
    "no sequence": {"metadata": {"sequence": None}},
    "no time": {"metadata": {"occurred_at": "tomorrow"}},
    "no person": {"metadata": {"actor": "ann"}},
    "other fields": {"data": {"model": 7, "version": "1e3", "approval_id": ["x"]}},
}


def changed(event: Event, change: Event) -> Event:
    """Return an event with other fields; those of its detail are merged."""
    changed = copy.deepcopy(event)
    for part in change.keys() & {"metadata", "data"}:
        changed["detail"][part] |= change[part]
    return changed | {name: change[name] for name in change.keys() - {"metadata", "data"}}


def batch(*bodies: str) -> Event:
    """Return messages of the queue that is read for webhooks; they are numbered."""
    (record,) = sample("webhooks/announce")["Records"]
    return {"Records": [record | {"messageId": str(n), "body": body} for n, body in enumerate(bodies)]}


def announced() -> Event:
    event: Event = json.loads(sample("webhooks/announce")["Records"][0]["body"])
    return event


def webhooks(event: Event) -> list[str]:
    failed = import_module("functions.webhooks.handler").handler(event, None)["batchItemFailures"]
    return [each["itemIdentifier"] for each in failed]


@pytest.mark.parametrize("change", [*POISON.values(), {"source": "evil"}], ids=[*POISON, "other source"])
def test_one_message_that_cannot_be_read_keeps_back_no_other(backend: MemoryBackend, change: Event) -> None:
    walk(backend, until="mlflow/set_model_version_tag")
    good, bad = json.dumps(announced()), json.dumps(changed(announced(), change))
    assert webhooks(batch(good, bad, good)) == ["1"]
    assert [notice.event for notice in backend.notices] == ["model_version_tag.set"] * 2


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '"detail-type"', "{}", "\ud800", "[" * 10_000])
def test_nor_does_one_that_is_no_event_at_all(backend: MemoryBackend, body: str) -> None:
    walk(backend, until="mlflow/set_model_version_tag")
    assert webhooks(batch(json.dumps(announced()), body)) == ["1"]
    assert len(backend.notices) == 1


def test_an_event_that_comes_twice_has_one_delivery_id(backend: MemoryBackend) -> None:
    walk(backend, until="mlflow/set_model_version_tag")
    good = json.dumps(announced())
    assert webhooks(batch(good, good)) == []
    first, again = backend.notices
    assert first.delivery_id == again.delivery_id


@pytest.mark.parametrize("change", POISON.values(), ids=POISON)
def test_an_event_that_is_wrong_is_mailed_to_nobody(backend: MemoryBackend, change: Event) -> None:
    walk(backend, until="approval_steps/ask")
    mail = import_module("functions.notifications.handler").handler
    assert mail(changed(sample("notifications/pending"), change), None) == {"told": False}
    assert backend.mail.sent == []
    assert answer("notifications/pending") == {"told": True}


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])
def test_the_time_that_an_event_tells_decides_nothing(backend: MemoryBackend, when: str) -> None:
    walk(backend, until="approval_steps/apply")
    event = sample("deployment_steps/open")
    event["detail"]["metadata"]["occurred_at"] = when
    opened = import_module("functions.deployment_steps.handler").handler(event, None)
    assert opened["outcome"] == "deploy"
    assert answer("deployment_steps/open")["deployment_id"] == opened["deployment_id"]


def test_one_record_of_the_stream_that_cannot_be_read_keeps_back_no_other(backend: MemoryBackend) -> None:
    good = sample("relay/batch")["Records"][0]
    records = [copy.deepcopy(good) for _ in range(4)]
    records[0]["dynamodb"]["NewImage"] = {}
    records[1]["dynamodb"]["NewImage"]["doc"] = {"S": "[" * 10_000}
    records[2]["dynamodb"]["NewImage"]["detail_type"] = {"S": "Unknown"}
    for number, record in enumerate(records):
        record["dynamodb"]["SequenceNumber"] = str(number)
    handler = import_module("functions.relay.handler").handler
    assert handler({"Records": records}, None) == {"batchItemFailures": []}
    assert len(backend.bus.events) == 1
