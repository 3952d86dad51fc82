"""Every few minutes: late events are sent, lost approvals restarted, grown audit chains anchored."""

from typing import Any

from functions.bootstrap import backend
from functions.observability import logger


class UnfinishedError(Exception):
    """Something could not be done, and will not by itself: a person has to look."""


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Do all that is due, then fail if there is something that only a person can mend."""
    swept = backend().sending.resend()
    restarted = backend().reconciling.restart_lost()
    done = {
        "sent": swept.sent,
        "restarted": restarted.count,
        "anchored": backend().anchoring.anchor_grown(),
    }
    logger.info("swept", extra=done)
    if left := (*swept.unreadable, *restarted.failed):
        raise UnfinishedError(", ".join(left))
    return done
