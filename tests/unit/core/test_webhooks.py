"""Webhooks: where they may be, who hears what, how a delivery is signed, repeated and given up."""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.core.audit.trails import Recorder
from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import ConflictError, InvalidRequestError, NotFoundError
from functions.core.ledger import Change, ModelHead
from functions.core.ports.webhooks import Notice
from functions.core.webhooks.addresses import Addresses
from functions.core.webhooks.delivery import (
    DELIVERY_ID,
    SIGNATURE,
    TIMESTAMP,
    Announcing,
    Delivering,
    UndeliveredError,
)
from functions.core.webhooks.keeping import Wanted, Webhooks
from functions.core.webhooks.payloads import IS_PROMPT, PROMPT_TEXT, example, told
from lineal_contract.events import (
    AliasChanged,
    Detail,
    EventData,
    Metadata,
    ModelCreated,
    ModelDescribed,
    VersionDescribed,
    VersionRegistered,
)
from lineal_contract.people import Actor
from lineal_contract.webhooks import MAX_WEBHOOKS, Webhook, WebhookEvent, WebhookStatus
from tests.builders import NOW, version
from tests.fakes.models import MemoryModels
from tests.fakes.records import MemoryPolicies
from tests.fakes.trails import MemoryTrails
from tests.fakes.webhooks import MemoryNotices, MemoryTester, MemoryWebhooks, Names, Sent

PUBLIC = "93.184.215.14"
URL = "https://ci.example.com/hooks?from=lineal"
ACTOR = Actor(principal="arn:aws:iam::123456789012:user/ann", person="ann")
CAUSE = Cause(ACTOR, NOW, "request-1")
SECRET = "only the receiver knows"


@dataclass
class Post:
    """Everything about webhooks, in memory."""

    trails: MemoryTrails = field(default_factory=MemoryTrails)
    names: Names = field(default_factory=lambda: Names({"ci.example.com": (PUBLIC,)}))
    sent: Sent = field(default_factory=Sent)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    tester: MemoryTester = field(default_factory=MemoryTester)
    ids: int = 0

    def __post_init__(self) -> None:
        self.store = MemoryWebhooks(self.trails)
        self.models = MemoryModels(MemoryPolicies(self.trails))
        addresses = Addresses(self.names, frozenset({"hooks.internal"}))
        patient = Contention(lambda: 0.0, lambda seconds: None, lambda ceiling: 0.0)
        self.keeping = Webhooks(
            self.store, addresses, self.tester, Recorder(self.trails, patient), self._new_id
        )
        self.delivering = Delivering(
            self.store, addresses, self.sent, self.notices, lambda: NOW, lambda ceiling: ceiling
        )

    def _new_id(self) -> str:
        self.ids += 1
        return f"{self.ids:032x}"

    def webhook(self, *events: WebhookEvent, **said: Any) -> Webhook:
        wanted: dict[str, Any] = {"name": "ci", "url": URL, "events": events or tuple(WebhookEvent)}
        return self.keeping.create("team", Wanted(**(wanted | said)), CAUSE)

    def notice(self, webhook: Webhook, event: WebhookEvent = WebhookEvent.MODEL_VERSION_CREATED) -> Notice:
        return Notice("team", webhook.webhook_id, "an-id", event, '{"entity": "model_version"}')


@pytest.fixture
def post() -> Post:
    return Post()


