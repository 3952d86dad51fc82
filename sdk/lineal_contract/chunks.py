"""The metric chunk: every point of one flush in columns, compressed, from the standard library alone.

Layout, before zlib (see `columns`): the head `LMC1`, a varint count of keys and of points, the keys (varint
length, UTF-8), then four columns over the points in the order logged:

    key index   varint
    step        zigzag varint of the difference to the same key's previous step
    timestamp   zigzag varint of the difference to the previous timestamp, milliseconds
    value       float64, little endian, byte-shuffled (all first bytes, then all second bytes, ...)

NaN and infinities travel as they are. Steps and timestamps are signed 64-bit integers.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from lineal_contract.columns import (
    ColumnsError,
    Reader,
    all_int64,
    deflated,
    deltas,
    floats,
    inflated,
    put_texts,
    put_varints,
    varints,
    zigzag,
)

_MAGIC = b"LMC1"
MAX_CHUNK_POINTS = 100_000
MAX_CHUNK_BYTES = 350 * 1024  # an item is at most 400 KB; the rest is for its key and attributes
_MAX_RAW_BYTES = MAX_CHUNK_POINTS * 40 + 1_000_000

ChunkError = ColumnsError
"""The bytes are not a chunk, or the points do not fit one."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric: `step` counts training steps, `timestamp` is UTC milliseconds."""

    key: str
    step: int
    timestamp: int
    value: float


@dataclass(frozen=True, slots=True)
class Columns:
    """The points of a chunk, in the order logged: what each has, by columns; `indexes` are into `keys`."""

    keys: list[str]
    indexes: list[int]
    steps: list[int]
    timestamps: list[int]
    values: tuple[float, ...]

    def __len__(self) -> int:
        """Say how many points these are."""
        return len(self.indexes)


def in_columns(points: Sequence[Point]) -> Columns:
    """Return points by columns."""
    keys = list(dict.fromkeys(p.key for p in points))
    index = {key: i for i, key in enumerate(keys)}
    return Columns(
        keys,
        [index[p.key] for p in points],
        [p.step for p in points],
        [p.timestamp for p in points],
        tuple(p.value for p in points),
    )


def encode(points: Sequence[Point]) -> bytes:
    """Return the compressed chunk of `points`. Raises ChunkError past the limits."""
    return packed(in_columns(points))


def packed(of: Columns) -> bytes:
    """Return the compressed chunk of columns. Raises ChunkError past the limits."""
    if not 0 < len(of) <= MAX_CHUNK_POINTS:
        raise ChunkError(f"a chunk has 1 to {MAX_CHUNK_POINTS} points, not {len(of)}")
    head = bytearray(_MAGIC)
    put_varints(head, (len(of.keys), len(of)))
    put_texts(head, of.keys)
    blocks = [
        bytes(head),
        varints(of.indexes),
        varints(_step_deltas(of.indexes, of.steps, len(of.keys))),
        varints(deltas(of.timestamps)),
        *floats(of.values),
    ]
    chunk = deflated(blocks)
    if len(chunk) > MAX_CHUNK_BYTES:
        raise ChunkError(f"a chunk is at most {MAX_CHUNK_BYTES} bytes, not {len(chunk)}")
    return chunk


def decode(chunk: bytes, wanted: Collection[str] | None = None) -> list[Point]:
    """Return the points of a chunk, or those of the `wanted` keys.

    Raises ChunkError for anything that `encode` does not write; a chunk without a wanted key is not looked
    at further.
    """
    reader, count, keys = _opened(chunk)
    if wanted is not None and not set(wanted) & set(keys):
        return []
    of = _columns(reader, count, keys)
    points = zip(of.indexes, of.steps, of.timestamps, of.values, strict=True)
    given = {i for i, key in enumerate(keys) if wanted is None or key in wanted}
    return [Point(keys[i], step, timestamp, value) for i, step, timestamp, value in points if i in given]


def columns(chunk: bytes) -> Columns:
    """Return a chunk as it lies. Raises ChunkError for anything that `encode` does not write."""
    return _columns(*_opened(chunk))


def _opened(chunk: bytes) -> tuple[Reader, int, list[str]]:
    raw = inflated(chunk, _MAX_RAW_BYTES)
    if raw[:4] != _MAGIC:
        raise ChunkError("not a metric chunk")
    reader = Reader(raw, 4)
    key_count, count = reader.varint(), reader.varint()
    if not (0 < key_count <= count <= MAX_CHUNK_POINTS):
        raise ChunkError("the chunk's counts are not possible")
    keys = reader.texts(key_count)
    if len(set(keys)) != key_count:
        raise ChunkError("a key stands twice")
    return reader, count, keys


def _columns(reader: Reader, count: int, keys: list[str]) -> Columns:
    indexes = reader.varints(count)
    if set(indexes) != set(range(len(keys))):
        raise ChunkError("points name keys that the chunk does not have, or none names one that it has")
    steps = _undo_steps(indexes, reader.signed(count), len(keys))
    timestamps = list(accumulate(reader.signed(count)))
    if not (all_int64(steps) and all_int64(timestamps)):
        raise ChunkError("a step or timestamp is not a signed 64-bit integer")
    return Columns(keys, indexes, steps, timestamps, reader.last_floats(count))


def is_same(one: bytes, other: bytes) -> bool:
    """Say whether two chunks hold the same points, whichever zlib packed them. Raises ChunkError."""
    return one == other or encode(decode(one)) == encode(decode(other))


def _step_deltas(indexes: Sequence[int], steps: Sequence[int], key_count: int) -> Iterable[int]:
    last = [0] * key_count
    for index, step in zip(indexes, steps, strict=True):
        yield zigzag(step, last[index])
        last[index] = step


def _undo_steps(indexes: Sequence[int], differences: Sequence[int], key_count: int) -> list[int]:
    if key_count == 1:
        return list(accumulate(differences))
    last = [0] * key_count
    steps = []
    for index, delta in zip(indexes, differences, strict=True):
        last[index] += delta
        steps.append(last[index])
    return steps
