"""The bytes of a segment: a header, then records, each with its length and a CRC-32; little endian.

    header       magic `LSPOOL1\\n`, run id (16 bytes), writer (16 bytes of ASCII, NUL-padded),
                 segment number (u64), CRC-32 of these (u32)
    record       length of the whole record (u32), kind (u8), payload, CRC-32 of all before it (u32)
    1 point      step (i64), UTC milliseconds (i64), key number (u32), value (float64)
    2 key        key number (u32), name (UTF-8); a segment defines each key before it uses it
    3 operation  one JSON document
    4 mark       empty: a chunk ends here

A length of zero, or the end of the file, ends a segment: it is allocated as zeros and filled from the front.
A record whose length or CRC is wrong ends it too, for behind it nothing can be told from noise.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from zlib import crc32

MAGIC = b"LSPOOL1\n"
_HEADER = struct.Struct("<8s16s16sQ")
_FRAME = struct.Struct("<IB")
_KEY = struct.Struct("<I")
_POINT_BODY = struct.Struct("<qqId")
_CRC = struct.Struct("<I")
HEADER_BYTES = _HEADER.size + _CRC.size
FRAME_BYTES = _FRAME.size + _CRC.size

pack_point = struct.Struct("<IBqqId").pack
"""Packs length, kind, step, milliseconds, key number, value: a point without its CRC."""
pack_crc = _CRC.pack
POINT_BYTES = FRAME_BYTES + _POINT_BODY.size


class Kind(IntEnum):
    """What a record holds."""

    POINT = 1
    KEY = 2
    OPERATION = 3
    MARK = 4


class DamagedError(ValueError):
    """A file is not a segment, or its header is not what was written."""


@dataclass(frozen=True, slots=True)
class Header:
    """Which segment this is."""

    run_id: str
    writer: str
    number: int

    def pack(self) -> bytes:
        """Return the bytes at the beginning of the segment."""
        head = _HEADER.pack(MAGIC, bytes.fromhex(self.run_id), self.writer.encode("ascii"), self.number)
        return head + _CRC.pack(crc32(head))

    @classmethod
    def unpack(cls, data: bytes) -> "Header":
        """Return the header that `data` begins with. Raises DamagedError."""
        head, crc = data[: _HEADER.size], data[_HEADER.size : HEADER_BYTES]
        if len(crc) != _CRC.size or _CRC.unpack(crc)[0] != crc32(head):
            raise DamagedError("the segment's header is damaged")
        magic, run_id, writer, number = _HEADER.unpack(head)
        if magic != MAGIC:
            raise DamagedError("not a segment of this version")
        return cls(run_id.hex(), writer.rstrip(b"\0").decode("ascii"), number)


def record(kind: Kind, payload: bytes = b"") -> bytes:
    """Return a whole record."""
    framed = _FRAME.pack(FRAME_BYTES + len(payload), kind) + payload
    return framed + _CRC.pack(crc32(framed))


def key_record(number: int, name: str) -> bytes:
    """Return the record that gives a key its number."""
    return record(Kind.KEY, _KEY.pack(number) + name.encode())


def read_key(payload: bytes) -> tuple[int, str]:
    """Return the number and the name of a key record's payload."""
    return _KEY.unpack_from(payload)[0], payload[_KEY.size :].decode()


def read_point(payload: bytes) -> tuple[int, int, int, float]:
    """Return step, milliseconds, key number and value of a point record's payload."""
    step, moment, key, value = _POINT_BODY.unpack(payload)
    return step, moment, key, value


def scan(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield kind, payload and end offset of each good record at the beginning of `data`."""
    view, at = memoryview(data), 0
    while at + FRAME_BYTES <= len(data):
        length, kind = _FRAME.unpack_from(data, at)
        end = at + length
        if not FRAME_BYTES <= length <= len(data) - at:
            return
        if _CRC.unpack_from(data, end - _CRC.size)[0] != crc32(view[at : end - _CRC.size]):
            return
        yield kind, data[at + _FRAME.size : end - _CRC.size], end
        at = end


def damaged_bytes(tail: bytes) -> int:
    """Return how many bytes behind the last good record are damage; a half-written record is none.

    A process that is killed leaves at most the beginning of one record, which nobody was told of.
    """
    used = len(tail.rstrip(b"\0"))
    if used < _FRAME.size:
        return 0
    claimed = _FRAME.unpack_from(tail)[0]
    return 0 if used < claimed else used