REFUSED = [
    "http://ci.example.com/", "ftp://ci.example.com/", "file:///etc/passwd", "//ci.example.com/",
    "ci.example.com",    "https://", "https:///x", "https://ann:secret@ci.example.com/", "https://ci.example.com@10.0.0.1/",
    "https://ci.example.com/#@10.0.0.1", "https://ci.example.com\\@10.0.0.1/", "https://ci.example.com /",
    "https://ci.example.com/\r\nX-Evil: 1", "https://ci.example.com:99999/", "https://ci.example.com./",
    "https://exämple.com/", "https://nobody.example.com/", "https://-ci.example.com/", "https://ci..example.com/",
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://017700000001/", "https://0/", "https://10.0.0.1/", "https://172.16.0.1/",
    "https://192.168.1.1/", "https://100.64.0.1/", "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/", "https://0xa9fea9fe/", "https://224.0.0.1/", "https://255.255.255.255/",
    "https://[::1]/", "https://[::]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/",
    "https://[fd00:ec2::254]/", "https://[fec0::1]/", "https://[ff02::1]/", "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:a9fe:a9fe]/", "https://[::127.0.0.1]/", "https://[2002:a9fe:a9fe::]/",
    "https://[64:ff9b::a9fe:a9fe]/", "https://[64:ff9b:1::a9fe:a9fe]/",
    "https://[2001:0:4136:e378:8000:63bf:5601:5601]/", "https://hooks.internal@127.0.0.1/",
    "https://" + "a" * 2_048 + ".com/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_public_is_refused(post: Post, url: str) -> None:
    with pytest.raises(InvalidRequestError):
        post.webhook(url=url)
    kept = post.webhook()
    with pytest.raises(InvalidRequestError):
        post.keeping.update("team", kept.webhook_id, Wanted(url=url), CAUSE)
    assert [each.url for each in post.keeping.list("team")] == [URL]


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("169.254.169.254",),
        (PUBLIC, "10.0.0.1"),
        ("10.0.0.1", PUBLIC),
        ("::1",),
        ("fe80::1%eth0",),
        (),
    ],
)
def test_a_name_that_leads_to_a_private_address_is_refused_now_and_when_it_is_sent(
    post: Post, addresses: tuple[str, ...]
) -> None:
    webhook = post.webhook()
    post.names["ci.example.com"] = addresses  # the name's owner changes their mind
    with pytest.raises(InvalidRequestError):
        post.webhook()
    with pytest.raises(UndeliveredError):
        post.delivering.deliver(post.notice(webhook), "receipt", 1)
    assert not post.sent
    tested = post.delivering.test("team", webhook.webhook_id, WebhookEvent.MODEL_VERSION_CREATED)
    assert (tested.success, tested.status) == (False, None)


def test_what_is_sent_goes_to_the_address_that_was_looked_at(post: Post) -> None:
    webhook = post.webhook()
    post.names["ci.example.com"] = ("93.184.215.15", "2606:2800:220:1::1")
    assert post.delivering.deliver(post.notice(webhook), "receipt", 1)
    ((at, _, _),) = post.sent
    assert (at.ip, at.host, at.port, at.target) == (
        "93.184.215.15",
        "ci.example.com",
        443,
        "/hooks?from=lineal",
    )


def test_hosts_that_were_named_may_be_private_and_without_tls(post: Post) -> None:
    post.names["hooks.internal"] = ("10.0.0.7",)
    assert post.webhook(url="http://hooks.internal:8080").url == "http://hooks.internal:8080"
    for near in (
        "http://x.hooks.internal/",
        "http://hooks.internal.example.com/",
        "gopher://hooks.internal/",
    ):
        with pytest.raises(InvalidRequestError):
            post.webhook(url=near)


