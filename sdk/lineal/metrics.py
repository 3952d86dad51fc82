"""From `run.log` to delivered chunks, without ever stopping the training loop.

`MetricSink` is the port. `BackgroundSender` keeps points in memory, bounded, and delivers them from a thread;
what it holds is lost with the process.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from lineal.errors import ConflictError, InputError, InvalidRequestError, LinealError, NotFoundError
from lineal_contract.chunks import ChunkError, Point, encode

logger = logging.getLogger("lineal")

Deliver = Callable[[int, bytes], None]
"""Delivers chunk number `seq`. Raises LinealError; the same (seq, bytes) may be delivered again."""

_REFUSED_FOR_GOOD = (InvalidRequestError, NotFoundError, ConflictError, InputError)


class MetricSink(Protocol):
    """Where points go. `put` neither raises nor waits for the network."""

    @property
    def lost_points(self) -> int:
        """How many points will never be delivered."""
        ...

    def put(self, points: Sequence[Point]) -> None:
        """Take points over."""
        ...

    def flush(self, timeout: float) -> None:
        """Deliver what was put so far, within `timeout` seconds; what remains then is still tried."""
        ...

    def close(self, timeout: float) -> None:
        """Deliver what is left, within `timeout` seconds; what remains then is lost."""
        ...


class BackgroundSender:
    """Sends a chunk when `batch` points wait, or the first of them has waited for `interval` seconds.

    Past `capacity` points new ones are lost. A delivery that fails for now is repeated with the same number
    until the sink is closed; one that the server refuses for good is lost.
    """

    def __init__(
        self, deliver: Deliver, *, batch: int = 1_000, interval: float = 1.0, capacity: int = 200_000
    ) -> None:
        self._deliver = deliver
        self._batch = batch
        self._interval = interval
        self._capacity = capacity
        self._waiting: deque[Point] = deque()
        self._in_flight = 0
        self._lost = 0
        self._seq = 0
        self._closing = False
        self._hurry = False
        self._warned: set[str] = set()
        self._wake = threading.Condition()
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._work, name="lineal-metrics", daemon=True)
        self._thread.start()

    @property
    def lost_points(self) -> int:
        """How many points will never be delivered."""
        return self._lost

    def put(self, points: Sequence[Point]) -> None:
        """Take points over; those past the capacity are lost."""
        with self._wake:
            held = len(self._waiting) + self._in_flight
            room = 0 if self._closing else max(0, self._capacity - held)
            self._waiting.extend(points[:room])
            self._wake.notify_all()
        if len(points) > room:
            self._lose(len(points) - room, "the buffer is full or closed")

    def flush(self, timeout: float) -> None:
        """Deliver what was put so far, within `timeout` seconds; what remains then is still tried."""
        with self._wake:
            self._hurry = True
            self._wake.notify_all()
            self._wake.wait_for(lambda: not self._waiting and not self._in_flight, timeout)
            self._hurry = False

    def close(self, timeout: float) -> None:
        """Deliver what is left, within `timeout` seconds; what remains then is lost."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        self._thread.join(timeout)
        self._given_up.set()
        with self._wake:
            left = len(self._waiting) + self._in_flight
            self._waiting.clear()
        if left:
            self._lose(left, "they could not be delivered in time")

    def _work(self) -> None:
        while batch := self._take():
            for seq, (data, count) in enumerate(self._chunks(batch), self._seq):
                self._settle(seq, data, count)
                self._seq = seq + 1

    def _take(self) -> list[Point]:
        """Wait for a batch; an empty one says that the sink is closed and nothing is left."""
        with self._wake:
            self._wake.wait_for(lambda: self._waiting or self._closing)
            self._wake.wait_for(
                lambda: len(self._waiting) >= self._batch or self._closing or self._hurry, self._interval
            )
            batch = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            self._in_flight = len(batch)
            return batch

    def _chunks(self, points: Sequence[Point]) -> Iterator[tuple[bytes, int]]:
        """Encode the points, halving them where very long keys make the chunk too large."""
        try:
            data = encode(points)
        except ChunkError as error:
            if len(points) == 1:
                return self._drop(1, str(error))
            middle = len(points) // 2
            yield from self._chunks(points[:middle])
            yield from self._chunks(points[middle:])
        else:
            yield data, len(points)

    def _settle(self, seq: int, data: bytes, count: int) -> None:
        """Deliver one chunk, or find out that it never will be."""
        while not self._given_up.is_set():
            try:
                self._deliver(seq, data)
            except _REFUSED_FOR_GOOD as error:
                return self._drop(count, str(error))
            except LinealError as error:
                self._warn_once(f"metrics are kept in memory until they can be delivered: {error}")
                self._given_up.wait(self._interval)
            else:
                return self._landed(count)
        return None

    def _landed(self, count: int) -> None:
        with self._wake:
            self._in_flight -= count
            self._wake.notify_all()

    def _drop(self, count: int, reason: str) -> None:
        self._landed(count)
        self._lose(count, reason)

    def _lose(self, count: int, reason: str) -> None:
        with self._wake:
            self._lost += count
        self._warn_once(f"metric points are lost: {reason}")

    def _warn_once(self, message: str) -> None:
        """Say it in the log, not as a warning: one that is turned into an error would stop the training."""
        if message not in self._warned:
            self._warned.add(message)
            logger.warning(message)
