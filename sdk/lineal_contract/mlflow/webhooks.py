"""Messages of webhooks."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from lineal_contract.mlflow.messages import Answer, Int64, PageToken, Request
from lineal_contract.webhooks import WebhookEvent, WebhookStatus

WebhookName = Annotated[
    str,
    StringConstraints(
        strict=True, min_length=1, max_length=63, pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
    ),
]
Url = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=2_048)]
Secret = Annotated[str, StringConstraints(strict=True, max_length=1_000)]
WebhookDescription = Annotated[str, StringConstraints(max_length=1_000)]


def _event(given: Any) -> Any:
    """Return `entity.action` of the message that MLflow has for it."""
    if isinstance(given, Mapping):
        return f"{given.get('entity', '')}.{given.get('action', '')}".lower()
    raise ValueError("an event has an entity and an action")


Event = Annotated[WebhookEvent, BeforeValidator(_event, json_schema_input_type=dict[str, str])]
Events = Annotated[tuple[Event, ...], Field(max_length=20)]


class CreateWebhook(Request):
    """Makes a webhook."""

    name: WebhookName
    url: Url
    events: Annotated[Events, Field(min_length=1)]
    description: WebhookDescription = ""
    secret: Secret = ""
    status: WebhookStatus = WebhookStatus.ACTIVE


class OfWebhook(Request):
    """Names a webhook."""

    webhook_id: Annotated[str, StringConstraints(max_length=64)]


class ListWebhooks(Request):
    """Lists webhooks."""

    max_results: Annotated[Int64, Field(ge=1, le=1_000)] = 100
    page_token: PageToken = ""


class UpdateWebhook(OfWebhook):
    """Changes what is given; an empty name, address or list of events stays as it is."""

    name: WebhookName | None = None
    url: Url | None = None
    events: Events = ()
    description: WebhookDescription | None = None
    secret: Secret | None = None
    status: WebhookStatus | None = None


class TestWebhook(OfWebhook):
    """Sends an example: of this event, or of the webhook's first."""

    __test__ = False

    event: Event | None = None


class WebhookEventShown(Answer):
    """An event in capitals, as the protocol has its enums."""

    entity: str
    action: str


class Webhook(Answer):
    """A webhook; nothing shows its secret. Times are milliseconds."""

    webhook_id: str
    name: str
    url: str
    events: tuple[WebhookEventShown, ...]
    description: str = ""
    status: str
    creation_timestamp: int
    last_updated_timestamp: int


class OneWebhook(Answer):
    """A webhook."""

    webhook: Webhook


class Webhooks(Answer):
    """A page of webhooks, oldest first."""

    webhooks: tuple[Webhook, ...] = ()
    next_page_token: str | None = None


class WebhookTestResult(Answer):
    """What came of a test."""

    success: bool
    response_status: int | None = None
    response_body: str | None = None
    error_message: str | None = None


class OneWebhookTestResult(Answer):
    """What came of a test."""

    result: WebhookTestResult
