"""CloudTrail's records of who started executions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from functions.adapters.service_errors import NO_ANSWER, ServiceError
from functions.core.errors import UnavailableError
from functions.core.ports.workflows import Record

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient

_AROUND = timedelta(minutes=2)
"""How far the clocks of two services may be apart."""
_PAGES = 100


@dataclass(frozen=True)
class CloudTrail:
    """The `CloudRecords` port. CloudTrail keeps management events of the last 90 days without any set-up."""

    client: "CloudTrailClient"

    def starts(self, at: int, region: str) -> Iterator[Record]:
        """Yield what CloudTrail has of StartExecution around a time."""
        moment = datetime.fromtimestamp(at / 1000, UTC)
        pages = self.client.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "StartExecution"}],
            StartTime=moment - _AROUND,
            EndTime=moment + _AROUND,
            PaginationConfig={"MaxItems": _PAGES * 50},
        )
        try:
            for page in pages:
                yield from (
                    found for event in page["Events"] if (found := _read(event.get("CloudTrailEvent")))
                )
        except (*NO_ANSWER, ServiceError) as error:
            raise UnavailableError("CloudTrail did not answer") from error


def _read(text: str | None) -> Record | None:
    try:
        record = json.loads(text or "")
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
