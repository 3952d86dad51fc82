"""What webhooks need from the world: their store, name servers, a way out, a queue, and the sender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.core.ports.audit import Entry
from lineal_contract.webhooks import Webhook, WebhookEvent


@dataclass(frozen=True)
class Address:
    """Where to connect, and the name that the certificate must be for."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""
    ip: str


@dataclass(frozen=True)
class Notice:
    """What one webhook is told. `body` is what is sent, and the same for every attempt."""

    project: str
    webhook_id: str
    delivery_id: str
    event: WebhookEvent
    body: str


@dataclass(frozen=True)
class Response:
    """What a receiver answered; `body` is its beginning, as text."""

    status: int
    body: str


@dataclass(frozen=True)
class Tested:
    """What came of a test: an answer, or why there was none."""

    success: bool
    status: int | None = None
    body: str = ""
    error: str = ""


class WebhookStore(Protocol):
    """Webhooks of projects, and apart from them their secrets. Reads are strong."""

    def get(self, project: str, webhook_id: str) -> Webhook | None:
        """Return a webhook, also a deleted one."""

    def list(self, project: str) -> Sequence[Webhook]:
        """Return a project's webhooks, oldest first, with those deleted not long ago."""

    def put(self, webhook: Webhook, secret: str | None, entry: Entry) -> None:
        """Store a webhook that is new, or a revision after the stored one, and its secret unless None.

        Raises StaleError.
        """

    def secret(self, project: str, webhook_id: str) -> str:
        """Return a secret, empty where there is none. Only the function that sends may."""


class Resolver(Protocol):
    """Name servers."""

    def addresses(self, host: str) -> Sequence[str]:
        """Return the addresses of a host, none for one that is not known."""


class Outbound(Protocol):
    """The way out."""

    def post(self, at: Address, headers: Mapping[str, str], body: bytes) -> Response:
        """Send to an address and no other: no proxy, no redirect, all within some seconds.

        Raises UnavailableError where there is no answer.
        """


class Notices(Protocol):
    """The queue of what has to be sent; it brings each notice at least once."""

    def put(self, notices: Sequence[Notice]) -> None:
        """Add notices. Raises UnavailableError."""

    def later(self, receipt: str, seconds: int) -> None:
        """Let a notice that could not be delivered rest before it comes again."""


class Tester(Protocol):
    """The function that sends."""

    def test(self, project: str, webhook_id: str, event: WebhookEvent) -> Tested:
        """Send an example at once. Raises UnavailableError."""
