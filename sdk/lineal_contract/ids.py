"""Ids that clients and servers make alike: UUIDv7 (RFC 9562), 32 hex digits, ordered by time."""

import hashlib
import secrets
import time

_RANDOM_BITS = 74


def new_id(millis: int | None = None) -> str:
    """Return a fresh id for the time `millis` (UTC milliseconds; now when not given)."""
    timestamp = time.time_ns() // 1_000_000 if millis is None else millis
    return _composed(timestamp, secrets.randbits(_RANDOM_BITS))


def derived_id(millis: int, origin: str) -> str:
    """Return the id for a time that always is the same for the same `origin`: 74 bits of its SHA-256."""
    digest = hashlib.sha256(origin.encode()).digest()
    return _composed(millis, int.from_bytes(digest[:10]) >> 80 - _RANDOM_BITS)


def _composed(timestamp: int, random: int) -> str:
    high = (timestamp & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | random >> 62
    return f"{high << 64 | 0b10 << 62 | random & (1 << 62) - 1:032x}"
