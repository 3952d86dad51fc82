"""Every few minutes: late events are sent, lost approvals restarted, grown audit chains anchored."""

from typing import Any

from functions.bootstrap import backend
from functions.observability import logger


class UnreadableEventsError(Exception):
    """The outbox holds records that no event can be read from: a person has to look."""


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Do all that is due, then fail if there are records that can never be sent."""
    swept = backend().sending.resend()
    done = {
        "sent": swept.sent,
        "restarted": backend().reconciling.restart_lost(),
        "anchored": backend().anchoring.anchor_grown(),
    }
    logger.info("swept", extra=done | {"unreadable": len(swept.unreadable)})
    if swept.unreadable:
        raise UnreadableEventsError(", ".join(swept.unreadable))
    return done