def test_a_delivery_is_signed_as_receivers_of_mlflow_verify_it(post: Post) -> None:
    webhook = post.webhook(secret=SECRET)
    post.delivering.deliver(post.notice(webhook), "receipt", 1)
    ((_, headers, body),) = post.sent
    signed = f"{headers[DELIVERY_ID]}.{headers[TIMESTAMP]}.{body.decode()}".encode()
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert headers[SIGNATURE] == f"v1,{base64.b64encode(digest).decode()}"
    assert headers[TIMESTAMP] == str(NOW // 1000)
    assert headers["Content-Type"] == "application/json"


def test_without_a_secret_nothing_is_signed(post: Post) -> None:
    webhook = post.webhook(secret=SECRET)
    post.keeping.update("team", webhook.webhook_id, Wanted(secret=""), CAUSE)
    post.delivering.deliver(post.notice(webhook), "receipt", 1)
    assert SIGNATURE not in post.sent[0][1]


def test_a_secret_is_in_no_record_and_no_trail(post: Post) -> None:
    webhook = post.webhook(secret=SECRET)
    changed = post.keeping.update("team", webhook.webhook_id, Wanted(secret=f"{SECRET} now"), CAUSE)
    trail = post.trails.records("team", 0, 10)
    assert SECRET not in f"{webhook!r}{changed!r}{trail!r}"
    assert [record.action for record in trail] == ["webhook.created", "webhook.changed"]
    assert changed.signed
    post.keeping.delete("team", webhook.webhook_id, CAUSE)
    assert post.store.secret("team", webhook.webhook_id) == ""


@pytest.mark.parametrize("status", [100, 199, 301, 302, 307, 400, 404, 429, 500, 503, None])
def test_what_does_not_arrive_comes_again_later_and_later(post: Post, status: int | None) -> None:
    webhook = post.webhook()
    for attempt in range(1, 11):
        post.sent.answers.append(status)
        with pytest.raises(UndeliveredError):
            post.delivering.deliver(post.notice(webhook), "receipt", attempt)
    assert [seconds for _, seconds in post.notices.rests] == [2, 8, 32, 128, 512, 900, 900, 900, 900, 900]
    ids = {headers[DELIVERY_ID] for _, headers, _ in post.sent}
    assert ids == {"an-id"} and len(post.sent) == 10


def test_nobody_is_told_who_no_longer_wants_to_hear(post: Post) -> None:
    disabled, deleted, gone = post.webhook(), post.webhook(), post.webhook()
    post.keeping.update("team", disabled.webhook_id, Wanted(status=WebhookStatus.DISABLED), CAUSE)
    post.keeping.delete("team", deleted.webhook_id, CAUSE)
    for webhook in (disabled, deleted):
        assert not post.delivering.deliver(post.notice(webhook), "receipt", 1)
    assert not post.sent
    post.sent.answers.append(410)
    assert not post.delivering.deliver(post.notice(gone), "receipt", 1)
    assert not post.notices.rests


def test_a_test_says_what_came_of_it(post: Post) -> None:
    webhook = post.webhook(WebhookEvent.PROMPT_TAG_SET)
    said = post.keeping.test("team", webhook.webhook_id, None)
    assert (said.success, post.tester.asked) == (
        True,
        [("team", webhook.webhook_id, WebhookEvent.PROMPT_TAG_SET)],
    )
    post.sent.answers.extend([200, 500, None])
    tests = [post.delivering.test("team", webhook.webhook_id, WebhookEvent.PROMPT_TAG_SET) for _ in range(3)]
    assert [(t.success, t.status, t.body) for t in tests] == [
        (True, 200, "thanks"), (False, 500, "thanks"), (False, None, ""),
    ]  # fmt: skip
    assert "did not answer" in tests[2].error
    with pytest.raises(NotFoundError):
        post.keeping.test("team", "0" * 32, None)


def test_examples_have_the_fields_of_the_real_thing() -> None:
    head, made = ModelHead(project="team", model="m", created_at=NOW, created_by=ACTOR), version(1, model="m")
    prompt = ModelHead(project="team", model="p", created_at=NOW, created_by=ACTOR, tags={IS_PROMPT: "true"})
    described: dict[str, Any] = {"set_tags": {"k": "v"}, "removed_tags": ("r",)}
    happened: list[EventData] = [
        ModelCreated(model="m"),
        VersionRegistered(model="m", version=1, run_id=None, manifest_digest="0" * 64),
        ModelDescribed(model="m", **described),
        VersionDescribed(model="m", version=1, **described),
        AliasChanged(model="m", alias="a", version=1, previous_version=None),
        AliasChanged(model="m", alias="a", version=None, previous_version=1),
    ]
    found = {t.event: t.data for each in happened for of in (head, prompt) for t in told(each, of, made)}
    assert set(found) == set(WebhookEvent)
    for event, data in found.items():
        assert set(example(event)) == set(data), event


def test_a_project_has_so_many_webhooks_and_knows_them(post: Post) -> None:
    made = [post.webhook() for _ in range(MAX_WEBHOOKS)]
    assert post.keeping.list("team") == made
    with pytest.raises(ConflictError):
        post.webhook()
    post.keeping.delete("team", made[0].webhook_id, CAUSE)
    post.webhook()
    for gone in (made[0].webhook_id, "0" * 32):
        with pytest.raises(NotFoundError):
            post.keeping.get("team", gone)
        with pytest.raises(NotFoundError):
            post.keeping.delete("team", gone, CAUSE)
    with pytest.raises(NotFoundError):
        post.keeping.get("others", made[1].webhook_id)


def detail(data: EventData, sequence: int = 1) -> Detail:
    metadata = Metadata(
        event_id=f"{sequence:032x}",
        correlation_id="request-1",
        actor=ACTOR,
        project="team",
        subject="model/m",
        sequence=sequence,
        occurred_at=datetime.fromtimestamp(NOW / 1000, UTC),
    )
    return Detail(metadata=metadata, data=data)


def announced(post: Post, data: EventData, *, tags: dict[str, str] | None = None) -> list[Notice]:
    head = ModelHead(project="team", model="m", created_at=NOW, created_by=ACTOR, tags=tags or {})
    made = version(1, project="team", model="m", tags={"k": "v"} | (tags or {}))
    post.models = MemoryModels(MemoryPolicies(post.trails))
    post.models.commit(None, Change(head=head, new_version=made))
    post.notices.clear()
    Announcing(post.store, post.models, post.notices).announce(detail(data))
    return list(post.notices)


def test_only_those_hear_who_asked_for_it_and_repetitions_have_the_same_id(post: Post) -> None:
    both = WebhookEvent.MODEL_VERSION_TAG_SET, WebhookEvent.MODEL_VERSION_TAG_DELETED
    one, other = post.webhook(*both), post.webhook(WebhookEvent.MODEL_VERSION_TAG_DELETED)
    post.webhook(WebhookEvent.PROMPT_VERSION_TAG_SET)
    said = VersionDescribed(model="m", version=1, set_tags={"a": "1", "b": None}, removed_tags=("c",))
    first, again = announced(post, said), announced(post, said)
    assert [(n.webhook_id, n.event.value, json.loads(n.body)["data"]) for n in first] == [
        (one.webhook_id, "model_version_tag.set", {"name": "m", "version": "1", "key": "a", "value": "1"}),
        (one.webhook_id, "model_version_tag.set", {"name": "m", "version": "1", "key": "b", "value": None}),
        (one.webhook_id, "model_version_tag.deleted", {"name": "m", "version": "1", "key": "c"}),
        (other.webhook_id, "model_version_tag.deleted", {"name": "m", "version": "1", "key": "c"}),
    ]
    assert [n.delivery_id for n in first] == [n.delivery_id for n in again]
    assert len({n.delivery_id for n in first}) == len(first)


def test_a_first_version_is_told_with_its_model(post: Post) -> None:
    post.webhook()
    said = VersionRegistered(model="m", version=1, run_id=None, manifest_digest="0" * 64, new_model=True)
    model, made = (json.loads(n.body) for n in announced(post, said))
    assert (model["entity"], model["action"]) == ("registered_model", "created")
    assert (made["entity"], made["data"]["version"], made["data"]["tags"]) == (
        "model_version",
        "1",
        {"k": "v"},
    )


def test_a_prompt_is_told_as_a_prompt(post: Post) -> None:
    post.webhook()
    tags = {IS_PROMPT: "true", PROMPT_TEXT: "Say {{what}}."}
    said = VersionRegistered(model="m", version=1, run_id=None, manifest_digest="0" * 64)
    (made,) = (json.loads(n.body) for n in announced(post, said, tags=tags))
    assert (made["entity"], made["data"]["template"], made["data"]["tags"]) == (
        "prompt_version", "Say {{what}}.", {"k": "v"},
    )  # fmt: skip


def test_tags_that_no_delivery_has_room_for_are_left_out(post: Post) -> None:
    post.webhook()
    said = VersionRegistered(model="m", version=1, run_id=None, manifest_digest="0" * 64)
    (made,) = announced(post, said, tags={f"k{n}": "v" * 8_000 for n in range(50)})
    assert json.loads(made.body)["data"]["tags"] == {} and len(made.body) < 250_000


@pytest.mark.parametrize("letter", ["\x01", '"', "\u00e9", "\U0001f600"])
@pytest.mark.parametrize("count", [1, 2, 12, 50])
def test_however_tags_are_written_a_delivery_fits_its_queue(post: Post, letter: str, count: int) -> None:
    post.webhook()
    said = VersionRegistered(model="m", version=1, run_id=None, manifest_digest="0" * 64, new_model=True)
    tags = {f"k{n}": letter * 8_000 for n in range(count)} | {IS_PROMPT: "true", PROMPT_TEXT: letter * 8_000}
    for notice in announced(post, said, tags=tags):
        assert len(json.dumps(asdict(notice))) < 256 * 1024


def test_news_of_what_is_gone_reach_nobody(post: Post) -> None:
    post.webhook()
    assert Announcing(post.store, post.models, post.notices).announce(detail(ModelCreated(model="gone"))) == 0
