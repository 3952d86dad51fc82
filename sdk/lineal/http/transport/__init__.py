"""The one port to the network: a request in, a response out.

`HttpTransport` sends, `SigningTransport` signs, `RetryTransport` repeats; each wraps the one before, so that
every attempt is signed afresh. Tests pass a transport of their own to `Client`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lineal.errors import FileChangedError

_BLOCK_BYTES = 512 * 1024


@dataclass(frozen=True)
class FileSlice:
    """`length` bytes of a file from `offset` on, read anew for each attempt."""

    path: Path
    offset: int
    length: int

    def blocks(self) -> Iterator[memoryview]:
        """Yield the bytes, all through one buffer: each block is to be used before the next is asked for.

        Raises FileChangedError where the file does not have them.
        """
        buffer = memoryview(bytearray(min(_BLOCK_BYTES, self.length)))
        left = self.length
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(self.offset)
                while left:
                    read = file.readinto(buffer[:left])
                    if not read:
                        raise FileChangedError(f"{self.path} became shorter while it was being read")
                    yield buffer[:read]
                    left -= read
        except OSError as error:
            raise FileChangedError(f"{self.path} cannot be read any more: {error.strerror}") from error


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
