"""What a run printed: lines of stdout and stderr, delivered in compressed chunks.

A chunk's `data` is zlib over UTF-8 lines, `<UTC milliseconds> <o or e> <text>` each, at most 1 MiB of them.
"""

import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Wire
from lineal_contract.chunks import MAX_CHUNK_BYTES

MAX_RAW_BYTES = 1024 * 1024
_LINE = re.compile(r"(\d{1,15}) ([oe]) (.*)", re.DOTALL)


class LogError(ValueError):
    """The bytes are not a chunk of log lines."""


class Stream(StrEnum):
    """Where a line was printed to."""

    STDOUT = "stdout"
    STDERR = "stderr"


class LogLines(Wire):
    """A chunk of what one writer of a run printed; (writer, seq) makes a repeated delivery harmless.

    `first_line` counts the writer's lines before this chunk, dropped ones too, so that a gap tells itself.
    """

    writer: Annotated[str, Field(pattern=r"^[0-9a-z]{1,16}$")]
    seq: Annotated[int, Field(ge=0, lt=2**53, strict=True)]
    first_line: Annotated[int, Field(ge=0, lt=2**53, strict=True)] = 0
    data: Annotated[bytes, Field(max_length=MAX_CHUNK_BYTES)]


class LogReceipt(Answer):
    """How many lines the chunk held."""

    lines: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, without its end. `timestamp` is when it was complete, UTC milliseconds."""

    timestamp: int
    stream: Stream
    text: str


class LogPart(Answer):
    """A chunk as it was delivered; its lines are in the order printed."""

    writer: str
    seq: int
    first_line: int
    data: bytes


class LogQuery(Wire):
    """Which chunks of a run's logs to read: in order of their first line's time, or the newest first.

    `since` leaves out chunks that began before it. A page has at most `page_size` chunks.
    """

    newest_first: bool = False
    since: Annotated[int, Field(ge=0, le=253_402_300_799_999)] = 0
    page_size: Annotated[int, Field(ge=1, le=100)] = 20
    page_token: Annotated[str, Field(max_length=4_000)] | None = None


def pack(lines: bytes) -> bytes:
    """Return the `data` of lines as they stand in the spool. Raises LogError past the limits."""
    packed = zlib.compress(lines, 6)
    if len(lines) > MAX_RAW_BYTES or len(packed) > MAX_CHUNK_BYTES:
        raise LogError("the lines do not fit one chunk")
    return packed


def unpack(data: bytes) -> list[LogLine]:
    """Return the lines of a chunk. Raises LogError for anything that is none."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, MAX_RAW_BYTES).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise LogError("the chunk of log lines is not readable") from error
    if not unpacker.eof or unpacker.unused_data:
        raise LogError("the chunk is cut short, too large or has bytes behind its end")
    return [_line(each) for each in text.removesuffix("\n").split("\n")]


def _line(text: str) -> LogLine:
    found = _LINE.fullmatch(text)
    if found is None:
        raise LogError("a line has no time and stream in front of it")
    stream = Stream.STDOUT if found[2] == "o" else Stream.STDERR
    return LogLine(timestamp=int(found[1]), stream=stream, text=found[3])
