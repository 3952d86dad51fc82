"""Appending: what stands between a training loop and the disk."""

import itertools
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from lineal.spool.buffers import Buffer, Memory, WrittenFile, can_be_mapped
from lineal.spool.records import HEADER_BYTES, Header, Kind, key_record, record, scan
from lineal.spool.segments import Segment, in_memory, on_disk

logger = logging.getLogger("lineal")

SEGMENT_BYTES = 1024 * 1024
MEMORY_SEGMENTS = 16
_RETRY_SECONDS = 10.0


class Key:
    """A metric's name: its number in the segments, and the step of the next point that is given none."""

    __slots__ = ("next_step", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.next_step = 0


@dataclass(frozen=True)
class Extent:
    """What of a segment can be read now: all before `end`; nothing more will come if it is `sealed`."""

    segment: Segment
    end: int
    sealed: bool


class Writer:
    """Appends records to segments in `folder`; safe for threads and for signal handlers that log.

    Where the disk takes nothing (or `folder` is None), segments are kept in memory, at most
    `MEMORY_SEGMENTS`; then records are refused, and the disk is tried again from time to time.
    """

    def __init__(
        self, folder: Path | None, run_id: str, writer: str, *, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self.lost = 0
        self.keys: dict[str, Key] = {}
        self.segments: deque[Segment] = deque()
        self._folder = folder
        self._run_id = run_id
        self._name = writer
        self._segment_bytes = segment_bytes
        self._mapped = folder is not None and can_be_mapped(folder)
        self._lock = threading.RLock()
        self._buffer: Buffer = Memory()
        self._position = self._marked = 0
        self._room = 0
        self._open_until = 0  # as far as an append is one assignment
        self._simple = self._busy = False
        self._late: deque[bytes] = deque()
        self._number = 0
        self._key_numbers = itertools.count()
        self._retry_at = 0.0
        self._closed = False

    def append(self, data: bytes) -> bool:
        """Take one record over; when it returns true, the record survives the end of this process.

        That holds for segments on disk. Returns false where there is no room left.
        """
        size = len(data)
        with self._lock:
            # No call stands between these lines: a signal handler that logs cannot come between them.
            start = self._position
            end = start + size
            if end <= self._open_until:
                self._position = end
                self._buffer[start:end] = data
                return True
            return self._append_slowly(data)

    def intern(self, name: str) -> Key | None:
        """Return the key of a name that was not logged before, or None where there is no room."""
        with self._lock:
            key = self.keys.get(name) or Key(next(self._key_numbers))
            segment = -1
            while segment != self._number:  # a segment that was begun meanwhile may not know the key
                segment = self._number
                if not self.append(key_record(key.number, name)):
                    return None
                key = self.keys.setdefault(name, key)
            return key

    def mark(self) -> list[Extent]:
        """End the chunk, and return what can be read now."""
        with self._lock:
            if self._position != self._marked and not self._closed:
                if not self.append(record(Kind.MARK)):
                    self._seal()  # the end of a segment ends a chunk as well
                self._marked = self._position
            return [Extent(s, self._end_of(s), s.end is not None) for s in list(self.segments)]

    @property
    def waiting_bytes(self) -> int:
        """About how much was appended since the last mark, or is sealed and not dropped."""
        return self._position - self._marked + (len(self.segments) - 1) * self._segment_bytes

    def drop(self, segment: Segment) -> None:
        """Remove a segment that was sealed and is delivered."""
        with self._lock:
            self.segments.remove(segment)
        segment.discard()

    def leave_memory(self) -> None:
        """Go on on disk, if the newest segment is in memory and the disk takes one again."""
        with self._lock:
            if self.segments and self.segments[-1].in_memory and not self._closed:
                self._begin(self._on_disk(0))
                self._open_until = self._room if self._simple else 0

    def flush(self) -> None:
        """Wait until the disk has what was appended. Raises OSError."""
        for segment in list(self.segments)[-2:]:
            segment.flush()

    def close(self) -> None:
        """Take nothing more."""
        with self._lock:
            self._closed = True
            self._seal()

    def points_in_memory(self) -> int:
        """Return how many points are in memory alone, those that a delivery of now is about among them."""
        held = [s.read(HEADER_BYTES, self._end_of(s)) for s in list(self.segments) if s.in_memory]
        return sum(kind == Kind.POINT for data in held for kind, _, _ in scan(data))

    def abandon(self) -> None:
        """Let go of everything in a forked child; the lock may be held by a thread that is not here."""
        self._closed, self._open_until, self._buffer = True, 0, Memory()
        for segment in self.segments:
            segment.abandon()

    def _end_of(self, segment: Segment) -> int:
        return self._position if segment.end is None else segment.end

    def _append_slowly(self, data: bytes) -> bool:
        """Append what does not simply fit. What a signal handler logs meanwhile comes right after it.

        While something is late nothing is appended past it: a point must not come before its key.
        """
        self._late.append(data)
        placed = True  # also where a handler does it: what it cannot place, it counts
        while not self._busy:
            # Handlers come between calls, so none comes between looking at a flag and setting it.
            self._busy, self._open_until = True, 0
            while self._late:
                each = self._late.popleft()
                done = self._place(each)
                placed = done if each is data else placed
                self.lost += not done and each is not data
            room = self._room if self._simple else 0
            self._busy, self._open_until = False, 0 if self._late else room
            if not self._late:
                break
        return placed

    def _place(self, data: bytes) -> bool:
        needed = len(data)
        if self._closed:
            return False
        if self._position + needed <= self._room:
            try:
                self._buffer[self._position : self._position + needed] = data
            except OSError as error:  # what is before this record is good
                self._room = 0
                self._complain(error)
            else:
                self._position += needed
                return True
        return self._begin(self._on_disk(needed) or self._in_memory(needed)) and self._place(data)

    def _begin(self, segment: Segment | None) -> bool:
        """Go on in `segment`, if there is one; it begins with a header and all keys."""
        if segment is None:
            return False
        self._seal()
        self.segments.append(segment)
        self._buffer = segment.buffer if segment.buffer is not None else Memory()
        self._position = self._marked = segment.begins_at
        self._room = segment.capacity
        self._simple = not isinstance(segment.buffer, WrittenFile)
        return True

    def _on_disk(self, needed: int) -> Segment | None:
        if self._folder is None or time.monotonic() < self._retry_at:
            return None
        self._number += 1
        head = self._head(self._number)
        capacity = self._capacity_for(head, needed)
        try:
            return on_disk(self._folder, self._number, head, capacity, mapped=self._mapped)
        except OSError as error:
            self._complain(error)
            return None

    def _in_memory(self, needed: int) -> Segment | None:
        held = sum(s.capacity for s in list(self.segments) if s.in_memory)
        if held + max(self._segment_bytes, needed) > MEMORY_SEGMENTS * self._segment_bytes:
            return None
        self._number += 1
        head = self._head(self._number)
        return in_memory(self._number, head, self._capacity_for(head, needed))

    def _capacity_for(self, head: bytes, needed: int) -> int:
        """At least as much room as the keys took: else many long keys would fill each segment anew."""
        return max(self._segment_bytes, 2 * len(head) + needed)

    def _head(self, number: int) -> bytes:
        header = Header(self._run_id, self._name, number).pack()
        return header + b"".join(key_record(key.number, name) for name, key in list(self.keys.items()))

    def _seal(self) -> None:
        self._open_until = self._room = 0
        if self.segments and self.segments[-1].end is None:
            try:
                self.segments[-1].seal(self._position)
            except OSError as error:  # its bytes are there; only the room behind them is not given back
                self._complain(error)

    def _complain(self, error: OSError) -> None:
        if self._retry_at == 0.0:
            logger.warning("metrics are kept in memory, for the spool cannot be written: %s", error)
        self._retry_at = time.monotonic() + _RETRY_SECONDS
