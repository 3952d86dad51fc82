"""Ids and times made by the client."""

import secrets
import time


def now_millis() -> int:
    """Return UTC milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562) as 32 hex digits: 48 bits of milliseconds, then 74 random bits."""
    value = now_millis() << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return f"{value:032x}"
