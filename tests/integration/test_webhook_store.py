"""Webhooks: the fake and the table by the same tests; and the adapters that lead out."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext, create_default_context
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.adapters import outbound
from functions.adapters.dynamo import Table
from functions.adapters.outbound import NameServers, PinnedOutbound
from functions.adapters.trails import DynamoTrails
from functions.adapters.webhooks import DynamoWebhooks, NoticeQueue, notice_of
from functions.core.audit.trails import Note
from functions.core.errors import StaleError, UnavailableError
from functions.core.ports.audit import Entry
from functions.core.ports.webhooks import Address, Notice
from lineal_contract.webhooks import Webhook, WebhookEvent
from tests import builders
from tests.builders import NOW
from tests.certificates import self_signed
from tests.fakes.trails import MemoryTrails
from tests.fakes.webhooks import MemoryWebhooks

HOOK = Webhook(
    project="team",
    webhook_id="0" * 31 + "1",
    name="ci",
    url="https://ci.example.com/",
    events=(WebhookEvent.MODEL_VERSION_CREATED,),
    signed=True,
    created_at=NOW,
    updated_at=NOW,
    created_by=builders.ANN,
)


class Stores:
    """A store with the trail that it writes to."""

    def __init__(self, kind: str, table: Table) -> None:
        memory = MemoryTrails()
        self.trails = memory if kind == "memory" else DynamoTrails(table)
        self.webhooks = MemoryWebhooks(memory) if kind == "memory" else DynamoWebhooks(table)

    def put(self, webhook: Webhook, secret: str | None = None) -> None:
        self.webhooks.put(webhook, secret, self.entry())

    def entry(self) -> Entry:
        note = Note(self.trails.head("team"), builders.cause())
        return note.entry("webhook.changed", "webhook/1")


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest, tables: dict[str, Table]) -> Stores:
    return Stores(request.param, tables["registry"])


def revised(webhook: Webhook, **said: Any) -> Webhook:
    return webhook.model_copy(update={**said, "revision": webhook.revision + 1})


def test_webhooks_are_kept_by_project_with_a_record_of_each_change(stores: Stores) -> None:
    other = HOOK.model_copy(update={"webhook_id": "0" * 31 + "0"})
    stores.put(HOOK, "a secret")
    stores.put(other, "")
    assert stores.webhooks.list("team") == [other, HOOK]
    assert stores.webhooks.list("others") == []
    assert stores.webhooks.get("team", HOOK.webhook_id) == HOOK
    assert stores.webhooks.get("others", HOOK.webhook_id) is None
    stores.put(revised(HOOK, name="again"))
    assert [each.name for each in stores.webhooks.list("team")] == ["ci", "again"]
    assert stores.trails.head("team").sequence == 3


def test_secrets_stand_apart_and_stay_until_they_are_replaced(stores: Stores) -> None:
    stores.put(HOOK, "a secret")
    changed = revised(HOOK, name="again")
    stores.put(changed)
    assert stores.webhooks.secret("team", HOOK.webhook_id) == "a secret"
    assert stores.webhooks.secret("others", HOOK.webhook_id) == ""
    stores.put(revised(changed, deleted_at=NOW, signed=False), "")
    assert stores.webhooks.secret("team", HOOK.webhook_id) == ""


def test_a_change_of_what_was_changed_since_is_refused(stores: Stores) -> None:
    stores.put(HOOK, "first")
    stores.put(revised(HOOK, name="faster"), "second")
    for late in (HOOK, revised(HOOK, name="late")):
        with pytest.raises(StaleError):
            stores.put(late, "third")
    before = stores.entry()
    stores.put(revised(revised(HOOK)), "fourth")
    with pytest.raises(StaleError):
        stores.webhooks.put(revised(revised(revised(HOOK))), "fifth", before)
    assert stores.webhooks.secret("team", HOOK.webhook_id) == "fourth"


def test_notices_go_through_the_queue_as_they_are(_ambient: None) -> None:
    with mock_aws():
        client = boto3.client("sqs")
        queue = NoticeQueue(client, client.create_queue(QueueName="notices")["QueueUrl"])
        said = Notice("team", HOOK.webhook_id, "id", WebhookEvent.PROMPT_CREATED, json.dumps({"a": "ü"}))
        queue.put([said])
        (message,) = client.receive_message(QueueUrl=queue.url)["Messages"]
        assert notice_of(message["Body"]) == said
        queue.later(message["ReceiptHandle"], 0)
        (again,) = client.receive_message(QueueUrl=queue.url)["Messages"]
        queue.later("not a receipt", 5)
        assert again["MessageId"] == message["MessageId"]
        with pytest.raises(UnavailableError):
            NoticeQueue(client, f"{queue.url}-gone").put([said])


class _Receiver(BaseHTTPRequestHandler):
    """Answers by path: `/moved` redirects, `/long` never ends, `/drip` sends a byte now and then."""

    seen: list[tuple[str, dict[str, str]]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen.append((self.path, dict(self.headers)))
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()
        with_end = {"/long": b"x" * 1_000_000}.get(self.path, b"heard")
        try:
            self.wfile.write(with_end)
            while self.path == "/drip":
                self.wfile.write(b".")
                threading.Event().wait(0.05)
        except OSError:
            return

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Receiver:
    """A server of this machine, with or without a certificate for `ci.example.com`."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.handler = type("Handler", (_Receiver,), {"seen": []})
        self.server = HTTPServer(("127.0.0.1", 0), self.handler)
        if certificate:
            tls = SSLContext(PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def at(self, path: str = "/", *, scheme: str = "http", host: str = "ci.example.com") -> Address:
        return Address(scheme, host, self.server.server_port, path, "127.0.0.1")

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for `ci.example.com` that nobody but the test trusts, with its key."""
    return self_signed("ci.example.com", tmp_path)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    made = Receiver(certificate)
    yield made
    made.stop()


def test_a_post_reaches_the_address_under_the_hosts_name_and_follows_nothing(receiver: Receiver) -> None:
    out = PinnedOutbound(create_default_context())
    answer = out.post(receiver.at("/hooks?a=b"), {"X-Is": "here"}, b"{}")
    assert (answer.status, answer.body) == (200, "heard")
    assert out.post(receiver.at("/moved"), {}, b"{}").status == 302
    (path, headers), (moved, _) = receiver.handler.seen
    assert (path, headers["Host"], headers["X-Is"], moved) == (
        "/hooks?a=b", f"ci.example.com:{receiver.server.server_port}", "here", "/moved",
    )  # fmt: skip


def test_no_proxy_of_the_environment_is_taken(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert PinnedOutbound(create_default_context()).post(receiver.at(), {}, b"{}").status == 200


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    answer = PinnedOutbound(create_default_context()).post(receiver.at("/long"), {}, b"{}")
    assert answer.body == "x" * 10_000


def test_a_receiver_that_never_ends_is_cut_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "_ALL_SECONDS", 0.3)
    answer = PinnedOutbound(create_default_context()).post(receiver.at("/drip"), {}, b"{}")
    assert answer.body.startswith("heard") and len(answer.body) < 10_000


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Address("http", "ci.example.com", taken.getsockname()[1], "/", "127.0.0.1")
        with pytest.raises(UnavailableError, match="ConnectionRefusedError"):
            PinnedOutbound(create_default_context()).post(nobody, {}, b"{}")


def test_a_certificate_is_for_the_name_and_from_somebody_trusted(secure: Receiver, certificate: Path) -> None:
    trusting = PinnedOutbound(create_default_context(cafile=str(certificate)))
    assert trusting.post(secure.at(scheme="https"), {}, b"{}").status == 200
    with pytest.raises(UnavailableError, match="not valid"):
        trusting.post(secure.at(scheme="https", host="other.example.com"), {}, b"{}")
    with pytest.raises(UnavailableError, match="not valid"):
        PinnedOutbound(create_default_context()).post(secure.at(scheme="https"), {}, b"{}")
    assert len(secure.handler.seen) == 1


def test_names_are_looked_up() -> None:
    found = NameServers().addresses("localhost")
    assert found and all(ip_address(each).is_loopback for each in found)
    assert NameServers().addresses("nobody.invalid") == ()
    assert NameServers().addresses("a" * 300) == ()
