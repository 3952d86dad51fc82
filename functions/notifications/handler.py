"""From the bus to people's mail. Nothing waits for it: what fails is tried again, then kept for a person."""

from typing import Any

from pydantic import ValidationError

from functions.bootstrap import backend
from functions.core.errors import NotFoundError
from functions.observability import logger
from lineal_contract.events import DetailType, parse_detail


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Tell people what an event is about; one that fits no schema, or is about nothing, tells nobody."""
    try:
        detail = parse_detail(DetailType(event["detail-type"]), event["detail"])
        told = backend().mailing.tell(detail)
    except (ValidationError, ValueError, KeyError, TypeError, NotFoundError):
        logger.warning("an event calls for no mail")
        return {"told": False}
    logger.info("told" if told else "no news", extra={"event_id": detail.metadata.event_id})
    return {"told": told}
