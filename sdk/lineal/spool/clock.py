"""Timestamps of points: UTC, and never running backwards within a process."""

import time


class Clock:
    """Counts on by the monotonic clock from the wall clock, whose steps forward it follows.

    A step back of the wall clock, be it an hour, changes nothing: a series stays in the order it was logged.
    """

    def __init__(self) -> None:
        self.offset = _difference()
        """Nanoseconds from the monotonic clock to UTC."""

    def now_millis(self) -> int:
        """Return UTC milliseconds since the epoch."""
        return (time.monotonic_ns() + self.offset) // 1_000_000

    def follow(self) -> None:
        """Take over what the wall clock gained: the machine slept, or its clock was late."""
        self.offset = max(self.offset, _difference())


def _difference() -> int:
    return time.time_ns() - time.monotonic_ns()
