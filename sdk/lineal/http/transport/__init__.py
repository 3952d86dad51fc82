"""The one port to the network: a request in, a response out.

`HttpTransport` sends, `SigningTransport` signs, `RetryTransport` repeats; each wraps the one before, so that
every attempt is signed afresh. Tests pass a transport of their own to `Client`.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from lineal.errors import FileChangedError


@dataclass(frozen=True)
class FileSlice:
    """`length` bytes of a file from `offset` on, read anew for each attempt."""

    path: Path
    offset: int
    length: int

    def open(self) -> io.RawIOBase:
        """Return a reader of these bytes alone. Raises FileChangedError where the file does not have them."""
        try:
            return _SliceReader(self)
        except OSError as error:
            raise FileChangedError(f"{self.path} cannot be read any more: {error.strerror}") from error


class _SliceReader(io.RawIOBase):
    def __init__(self, part: FileSlice) -> None:
        super().__init__()
        self._file = part.path.open("rb")
        self._file.seek(part.offset)
        self._left = part.length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._file.read(min(len(buffer), self._left))
        if not block and self._left:
            raise FileChangedError(f"{self._file.name} became shorter while it was being sent")
        buffer[: len(block)] = block
        self._left -= len(block)
        return len(block)

    def close(self) -> None:
        self._file.close()
        super().close()


class Sink(Protocol):
    """Takes the body of an answer as it comes."""

    def restart(self) -> None:
        """Forget what came so far: an attempt begins."""
        ...

    def write(self, block: bytes) -> None:
        """Take the next bytes."""
        ...


@dataclass(frozen=True)
class Request:
    """One HTTP request. With `into`, the body of a success goes there and is not kept in memory."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | FileSlice = b""
    into: Sink | None = None


@dataclass(frozen=True)
class Response:
    """One HTTP response; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever the case of `name`."""
        return self.headers.get(name.lower())

    @property
    def ok(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status < 300


class Transport(Protocol):
    """Sends a request. Raises ConnectionFailedError where no response came."""

    def send(self, request: Request) -> Response:
        """Return the response, whatever its status."""
        ...
