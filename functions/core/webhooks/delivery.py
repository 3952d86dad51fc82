"""From an event on the bus to those who want to hear of it: signed, with an id that repetitions keep."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.core.errors import InvalidRequestError, NotFoundError, UnavailableError
from functions.core.ledger import ModelHead
from functions.core.models.naming import head_of
from functions.core.ports.registry import ModelStore
from functions.core.ports.webhooks import Notice, Notices, Outbound, Response, Tested, WebhookStore
from functions.core.ports.world import Clock
from functions.core.webhooks.addresses import Addresses
from functions.core.webhooks.payloads import Told, example, told
from lineal_contract.events import Detail
from lineal_contract.registry import ModelVersion
from lineal_contract.webhooks import Webhook, WebhookEvent, WebhookStatus

SIGNATURE, DELIVERY_ID, TIMESTAMP = "X-MLflow-Signature", "X-MLflow-Delivery-Id", "X-MLflow-Timestamp"
_GONE = 410
_LONGEST_REST = 900
_FIRST_REST = 2


class UndeliveredError(Exception):
    """A notice has to come again."""


@dataclass(frozen=True)
class Announcing:
    """Says which webhooks are to hear of an event."""

    store: WebhookStore
    models: ModelStore
    notices: Notices

    def announce(self, detail: Detail) -> int:
        """Queue a notice for each webhook that wants one, and say how many. Raises UnavailableError."""
        project = detail.metadata.project
        active = [each for each in self.store.list(project) if _hears(each)]
        if not active:
            return 0
        found = [n for t in self._told(detail) for n in _notices(detail, t, active)]
        self.notices.put(found)
        return len(found)

    def _told(self, detail: Detail) -> list[Told]:
        project, data = detail.metadata.project, detail.data
        try:
            head = head_of(self.models, project, getattr(data, "model", ""))
            return told(data, head, self._version(head, getattr(data, "version", None)))
        except NotFoundError:  # deleted since
            return []

    def _version(self, head: ModelHead, number: int | None) -> ModelVersion | None:
        return None if number is None else self.models.version(head.project, head.model, number)


@dataclass(frozen=True)
class Delivering:
    """Sends notices. `jitter` returns a number from 0 to its argument."""

    store: WebhookStore
    addresses: Addresses
    outbound: Outbound
    notices: Notices
    clock: Clock
    jitter: Callable[[float], float]

    def deliver(self, notice: Notice, receipt: str, attempt: int) -> bool:
        """Send a notice; False where nobody wants it any more.

        Raises UndeliveredError for one that has to come again, later.
        """
        webhook = self.store.get(notice.project, notice.webhook_id)
        if webhook is None or not _hears(webhook):
            return False
        try:
            answer = self._send(webhook, notice)
        except (InvalidRequestError, UnavailableError) as error:
            self.notices.later(receipt, self._rest(attempt))
            raise UndeliveredError(error.detail) from error
        if not _taken(answer) and answer.status != _GONE:
            self.notices.later(receipt, self._rest(attempt))
            raise UndeliveredError(f"the receiver answered {answer.status}")
        return answer.status != _GONE

    def test(self, project: str, webhook_id: str, event: WebhookEvent) -> Tested:
        """Send an example and say what came of it. Raises NotFoundError."""
        webhook = self.store.get(project, webhook_id)
        if webhook is None or webhook.deleted_at is not None:
            raise NotFoundError(f"project {project} has no webhook {webhook_id}")
        at = self.clock()
        body = _body(event, example(event), datetime.fromtimestamp(at / 1000, UTC))
        delivery_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{webhook_id}.{at}"))
        try:
            answer = self._send(webhook, Notice(project, webhook_id, delivery_id, event, body))
        except (InvalidRequestError, UnavailableError) as error:
            return Tested(success=False, error=error.detail)
        return Tested(success=_taken(answer), status=answer.status, body=answer.body)

    def _send(self, webhook: Webhook, notice: Notice) -> Response:
        address = self.addresses.check(webhook.url)
        secret = self.store.secret(notice.project, notice.webhook_id) if webhook.signed else ""
        headers = _headers(notice, secret, self.clock() // 1000)
        return self.outbound.post(address, headers, notice.body.encode())

    def _rest(self, attempt: int) -> int:
        """Return how many seconds a notice rests after an attempt, the first of which is 1."""
        longest = min(_FIRST_REST * 4.0 ** min(attempt - 1, 8), _LONGEST_REST)
        return round(longest / 2 + self.jitter(longest / 2))


def signature(secret: str, delivery_id: str, timestamp: int, body: str) -> str:
    """Return the signature that MLflow's receivers verify: HMAC-SHA256 of id, time and body."""
    signed = f"{delivery_id}.{timestamp}.{body}".encode()
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _headers(notice: Notice, secret: str, seconds: int) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "lineal",
        DELIVERY_ID: notice.delivery_id,
        TIMESTAMP: str(seconds),
    }
    if secret:
        headers[SIGNATURE] = signature(secret, notice.delivery_id, seconds, notice.body)
    return headers


def _notices(detail: Detail, said: Told, webhooks: list[Webhook]) -> Iterator[Notice]:
    body = _body(said.event, said.data, detail.metadata.occurred_at)
    for webhook in (each for each in webhooks if said.event in each.events):
        delivery_id = _delivery_id(detail, webhook, said)
        yield Notice(webhook.project, webhook.webhook_id, delivery_id, said.event, body)


def _delivery_id(detail: Detail, webhook: Webhook, said: Told) -> str:
    """Return the same id for the same news to the same webhook, however often the bus brings it."""
    parts = (detail.metadata.event_id, webhook.webhook_id, said.event, said.data.get("key"))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(parts)))


def _body(event: WebhookEvent, data: Mapping[str, Any], at: datetime) -> str:
    return json.dumps(
        {"entity": event.entity, "action": event.action, "timestamp": at.isoformat(), "data": dict(data)}
    )


def _hears(webhook: Webhook) -> bool:
    return webhook.deleted_at is None and webhook.status is WebhookStatus.ACTIVE


def _taken(answer: Response) -> bool:
    return 200 <= answer.status < 300
