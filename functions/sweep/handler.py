"""Every few minutes: what the outbox still holds is sent."""

from typing import Any

from functions.bootstrap import backend
from functions.observability import logger


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Send late events."""
    sent = backend().sending.resend()
    logger.info("swept", extra={"sent": sent})
    return {"sent": sent}
