"""From the queue to receivers: events of the bus become notices, notices are sent. Or one test, at once."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from functions.bootstrap import backend, notice_of
from functions.core.errors import NotFoundError, UnavailableError
from functions.core.webhooks.delivery import UndeliveredError
from functions.observability import logger
from lineal_contract.events import SOURCE, DetailType, parse_detail
from lineal_contract.webhooks import WebhookEvent


def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    """Answer which messages have to come again; of a test what came of it, None for a webhook there is not.

    A message that cannot be read comes until the queue gives it up, among the dead letters.
    """
    if "test" in event:
        return _tested(event["test"])
    failed = [record["messageId"] for record in event["Records"] if not _done(record)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _tested(asked: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        said = backend().delivering.test(asked["project"], asked["webhook_id"], WebhookEvent(asked["event"]))
    except NotFoundError:
        return None
    return asdict(said)


def _done(record: Mapping[str, Any]) -> bool:
    try:
        message = json.loads(record["body"])
        done = _announced(message) if "detail-type" in message else _delivered(record)
    except (UndeliveredError, UnavailableError) as error:
        logger.warning("not delivered", extra={"why": str(error), "message_id": record["messageId"]})
        return False
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError):
        logger.warning("a message cannot be read", extra={"message_id": record["messageId"]})
        return False
    return done


def _announced(message: Mapping[str, Any]) -> bool:
    if message["source"] != SOURCE:
        raise ValueError("an event of somebody else")
    detail = parse_detail(DetailType(message["detail-type"]), message["detail"])
    told = backend().announcing.announce(detail)
    logger.info("announced", extra={"event_id": detail.metadata.event_id, "notices": told})
    return True


def _delivered(record: Mapping[str, Any]) -> bool:
    notice = notice_of(record["body"])
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    sent = backend().delivering.deliver(notice, record["receiptHandle"], attempt)
    said = {"delivery_id": notice.delivery_id, "webhook_id": notice.webhook_id, "attempt": attempt}
    logger.info("delivered" if sent else "no longer wanted", extra=said)
    return True
