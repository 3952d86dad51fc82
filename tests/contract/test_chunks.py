import contextlib
import math
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineal_contract import chunks
from lineal_contract.chunks import MAX_CHUNK_POINTS, ChunkError, Point, decode, encode, is_same
from lineal_contract.columns import put_texts, put_varints

INT64 = st.integers(-(2**63), 2**63 - 1)
KEYS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
SMALL = st.integers(-70, 70)
"""Differences of one byte and of two."""
POINTS = st.builds(Point, KEYS, INT64, INT64, st.floats()) | st.builds(Point, KEYS, SMALL, SMALL, st.floats())
CHUNKS = st.lists(POINTS, min_size=1, max_size=40)


def bits(points: list[Point]) -> list[tuple[str, int, int, bytes]]:
    """Points that compare by their bits, as NaN is not equal to itself."""
    return [(p.key, p.step, p.timestamp, struct.pack("<d", p.value)) for p in points]


@given(CHUNKS)
def test_points_come_back_bit_by_bit_in_their_order(points: list[Point]) -> None:
    assert bits(decode(encode(points))) == bits(points)


@given(CHUNKS)
def test_columns_are_the_points_turned(points: list[Point]) -> None:
    of = chunks.columns(encode(points))
    assert repr(of) == repr(chunks.in_columns(points))
    rows = zip(of.indexes, of.steps, of.timestamps, of.values, strict=True)
    assert bits([Point(of.keys[i], *row) for i, *row in rows]) == bits(points)


@pytest.mark.parametrize(
    ("keys", "index", "step"),
    [
        (["a", "b"], b"\0\0", b"\0\0"),
        (["a"], b"\0\1", b"\0\0"),
        (["a"], b"\0\0", b"\x80" * 10 + b"\1\0"),
        (["a"], b"\0\0", b"\0" + b"\xff" * 100),
        (["a"], b"\0\0", b"\0\x80"),
    ],
    ids=["a key without points", "a point without a key", "11 bytes", "100 bytes", "no end"],
)
def test_what_nobody_writes_is_a_chunk_error(keys: list[str], index: bytes, step: bytes) -> None:
    raw = bytearray(b"LMC1")
    put_varints(raw, (len(keys), 2))
    put_texts(raw, keys)
    with pytest.raises(ChunkError):
        decode(zlib.compress(bytes(raw) + index + step + (b"" if step.endswith(b"\x80") else b"\0" * 18)))


@given(CHUNKS, st.data())
def test_a_chunk_cut_short_is_a_chunk_error(points: list[Point], data: st.DataObject) -> None:
    packed = encode(points)
    length = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(ChunkError):
        decode(packed[:length])


@given(CHUNKS, st.data())
def test_a_flipped_byte_is_a_chunk_error(points: list[Point], data: st.DataObject) -> None:
    packed = bytearray(encode(points))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ChunkError):  # but for a bit of zlib's head that changes nothing
        assert bits(decode(bytes(packed))) == bits(points)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_chunk_error(noise: bytes) -> None:
    with pytest.raises(ChunkError):
        decode(noise)


@given(CHUNKS, st.binary(min_size=1, max_size=20))
def test_bytes_behind_the_end_are_a_chunk_error(points: list[Point], tail: bytes) -> None:
    with pytest.raises(ChunkError):
        decode(encode(points) + tail)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324])
def test_odd_floats_are_values(value: float) -> None:
    points = [Point("k", 0, 0, value)]
    assert bits(decode(encode(points))) == bits(points)


@pytest.mark.parametrize("count", [0, MAX_CHUNK_POINTS + 1])
def test_a_chunk_has_its_limits(count: int) -> None:
    with pytest.raises(ChunkError, match="points"):
        encode([Point("k", 0, 0, 0.0)] * count)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_steps_and_times_are_64_bit(number: int) -> None:
    with pytest.raises(ChunkError, match="64-bit"):
        encode([Point("k", number, 0, 0.0)])
    with pytest.raises(ChunkError, match="64-bit"):
        encode([Point("k", 0, number, 0.0)])


@given(CHUNKS)
def test_a_chunk_is_the_same_whichever_zlib_packed_it(points: list[Point]) -> None:
    packed = encode(points)
    otherwise = zlib.compress(zlib.decompress(packed), 1)
    assert bits(decode(otherwise)) == bits(points)
    assert is_same(packed, otherwise)
    assert not is_same(packed, encode([*points, Point("another", 0, 0, 0.0)]))


def test_a_column_of_noise_does_not_keep_the_others_from_getting_shorter() -> None:
    points = [Point("loss", n, n * 137, 1 / (n + 3)) for n in range(1_000)]
    packed = encode(points)
    assert len(packed) < len(zlib.compress(zlib.decompress(packed), 9))
