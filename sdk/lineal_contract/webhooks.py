"""Webhooks: addresses that hear what happens in a project's registry, by the names MLflow has for it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Millis, ProjectName, RecordId
from lineal_contract.people import Actor

MAX_WEBHOOKS = 100
"""Of a project."""


class WebhookStatus(StrEnum):
    """Whether a webhook hears anything."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class WebhookEvent(StrEnum):
    """What a webhook can hear of, as `entity.action`."""

    REGISTERED_MODEL_CREATED = "registered_model.created"
    MODEL_VERSION_CREATED = "model_version.created"
    MODEL_VERSION_TAG_SET = "model_version_tag.set"
    MODEL_VERSION_TAG_DELETED = "model_version_tag.deleted"
    MODEL_VERSION_ALIAS_CREATED = "model_version_alias.created"
    MODEL_VERSION_ALIAS_DELETED = "model_version_alias.deleted"
    PROMPT_CREATED = "prompt.created"
    PROMPT_VERSION_CREATED = "prompt_version.created"
    PROMPT_TAG_SET = "prompt_tag.set"
    PROMPT_TAG_DELETED = "prompt_tag.deleted"
    PROMPT_VERSION_TAG_SET = "prompt_version_tag.set"
    PROMPT_VERSION_TAG_DELETED = "prompt_version_tag.deleted"
    PROMPT_ALIAS_CREATED = "prompt_alias.created"
    PROMPT_ALIAS_DELETED = "prompt_alias.deleted"

    @property
    def entity(self) -> str:
        """What it is about."""
        return self.value.partition(".")[0]

    @property
    def action(self) -> str:
        """What happened to it."""
        return self.value.partition(".")[2]


class Webhook(Answer):
    """A webhook without its secret, which no answer has. A deleted one is kept for a while, unheard."""

    project: ProjectName
    webhook_id: RecordId
    name: str
    url: str
    events: Annotated[tuple[WebhookEvent, ...], Field(min_length=1)]
    description: str = ""
    status: WebhookStatus = WebhookStatus.ACTIVE
    signed: bool = False
    """Whether it has a secret, so that deliveries are signed."""
    created_at: Millis
    updated_at: Millis
    created_by: Actor
    deleted_at: Millis | None = None
    revision: int = 1
