"""From the records of a segment to what is delivered: chunks of points, and operations, in order.

A chunk ends at a mark, before an operation, when it is full, and at the end of the segment. All of that is
in the segment's bytes, so cutting them again gives the same chunks with the same numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lineal.spool.cursor import Position
from lineal.spool.records import Kind, read_key, read_point, scan
from lineal_contract.chunks import MAX_CHUNK_BYTES, Point, encode

CHUNK_POINTS = 10_000
_ROOM = MAX_CHUNK_BYTES - 8 * 1024  # zlib may add a little to what it cannot compress
_POINT_ROOM = 8 + 10 + 10 + 5  # value, two differences and a key number at their longest
_CHUNKS_PER_SEGMENT_BITS = 20


@dataclass(frozen=True, slots=True)
class Chunk:
    """Points to deliver as number `seq`; `end` is where they end in the spool."""

    seq: int
    points: tuple[Point, ...]
    end: Position

    @property
    def data(self) -> bytes:
        """The chunk on the wire."""
        return encode(self.points)


@dataclass(frozen=True, slots=True)
class Step:
    """An operation to carry out, as the JSON that was spooled; `end` is where it ends in the spool."""

    document: bytes
    end: Position


Delivery = Chunk | Step


class Cutter:
    """Cuts one segment, which it may be given piece by piece; `offset` is the end of the last good record."""

    def __init__(self, number: int, offset: int) -> None:
        self.number = number
        self.offset = offset
        self._keys: dict[int, tuple[str, int]] = {}
        self._points: list[Point] = []
        self._in_chunk: set[int] = set()
        self._room = _ROOM
        self._index = 0

    def cut(self, data: bytes, *, last: bool) -> Iterator[Delivery]:
        """Yield what ends in `data`, the bytes from `offset` on; with `last`, the remainder too."""
        start = self.offset
        for kind, payload, end in scan(data):
            if kind == Kind.POINT:
                yield from self._point(payload)
            elif kind == Kind.KEY:
                number, name = read_key(payload)
                self._keys[number] = (name, len(name.encode()) + 2)
            else:
                yield from self._chunk()
            self.offset = start + end
            if kind == Kind.OPERATION:
                yield Step(payload, Position(self.number, self.offset))
        if last:
            yield from self._chunk()

    def _point(self, payload: bytes) -> Iterator[Chunk]:
        step, moment, key, value = read_point(payload)
        name, name_room = self._keys[key]
        needed = _POINT_ROOM + (0 if key in self._in_chunk else name_room)
        if len(self._points) == CHUNK_POINTS or needed > self._room:
            yield from self._chunk()
            needed = _POINT_ROOM + name_room
        self._room -= needed
        self._in_chunk.add(key)
        self._points.append(Point(name, step, moment, value))

    def _chunk(self) -> Iterator[Chunk]:
        """The points so far, as far as there are any. Numbers rise over segments and within each."""
        if not self._points:
            return
        seq = self.number << _CHUNKS_PER_SEGMENT_BITS | self._index
        yield Chunk(seq, tuple(self._points), Position(self.number, self.offset))
        self._index += 1
        self._points = []
        self._in_chunk = set()
        self._room = _ROOM
