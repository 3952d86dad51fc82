"""A destination in memory: what a server that takes each (writer, seq) once has after all deliveries."""

import threading
from pathlib import Path

from lineal.errors import InvalidRequestError, LinealError
from lineal_contract.chunks import MAX_CHUNK_BYTES, Point, decode


class Receiver:
    """Fails as told, before or after taking what it is given, and can be made to wait."""

    def __init__(self, *failures: LinealError, lost_replies: bool = False) -> None:
        self.failures = list(failures)
        self.lost_replies = lost_replies
        self.chunks: dict[int, bytes] = {}
        self.operations: list[bytes] = []
        self.tried: list[int] = []
        self.order: list[int | bytes] = []
        self.differing: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.called = threading.Event()

    def chunk(self, seq: int, data: bytes) -> None:
        """Take a chunk, once."""
        self.called.set()
        self.open.wait()
        self.tried.append(seq)
        if self.failures and not self.lost_replies:
            raise self.failures.pop(0)
        assert len(data) <= MAX_CHUNK_BYTES
        if self.chunks.setdefault(seq, data) != data:
            self.differing.append(seq)
        self.order.append(seq)
        if self.failures:
            raise self.failures.pop(0)

    def operation(self, document: bytes, folder: Path) -> None:
        """Take an operation."""
        if self.failures:
            raise self.failures.pop(0)
        self.operations.append(document)
        self.order.append(document)

    @property
    def points(self) -> list[Point]:
        """All points, in order of sequence."""
        return [p for _, data in sorted(self.chunks.items()) for p in decode(data)]

    @property
    def values(self) -> list[float]:
        """Their values."""
        return [p.value for p in self.points]


def refused() -> InvalidRequestError:
    """What is refused for good."""
    return InvalidRequestError("no", status=400, code="invalid_request")
