"""The thread that delivers what a live process appends."""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass

from lineal.errors import LinealError
from lineal.spool.clock import Clock
from lineal.spool.cutting import Cutter, Delivery
from lineal.spool.delivering import Deliveries
from lineal.spool.once import Once
from lineal.spool.records import HEADER_BYTES, POINT_BYTES
from lineal.spool.segments import Segment
from lineal.spool.writer import Extent, Writer

logger = logging.getLogger("lineal")

_WORTH_A_DELIVERY = 1_000 * POINT_BYTES
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Pace:
    """When to deliver: looks every `interval` seconds, and points wait at most `linger` seconds for company.

    What is in no hurry waits `background` seconds. A server that says when to come back is asked again after
    `patience` seconds at the latest: a quota may be raised long before its day is over. With `fsync`, each
    look also waits until the disk has what was appended.
    """

    interval: float = 1.0
    linger: float = 5.0
    background: float = 30.0
    patience: float = 300.0
    fsync: bool = False


class Sender:
    """Delivers when about a thousand points wait, when some have waited long enough, and when asked to.

    What cannot be delivered now is tried again, ever less often, until the process ends.
    """

    def __init__(self, writer: Writer, deliveries: Deliveries, clock: Clock, pace: Pace) -> None:
        self._writer = writer
        self._deliveries = deliveries
        self._clock = clock
        self._pace = pace
        self._pause = pace.interval
        self._cutters: dict[Segment, Cutter] = {}
        self._queue: deque[Delivery] = deque()
        self._last = -pace.linger
        self._asked = self._answered = 0
        self._delivered = True
        self._stopped = False
        self._once = Once()
        self.unhurried = 0
        """Bytes appended since the last delivery that nobody waits for."""
        self._state = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="lineal-sender", daemon=True)
        self._thread.start()

    def drain(self, timeout: float) -> bool:
        """Deliver what was appended so far; say whether it is. Gives up at the first failure."""
        with self._state:
            self._asked += 1
            wanted = self._asked
            self._state.notify_all()
            answered = self._state.wait_for(lambda: self._answered >= wanted, timeout)
            return answered and self._delivered

    def stop(self) -> None:
        """End the thread when the delivery it is at is over."""
        with self._state:
            self._stopped = True
            self._state.notify_all()

    def _work(self) -> None:
        while (asked := self._wait()) is not None:
            self._housekeeping()
            if asked > self._answered or self._is_due():
                self._attempt(asked)

    def _wait(self) -> int | None:
        """Wait for the next look; None says that there is none."""
        with self._state:
            self._state.wait_for(lambda: self._stopped or self._asked > self._answered, self._pause)
            return None if self._stopped else self._asked

    def _is_due(self) -> bool:
        waiting = len(self._queue) + (self._writer.waiting_bytes if self._writer.segments else 0)
        if waiting >= _WORTH_A_DELIVERY:
            return True
        hurried = waiting > self.unhurried or self._deliveries.lines_wait()
        linger = self._pace.linger if hurried else self._pace.background
        return (hurried or waiting > 0) and time.monotonic() >= self._last + linger

    def _housekeeping(self) -> None:
        self._clock.follow()
        self._writer.leave_memory()
        if self._pace.fsync:
            try:
                self._writer.flush()
            except OSError as error:
                self._once.warn(f"the spool cannot be written through to the disk: {error}")

    def _attempt(self, asked: int) -> None:
        """Deliver everything there is, or learn that it cannot be done now."""
        asked_for = 0.0
        try:
            self._deliver_all()
        except LinealError as error:
            self._once.warn(f"what is logged stays in the spool until it can be delivered: {error}")
            delivered = False
            asked_for = min(self._pace.patience, getattr(error, "retry_after", None) or 0.0)
        except Exception:  # the outer edge of this thread: it must outlive what nobody thought of
            logger.exception("delivering failed unexpectedly")
            delivered = False
        else:
            delivered = True
        pause = min(_LONGEST_PAUSE, 2 * self._pause)
        self._pause = self._pace.interval if delivered else max(pause, asked_for)
        self._last = time.monotonic()
        with self._state:
            self._delivered = delivered
            self._answered = asked
            self._state.notify_all()

    def _deliver_all(self) -> None:
        self.unhurried = 0
        self._settle()
        for extent in self._writer.mark():
            self._queue.extend(self._cut(extent))
            self._settle()
            if self._stopped:
                return
            if extent.sealed:
                del self._cutters[extent.segment]
                self._writer.drop(extent.segment)
        self._deliveries.settle_lines()

    def _cut(self, extent: Extent) -> list[Delivery]:
        segment = extent.segment
        cutter = self._cutters.setdefault(segment, Cutter(segment.number, HEADER_BYTES))
        return list(cutter.cut(segment.read(cutter.offset, extent.end), last=extent.sealed))

    def _settle(self) -> None:
        while self._queue and not self._stopped:
            self._deliveries.settle(self._queue[0])
            self._queue.popleft()
