"""Columns of numbers in few bytes: what metric chunks, and the summaries of runs, are written in.

Integers are varints: 7 bits a byte, the lowest first; signed ones in zigzag. Floats are float64, little
endian, byte-shuffled: all first bytes, then all second bytes, ... Everything goes through one zlib stream,
and blocks in it end where the bytes change their nature, so that each gets a code of its own: the low bytes
of measured values are noise that nothing makes shorter, and in one block with them the rest would not get
shorter either.
"""

import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from operator import length_hint

_INT64 = range(-(2**63), 2**63)
_NOISE = 6
"""How many of the eight bytes of a measured value are noise, from the lowest."""
_LONGEST = 10
"""Bytes of a difference between two signed 64-bit integers."""
_SHIFTS = range(7, 7 * _LONGEST, 7)
_BLOCK = 128
"""How many numbers are looked at together. Most differences have a byte, the first and the odd one more."""
_SIGNED = bytes((n >> 1 ^ -(n & 1)) & 0xFF for n in range(256))
"""What a byte in zigzag stands for, as a signed byte."""


class ColumnsError(ValueError):
    """The bytes are not columns, or the numbers do not fit."""


def put_varints(into: bytearray, values: Iterable[int]) -> None:
    """Append numbers, none of them negative."""
    for value in values:
        rest = value
        while rest >= 0x80:
            into.append(rest & 0x7F | 0x80)
            rest >>= 7
        into.append(rest)


def varints(values: Iterable[int]) -> bytes:
    """Return a column of numbers, none of them negative."""
    column = bytearray()
    put_varints(column, values)
    return bytes(column)


def put_texts(into: bytearray, texts: Iterable[str]) -> None:
    """Append texts, each behind its length in UTF-8."""
    for text in texts:
        encoded = text.encode()
        put_varints(into, (len(encoded),))
        into += encoded


def zigzag(value: int, previous: int) -> int:
    """Return the difference between two signed 64-bit integers without its sign. Raises ColumnsError."""
    if value not in _INT64:
        raise ColumnsError(f"{value} is not a signed 64-bit integer")
    delta = value - previous
    return delta << 1 if delta >= 0 else (-delta << 1) - 1


def deltas(values: Iterable[int]) -> Iterable[int]:
    """Yield each number's difference to the one before in zigzag."""
    last = 0
    for value in values:
        yield zigzag(value, last)
        last = value


def all_int64(numbers: Sequence[int]) -> bool:
    """Say whether all are signed 64-bit integers; there is one at least."""
    return min(numbers) in _INT64 and max(numbers) in _INT64


def floats(values: Sequence[float]) -> list[bytes]:
    """Return a column of float64 as blocks: the noise, then the bytes with exponent and sign."""
    plain = struct.pack(f"<{len(values)}d", *values)
    planes = [plain[i::8] for i in range(8)]
    return [b"".join(planes[:_NOISE]), *planes[_NOISE:]]


def unshuffled(data: bytes) -> bytearray:
    """Return words of eight bytes that were byte-shuffled as they were."""
    plain, count = bytearray(len(data)), len(data) // 8
    for i in range(8):
        plain[i::8] = data[i * count : (i + 1) * count]
    return plain


def deflated(blocks: Iterable[bytes]) -> bytes:
    """Return blocks as one zlib stream, each under a code of its own."""
    packer = zlib.compressobj(6)
    packed = b"".join(packer.compress(block) + packer.flush(zlib.Z_BLOCK) for block in blocks)
    return packed + packer.flush()


def inflated(packed: bytes, most: int) -> bytes:
    """Return what a zlib stream holds. Raises ColumnsError if it is cut, or holds more than `most` bytes."""
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, most)
    except zlib.error as error:
        raise ColumnsError("the chunk is not readable") from error
    if not unpacker.eof or unpacker.unused_data:
        raise ColumnsError("the chunk is cut short, too large or has bytes behind its end")
    return raw


class Reader:
    """Reads columns in order; running past the end is a ColumnsError."""

    def __init__(self, raw: bytes, at: int = 0) -> None:
        self._raw = raw
        self._at = at

    def varint(self) -> int:
        """Return one number."""
        return self.varints(1)[0]

    def varints(self, count: int) -> list[int]:
        """Return numbers. A block of a byte each, as key indexes usually are, needs no loop."""
        values: list[int] = []
        for size in _blocks(count):
            values += self._short(size) or self._long(size)
        return values

    def signed(self, count: int) -> list[int]:
        """Return numbers that were written in zigzag."""
        values: list[int] = []
        for size in _blocks(count):
            short = self._short(size)
            if short is not None:
                values += array("b", short.translate(_SIGNED))
            else:
                values += [(n >> 1) ^ -(n & 1) for n in self._long(size)]
        return values

    def _short(self, count: int) -> bytes | None:
        """Take numbers that have a byte each, if all do."""
        short = self._raw[self._at : self._at + count]
        if len(short) < count or not short.isascii():
            return None
        self._at += count
        return short

    def _long(self, count: int) -> list[int]:
        """Take numbers in one loop: this is what a read of metrics spends its time on."""
        window = self._raw[self._at : self._at + count * _LONGEST]
        values: list[int] = []
        ahead = iter(window)
        try:
            for _ in range(count):
                value = next(ahead)
                if value >= 0x80:
                    value &= 0x7F
                    for shift in _SHIFTS:
                        byte = next(ahead)
                        value |= (byte & 0x7F) << shift
                        if byte < 0x80:
                            break
                    else:
                        raise ColumnsError("a number in the chunk is too long")
                values.append(value)
        except StopIteration:
            raise ColumnsError("the chunk ends within a number") from None
        self._at += len(window) - length_hint(ahead)
        return values

    def texts(self, count: int) -> list[str]:
        """Return texts."""
        try:
            return [self._take(self.varint()).decode() for _ in range(count)]
        except UnicodeDecodeError as error:
            raise ColumnsError("a key is not UTF-8") from error

    def last_floats(self, count: int) -> tuple[float, ...]:
        """Return a column of float64, which has to be the last one."""
        data = self._take(count * 8)
        if self._at != len(self._raw):
            raise ColumnsError("the chunk has bytes behind its last column")
        return struct.unpack(f"<{count}d", unshuffled(data))

    def _take(self, length: int) -> bytes:
        if self._at + length > len(self._raw):
            raise ColumnsError("the chunk ends within a column")
        data = self._raw[self._at : self._at + length]
        self._at += length
        return data


def _blocks(count: int) -> Iterator[int]:
    """Yield the sizes of the blocks that so many numbers are."""
    for start in range(0, count, _BLOCK):
        yield min(_BLOCK, count - start)
