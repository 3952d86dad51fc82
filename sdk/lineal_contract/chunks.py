"""The metric chunk: every point of one flush in columns, compressed, from the standard library alone.

Layout, before zlib: the head `LMC1`, a varint count of keys and of points, the keys (varint length, UTF-8),
then four columns over the points in the order logged:

    key index   varint
    step        zigzag varint of the difference to the same key's previous step
    timestamp   zigzag varint of the difference to the previous timestamp, milliseconds
    value       float64, little endian, byte-shuffled (all first bytes, then all second bytes, ...)

NaN and infinities travel as they are. Steps and timestamps are signed 64-bit integers.
"""

import struct
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

_MAGIC = b"LMC1"
MAX_CHUNK_POINTS = 100_000
MAX_CHUNK_BYTES = 350 * 1024  # an item is at most 400 KB; the rest is for its key and attributes
_MAX_RAW_BYTES = MAX_CHUNK_POINTS * 40 + 1_000_000
_INT64 = range(-(2**63), 2**63)


class ChunkError(ValueError):
    """The bytes are not a chunk, or the points do not fit one."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric: `step` counts training steps, `timestamp` is UTC milliseconds."""

    key: str
    step: int
    timestamp: int
    value: float


def encode(points: Sequence[Point]) -> bytes:
    """Return the compressed chunk of `points`. Raises ChunkError past the limits."""
    if not 0 < len(points) <= MAX_CHUNK_POINTS:
        raise ChunkError(f"a chunk has 1 to {MAX_CHUNK_POINTS} points, not {len(points)}")
    keys = list(dict.fromkeys(p.key for p in points))
    index = {key: i for i, key in enumerate(keys)}
    raw = bytearray(_MAGIC)
    _put_varints(raw, (len(keys), len(points)))
    for key in keys:
        encoded = key.encode()
        _put_varints(raw, (len(encoded),))
        raw += encoded
    _put_varints(raw, (index[p.key] for p in points))
    _put_varints(raw, _step_deltas(points))
    _put_varints(raw, _timestamp_deltas(points))
    raw += _shuffle(struct.pack(f"<{len(points)}d", *(p.value for p in points)))
    packed = zlib.compress(bytes(raw), 6)
    if len(packed) > MAX_CHUNK_BYTES:
        raise ChunkError(f"a chunk is at most {MAX_CHUNK_BYTES} bytes, not {len(packed)}")
    return packed


def decode(packed: bytes, wanted: Collection[str] | None = None) -> list[Point]:
    """Return the points of a chunk, or those of the `wanted` keys.

    Raises ChunkError for anything that `encode` does not write; a chunk without a wanted key is not looked
    at further.
    """
    raw = _inflate(packed)
    if raw[:4] != _MAGIC:
        raise ChunkError("not a metric chunk")
    reader = _Reader(raw, 4)
    key_count, count = reader.varint(), reader.varint()
    if not (0 < key_count <= count <= MAX_CHUNK_POINTS):
        raise ChunkError("the chunk's counts are not possible")
    keys = [reader.text() for _ in range(key_count)]
    if len(set(keys)) != key_count:
        raise ChunkError("a key stands twice")
    if wanted is not None and not set(wanted) & set(keys):
        return []
    indexes = reader.varints(count)
    if max(indexes) >= key_count:
        raise ChunkError("a point names a key that the chunk does not have")
    steps = _undo_steps(indexes, reader.signed(count), key_count)
    timestamps = list(accumulate(reader.signed(count)))
    if not (_all_int64(steps) and _all_int64(timestamps)):
        raise ChunkError("a step or timestamp is not a signed 64-bit integer")
    values = struct.unpack(f"<{count}d", _unshuffle(reader.rest(count * 8)))
    columns = zip(indexes, steps, timestamps, values, strict=True)
    given = {i for i, key in enumerate(keys) if wanted is None or key in wanted}
    return [Point(keys[i], step, timestamp, value) for i, step, timestamp, value in columns if i in given]


def _inflate(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, _MAX_RAW_BYTES)
    except zlib.error as error:
        raise ChunkError("the chunk is not readable") from error
    if not unpacker.eof or unpacker.unused_data:
        raise ChunkError("the chunk is cut short, too large or has bytes behind its end")
    return raw


def _step_deltas(points: Sequence[Point]) -> Iterable[int]:
    last: dict[str, int] = {}
    for point in points:
        yield _zigzag(point.step, last.get(point.key, 0))
        last[point.key] = point.step


def _timestamp_deltas(points: Sequence[Point]) -> Iterable[int]:
    last = 0
    for point in points:
        yield _zigzag(point.timestamp, last)
        last = point.timestamp


def _zigzag(value: int, previous: int) -> int:
    if value not in _INT64:
        raise ChunkError(f"{value} is not a signed 64-bit integer")
    delta = value - previous
    return delta << 1 if delta >= 0 else (-delta << 1) - 1


def _undo_steps(indexes: Sequence[int], deltas: Sequence[int], key_count: int) -> list[int]:
    last = [0] * key_count
    steps = []
    for index, delta in zip(indexes, deltas, strict=True):
        last[index] += delta
        steps.append(last[index])
    return steps


def _all_int64(numbers: Sequence[int]) -> bool:
    return min(numbers) in _INT64 and max(numbers) in _INT64


def _put_varints(into: bytearray, values: Iterable[int]) -> None:
    for value in values:
        rest = value
        while rest >= 0x80:
            into.append(rest & 0x7F | 0x80)
            rest >>= 7
        into.append(rest)


def _shuffle(columns: bytes) -> bytes:
    return b"".join(columns[i::8] for i in range(8))


def _unshuffle(shuffled: bytes) -> bytes:
    count = len(shuffled) // 8
    plain = bytearray(len(shuffled))
    for i in range(8):
        plain[i::8] = shuffled[i * count : (i + 1) * count]
    return bytes(plain)


class _Reader:
    """Reads the plain columns in order; running past the end is a ChunkError."""

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw = raw
        self._at = at

    def varint(self) -> int:
        return self.varints(1)[0]

    def varints(self, count: int) -> list[int]:
        """Read numbers in one loop: this is what a read of metrics spends its time on."""
        raw, at = self._raw, self._at
        short = raw[at : at + count]
        if len(short) == count and short.isascii():  # a byte each, as steps and key indexes usually are
            self._at += count
            return list(short)
        values: list[int] = []
        value = shift = 0
        while len(values) < count:
            if at >= len(raw) or shift > 63:
                raise ChunkError("the chunk ends within a number")
            byte = raw[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                values.append(value)
                value = shift = 0
            else:
                shift += 7
        self._at = at
        return values

    def signed(self, count: int) -> list[int]:
        return [-((n + 1) >> 1) if n & 1 else n >> 1 for n in self.varints(count)]

    def text(self) -> str:
        data = self._take(self.varint())
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise ChunkError("a key is not UTF-8") from error

    def rest(self, length: int) -> bytes:
        data = self._take(length)
        if self._at != len(self._raw):
            raise ChunkError("the chunk has bytes behind its last column")
        return data

    def _take(self, length: int) -> bytes:
        if self._at + length > len(self._raw):
            raise ChunkError("the chunk ends within a column")
        data = self._raw[self._at : self._at + length]
        self._at += length
        return data
