"""Appending: what stands between a training loop and the disk."""

import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lineal.spool.buffers import is_atomic
from lineal.spool.records import HEADER_BYTES, Kind, key_record, record, scan
from lineal.spool.segments import Segment
from lineal.spool.supply import Supply

SEGMENT_BYTES = 1024 * 1024
_MARK = record(Kind.MARK)


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

    While the disk takes nothing (or `folder` is None), segments are in memory, as far as there is room.
    """

    def __init__(
        self, folder: Path | None, run_id: str, writer: str, *, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self.lost = 0
        self.keys: dict[str, Key] = {}
        self.segments: deque[Segment] = deque()
        self.write: Callable[[bytes], object] = _no_room
        """Takes one record over, or raises ValueError, and then `append_slowly` may know where to put it.

        It changes with each segment and belongs to nobody for longer than one call: whoever calls it has the
        record ready before they look it up. Then a thread that seals the segment comes before or after both.
        """
        self._supply = Supply(folder, run_id, writer, segment_bytes)
        self._segment_bytes = segment_bytes
        self._lock = threading.RLock()
        self._newest: Segment | None = None
        self._marked = 0
        self._open: Callable[[bytes], object] = _no_room  # what `write` is while nobody goes the slow way
        self._store: Callable[[bytes], object] = _no_room
        self._busy = False
        self._late: deque[bytes] = deque()
        self._key_numbers = itertools.count()
        self._closed = False

    def append(self, data: bytes) -> bool:
        """Take one record over; when it returns true, the record survives the end of this process.

        That holds for segments on disk. Returns false where there is no room left.
        """
        try:
            self.write(data)
        except ValueError:
            return self.append_slowly(data)
        return True

    def append_slowly(self, data: bytes) -> bool:
        """Append what `write` did not take. What a signal handler logs meanwhile comes right after it.

        While something is late nothing is appended past it: a point must not come before its key.
        """
        with self._lock:
            self._late.append(data)
            placed = True  # also where a handler does it: what it cannot place, it counts
            while not self._busy:
                # Handlers come between calls, so none comes between looking at a flag and setting it.
                self._busy, self.write = True, _no_room
                try:
                    while self._late:
                        each = self._late.popleft()
                        done = self._place(each)
                        placed = done if each is data else placed
                        self.lost += not done and each is not data
                finally:  # Ctrl-C ends this call, and not what the training goes on to log
                    self._busy, self.write = False, _no_room if self._late else self._open
                if not self._late:
                    break
            return placed

    def intern(self, name: str) -> Key | None:
        """Return the key of a name that was not logged before, or None where there is no room."""
        with self._lock:
            key = self.keys.get(name) or Key(next(self._key_numbers))
            segment = -1
            while segment != self._supply.number:  # one that was begun meanwhile may not know the key
                segment = self._supply.number
                if not self.append(key_record(key.number, name)):
                    return None
                key = self.keys.setdefault(name, key)
            return key

    def mark(self) -> list[Extent]:
        """End the chunk, and return what can be read now."""
        with self._lock:
            if self._unmarked() and not self._closed and not self.append_slowly(_MARK):
                self._seal()  # the end of a segment ends a chunk as well
            return [Extent(s, s.filled, s.end is not None) for s in list(self.segments)]

    @property
    def waiting_bytes(self) -> int:
        """About how much was appended since the last mark, or is sealed and not dropped."""
        with self._lock:
            return self._unmarked() + max(0, len(self.segments) - 1) * self._segment_bytes

    def drop(self, segment: Segment) -> None:
        """Remove a segment that was sealed and is delivered."""
        with self._lock:
            self.segments.remove(segment)
        segment.discard()

    def leave_memory(self) -> None:
        """Go on on disk, if the newest segment is in memory and the disk takes one again."""
        with self._lock:
            if self._newest is not None and self._newest.in_memory and not self._closed:
                self._begin(self._supply.on_disk(self._key_records(), 0))
                self.write = _no_room if self._late else self._open

    def flush(self) -> None:
        """Wait until the disk has what was appended. Raises OSError."""
        for segment in list(self.segments)[-2:]:
            segment.flush()

    def close(self) -> None:
        """Take nothing more."""
        with self._lock:
            self._closed = True
            self._seal()

    def kinds_in_memory(self) -> Counter[int]:
        """Count the records in memory alone by kind, those that a delivery of now is about among them."""
        held = [s.read(HEADER_BYTES, s.filled) for s in list(self.segments) if s.in_memory]
        return Counter(kind for data in held for kind, _, _ in scan(data))

    def abandon(self) -> None:
        """Let go of everything in a forked child; the lock may be held by a thread that is not here."""
        self._closed, self._newest = True, None
        self.write = self._open = self._store = _no_room
        for segment in self.segments:
            segment.abandon()

    def _unmarked(self) -> int:
        return self._newest.filled - self._marked if self._newest is not None else 0

    def _place(self, data: bytes) -> bool:
        if self._closed:
            return False
        try:
            self._store(data)
        except ValueError:
            pass
        except OSError as error:
            self._supply.complain(error)
        else:
            if data is _MARK and self._newest is not None:
                self._marked = self._newest.filled  # nobody appends meanwhile: just where the chunk ends
            return True
        return self._begin(self._another(len(data))) and self._place(data)

    def _another(self, needed: int) -> Segment | None:
        keys = self._key_records()
        return self._supply.on_disk(keys, needed) or self._supply.in_memory(keys, needed, self.segments)

    def _key_records(self) -> bytes:
        return b"".join(key_record(key.number, name) for name, key in list(self.keys.items()))

    def _begin(self, segment: Segment | None) -> bool:
        """Go on in `segment`, if there is one; it begins with a header and all keys."""
        if segment is None or segment.buffer is None:
            return False
        self._seal()
        self.segments.append(segment)
        self._newest, self._marked = segment, segment.begins_at
        self._store = segment.buffer.write
        self._open = self._store if is_atomic(segment.buffer) else self._store_in_turn
        return True

    def _store_in_turn(self, data: bytes) -> None:
        """Do what `write` does where only one may write at a time, as each `pwrite` lets other threads run.

        A signal handler that logs meanwhile finds it busy, and comes right after it.
        """
        with self._lock:
            if self._busy or self._late:
                raise ValueError("something else comes first")
            self._busy = True
            try:
                self._store(data)
            except OSError as error:
                self._supply.complain(error)
                raise ValueError("the disk did not take it") from error
            finally:
                self._busy = False
            if self._late:
                self.append_slowly(b"")

    def _seal(self) -> None:
        self.write = self._open = self._store = _no_room
        if self._newest is not None and self._newest.end is None:
            try:
                self._newest.seal()
            except OSError as error:  # its bytes are there; only the room behind them is not given back
                self._supply.complain(error)


def _no_room(_data: bytes) -> None:
    raise ValueError("no segment takes it as it is")
