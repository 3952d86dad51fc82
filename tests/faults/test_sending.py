"""What webhooks are told: each call refused, unanswered, doubled or the last, and each receiver is told."""

from collections.abc import Iterator
from functools import partial
from importlib import import_module

import pytest

from functions.bootstrap.webhooks import WebhookRoom
from functions.core.webhooks.delivery import DELIVERY_ID, SIGNATURE, TIMESTAMP, signature
from functions.core.webhooks.keeping import Wanted
from lineal_contract.events import SOURCE, DetailType
from lineal_contract.webhooks import WebhookEvent
from tests import builders
from tests.builders import PROJECT
from tests.fakes.webhooks import Sent
from tests.faults.cloud import Cloud, cloud_of
from tests.faults.story import CHAPTERS, log_runs
from tests.faults.test_every_call import told_where
from tests.faults.wire import Fault

RECEIVERS = {"https://8.8.8.8/": "hush", "https://8.8.4.4/": "", "https://1.1.1.1/": "psst"}
"""Where the webhooks lead, and their secrets."""
EVENTS = (WebhookEvent.MODEL_VERSION_CREATED,)
MOST = 10
"""How often the queue brings a message before it gives it up."""


@pytest.fixture(scope="module")
def sent() -> Sent:
    return Sent()


@pytest.fixture(scope="module")
def cloud(sent: Sent) -> Iterator[Cloud]:
    """A cloud with webhooks, in which a version of a model has been registered."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(WebhookRoom, "_outbound", property(lambda room: sent))
        with cloud_of(monkeypatch) as made:
            log_runs(made)
            for url, secret in RECEIVERS.items():
                wanted = Wanted(name=url, url=url, events=EVENTS, description="", secret=secret)
                made.backend().webhooks.create(PROJECT, wanted, builders.cause())
            registered = next(n for n, each in enumerate(CHAPTERS) if "register" in each.route.name)
            for chapter in CHAPTERS[: registered + 1]:
                chapter.tell(made)
            yield made


def send_all(cloud: Cloud) -> None:
    """Bring the event to the queue, and what is in the queue to the function, until it is done with."""
    kind = DetailType.VERSION_REGISTERED
    cloud.queue.put({"source": SOURCE, "detail-type": kind, "detail": cloud.bus.details[kind]})
    handler = import_module("functions.webhooks.handler").handler
    for _ in range(MOST):
        records = cloud.queue.receive()
        answer = cloud.do(partial(handler, {"Records": records}, None))
        failed = {each["itemIdentifier"] for each in (answer or {}).get("batchItemFailures", ())}
        if answer is not None:
            cloud.queue.done(record["messageId"] for record in records if record["messageId"] not in failed)
    assert cloud.queue.receive() == [], "nothing is among the dead letters"


def heard(sent: Sent) -> dict[tuple[str, str], int]:
    """Return how often each news came to each receiver; each copy of it is signed as its webhook wants."""
    found: dict[tuple[str, str], int] = {}
    for at, headers, body in sent:
        url = f"https://{at.host}/"
        stamp = int(headers[TIMESTAMP])
        wanted = signature(RECEIVERS[url], headers[DELIVERY_ID], stamp, body.decode())
        assert headers.get(SIGNATURE) == (wanted if RECEIVERS[url] else None)
        found[url, headers[DELIVERY_ID]] = found.get((url, headers[DELIVERY_ID]), 0) + 1
    return found


def test_each_receiver_is_told_whatever_fails_and_knows_what_it_was_told_before(
    cloud: Cloud, sent: Sent
) -> None:
    cloud.wire.restart({})
    send_all(cloud)
    calls, once = cloud.wire.calls, heard(sent)
    assert sorted(url for url, _ in once) == sorted(RECEIVERS)
    assert set(once.values()) == {1}
    assert calls.count("sqs.send_message") == len(once)
    for place in range(len(calls)):
        for fault in Fault:
            with told_where(calls, {place: fault}):
                sent.clear()
                cloud.wire.restart({place: fault})
                send_all(cloud)
                cloud.wire.restart({})
                assert heard(sent).keys() == once.keys()


def test_a_receiver_that_fails_is_told_later_even_if_the_queue_does_not_hear_when(
    cloud: Cloud, sent: Sent
) -> None:
    sent.clear()
    sent.answers.extend([503, None])
    cloud.wire.restart({})
    send_all(cloud)
    calls, once = cloud.wire.calls, heard(sent).keys()
    put_off = [place for place, call in enumerate(calls) if call == "sqs.change_message_visibility"]
    assert len(put_off) == 2
    for place in put_off:
        for fault in Fault:
            with told_where(calls, {place: fault}):
                sent.clear()
                sent.answers.extend([503, None])
                cloud.wire.restart({place: fault})
                send_all(cloud)
                cloud.wire.restart({})
                assert heard(sent).keys() == once
