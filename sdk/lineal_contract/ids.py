"""Ids that clients and servers make alike: UUIDv7 (RFC 9562), 32 hex digits, ordered by time."""

import secrets
import time


def new_id(millis: int | None = None) -> str:
    """Return a fresh id for the time `millis` (UTC milliseconds; now when not given)."""
    timestamp = time.time_ns() // 1_000_000 if millis is None else millis
    random = secrets.randbits(74)
    high = (timestamp & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | random >> 62
    return f"{high << 64 | 0b10 << 62 | random & (1 << 62) - 1:032x}"
