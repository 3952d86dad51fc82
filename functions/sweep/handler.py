"""Every few minutes: what the outbox still holds is sent, and approvals that lost their execution get one."""

from typing import Any

from functions.bootstrap import backend
from functions.observability import logger


class UnreadableEventsError(Exception):
    """The outbox holds records that no event can be read from: a person has to look."""


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Send late events and restart lost approvals, then fail if there are records that can never be sent."""
    swept = backend().sending.resend()
    restarted = backend().reconciling.restart_lost()
    logger.info(
        "swept",
        extra={"sent": swept.sent, "unreadable": len(swept.unreadable), "restarted": restarted},
    )
    if swept.unreadable:
        raise UnreadableEventsError(", ".join(swept.unreadable))
    return {"sent": swept.sent, "restarted": restarted}
