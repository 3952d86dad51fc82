"""Webhooks in memory, name servers that know what they are told, a way out that leads to a list."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from functions.core.errors import StaleError, UnavailableError
from functions.core.ports.audit import Entry
from functions.core.ports.webhooks import Address, Notice, Response, Tested
from lineal_contract.webhooks import Webhook, WebhookEvent
from tests.fakes.trails import MemoryTrails


class MemoryWebhooks:
    """The `WebhookStore` port."""

    def __init__(self, trails: MemoryTrails | None = None) -> None:
        self._trails = trails or MemoryTrails()
        self._webhooks: defaultdict[str, dict[str, Webhook]] = defaultdict(dict)
        self._secrets: dict[tuple[str, str], str] = {}

    def get(self, project: str, webhook_id: str) -> Webhook | None:
        return self._webhooks[project].get(webhook_id)

    def list(self, project: str) -> Sequence[Webhook]:
        return [self._webhooks[project][each] for each in sorted(self._webhooks[project])]

    def put(self, webhook: Webhook, secret: str | None, entry: Entry) -> None:
        before = self.get(webhook.project, webhook.webhook_id)
        if (before.revision if before else 0) != webhook.revision - 1:
            raise StaleError
        self._trails.append(entry)
        self._webhooks[webhook.project][webhook.webhook_id] = webhook
        if secret is not None:
            self._secrets[webhook.project, webhook.webhook_id] = secret

    def secret(self, project: str, webhook_id: str) -> str:
        return self._secrets.get((project, webhook_id), "")


class Names(dict[str, tuple[str, ...]]):
    """The `Resolver` port: hosts and their addresses."""

    def addresses(self, host: str) -> Sequence[str]:
        return self.get(host, ())


class Sent(list[tuple[Address, Mapping[str, str], bytes]]):
    """The `Outbound` port: what was sent. `answers` come in order, 200 after them; None is no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: deque[int | None] = deque()

    def post(self, at: Address, headers: Mapping[str, str], body: bytes) -> Response:
        self.append((at, headers, body))
        status = self.answers.popleft() if self.answers else 200
        if status is None:
            raise UnavailableError("the receiver did not answer: TimeoutError")
        return Response(status, "thanks")


class MemoryNotices(list[Notice]):
    """The `Notices` port. `rests` are the receipts of what was put off, with the seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[tuple[str, int]] = []

    def put(self, notices: Sequence[Notice]) -> None:
        self.extend(notices)

    def later(self, receipt: str, seconds: int) -> None:
        self.rests.append((receipt, seconds))


class MemoryTester:
    """The `Tester` port."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, WebhookEvent]] = []

    def test(self, project: str, webhook_id: str, event: WebhookEvent) -> Tested:
        self.asked.append((project, webhook_id, event))
        return Tested(success=True, status=204)
