"""Up to where a writer's segments are delivered, in a file of 20 bytes that is written in place.

A kill cannot tear it, for it is one write within one page, and writing in place needs no room on the disk.
After a power loss its CRC may be wrong: then delivery begins again, and the server drops what it has.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

_BODY = struct.Struct("<QQ")
_CRC = struct.Struct("<I")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A byte offset in a segment."""

    segment: int = 0
    offset: int = 0


class Cursor:
    """The durable position. Raises OSError where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Position:
        """Return the position; the beginning, where none can be read."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return Position()
        body, crc = data[: _BODY.size], data[_BODY.size :]
        if len(crc) != _CRC.size or _CRC.unpack(crc)[0] != crc32(body):
            return Position()
        return Position(*_BODY.unpack(body))

    def write(self, position: Position) -> None:
        """Record that everything before `position` is delivered."""
        body = _BODY.pack(position.segment, position.offset)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, body + _CRC.pack(crc32(body)), 0)
        finally:
            os.close(descriptor)
