"""Services of AWS that are in no emulator, as far as handlers call them."""

import json
from collections.abc import Iterator

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
