"""What a project may use, and what it has used."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Millis, Wire

Count = Annotated[int, Field(ge=0, le=2**53, strict=True)]


class Limit(StrEnum):
    """What is limited: rates by minute and day (UTC), and totals."""

    REQUESTS_PER_MINUTE = "requests_per_minute"
    POINTS_PER_DAY = "points_per_day"
    RUNS = "runs"
    STORED_BYTES = "stored_bytes"


class Quota(Wire):
    """What a project may use; null is without a limit.

    Requests are those that log and read runs, metrics and artifacts. Points count as often as they are sent.
    """

    requests_per_minute: Count | None = 60_000
    points_per_day: Count | None = 1_000_000_000
    runs: Count | None = 1_000_000
    stored_bytes: Count | None = 10 * 2**40

    def of(self, limit: Limit) -> int | None:
        """Return one of the limits."""
        value: int | None = getattr(self, limit)
        return value


class StoredQuota(Quota, Answer):
    """The quota in force; `custom` says whether somebody has set it."""

    custom: Annotated[bool, Field(strict=True)] = False


class Usage(Answer):
    """What a project uses, never less than it is: rates are taken from the quota in blocks of it."""

    requests_this_minute: int
    points_today: int
    runs: int
    stored_bytes: int
    quota: StoredQuota
    at: Millis
