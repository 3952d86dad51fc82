"""Services of AWS that are in no emulator, as far as handlers call them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.fakes.cloudtrail import record_of
from tests.faults.states import Data
from tests.faults.wire import Wire


class Trail:
    """A client of CloudTrail. Its records are late: the first look finds none."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._starter = ""
        self._looks = 0

    def begin(self, starter: str) -> None:
        """Let the next execution be one that this identity has started just now."""
        self._starter, self._looks = starter, 0

    def get_paginator(self, operation: str) -> "Trail":
        """Return what pages through the records."""
        return self

    def paginate(self, **asked: object) -> Iterator[Data]:
        """Yield the one page, by a call that can fail like any other."""
        yield self._wire.send("cloudtrail", "lookup_events", self._look)

    def _look(self) -> Data:
        self._looks += 1
        records = [record_of(self._starter)] if self._looks > 1 else []
        return {"Events": [{"CloudTrailEvent": json.dumps(record)} for record in records]}


class Post:
    """A client of SNS: keeps the subjects of what it sends."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def publish(self, **given: object) -> Data:
        """Send a mail."""
        self.sent.append(str(given["Subject"]))
        return {"MessageId": "sent"}


class Queue:
    """A client of SQS with one queue, and the queue: what is not done with comes again at once."""

    def __init__(self) -> None:
        self._waiting: dict[str, str] = {}
        self._received: Counter[str] = Counter()
        self._count = 0

    def send_message(self, **given: str) -> Data:
        """Add a message."""
        self._count += 1
        self._waiting[f"message-{self._count}"] = given["MessageBody"]
        return {"MessageId": f"message-{self._count}"}

    def change_message_visibility(self, **given: object) -> Data:
        """Put a message off: no time passes here."""
        return {}

    def put(self, event: Data) -> None:
        """Add what the bus brings."""
        self.send_message(MessageBody=json.dumps(event, default=str))

    def receive(self) -> list[Data]:
        """Return the messages as a function gets them."""
        self._received.update(self._waiting.keys())
        return [
            {
                "messageId": name,
                "receiptHandle": name,
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(self._received[name])},
            }
            for name, body in self._waiting.items()
        ]

    def done(self, names: Iterable[str]) -> None:
        """Delete messages."""
        for name in names:
            del self._waiting[name]
