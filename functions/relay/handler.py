"""From the registry's stream to the bus: each committed event, at least once."""

from typing import Any

from functions.bootstrap import backend, outbox_event
from functions.core.ledger import Event
from functions.observability import logger
from functions.tables import OUTBOX_PREFIX, REGISTRY


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Send the outbox items of a batch; answer the records the stream must bring again.

    A record that cannot be read would come for ever, so it is logged and left to the outbox, where the
    sweep's alarm sees it.
    """
    by_sequence = dict(filter(None, map(_read, event["Records"])))
    if not by_sequence:
        return {"batchItemFailures": []}
    unsent = backend().sending.send(list(by_sequence.values()))
    failed = [s for s, e in by_sequence.items() if e.detail.metadata.event_id in unsent]
    logger.info("relayed", extra={"events": len(by_sequence), "failed": len(failed)})
    return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in failed]}


def _read(record: dict[str, Any]) -> tuple[str, Event] | None:
    change = record["dynamodb"]
    partition = change["Keys"][REGISTRY.partition_key]["S"]
    if record["eventName"] != "INSERT" or not partition.startswith(OUTBOX_PREFIX):
        return None
    try:
        return change["SequenceNumber"], outbox_event(change["NewImage"])
    except (ValueError, KeyError):
        logger.exception("an outbox item cannot be read")
        return None
