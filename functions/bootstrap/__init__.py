"""The composition root: settings in, use cases on their adapters out. Handlers ask here for all."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from functions.bootstrap.approvals import ApprovalRoom
from functions.bootstrap.deployments import DeploymentRoom
from functions.bootstrap.foundation import World, now
from functions.bootstrap.tracking import TrackingRoom
from functions.bootstrap.upkeep import UpkeepRoom
from functions.bootstrap.webhooks import WebhookRoom
from functions.settings import Settings

if TYPE_CHECKING:
    from functions.core.ledger import Event
    from functions.core.ports.webhooks import Notice

__all__ = ["Backend", "World", "backend", "notice_of", "now", "outbox_event"]


class Backend(TrackingRoom, DeploymentRoom, UpkeepRoom, ApprovalRoom, WebhookRoom):
    """All use cases, each built when first asked for: a function builds what it serves and no more."""


@lru_cache(maxsize=1)
def backend() -> Backend:
    """Return the backend of this function's environment."""
    return Backend(Settings.from_env(os.environ))


def outbox_event(item: dict[str, Any]) -> Event:
    """Return the event that an item of the outbox holds. Raises ValueError, KeyError."""
    from functions.adapters.outbox import event_of

    return event_of(item)


def notice_of(body: str) -> Notice:
    """Return the notice in a message. Raises ValueError, TypeError, KeyError."""
    from functions.adapters.webhooks import notice_of

    return notice_of(body)
