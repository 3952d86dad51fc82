"""A destination on disk that several processes deliver to, with a memory of what it was given."""

import os
import random
from pathlib import Path

from lineal.errors import ConnectionFailedError
from lineal_contract.chunks import Point, decode


class Shelf:
    """Keeps the first bytes of each sequence, as the server does, and notes where others came later.

    With `unreliable`, every third delivery fails, half of these after it was taken: a lost reply.
    """

    def __init__(self, folder: Path, *, unreliable: int | None = None) -> None:
        self._folder = folder
        self._random = random.Random(unreliable) if unreliable is not None else None  # noqa: S311

    def chunk(self, seq: int, data: bytes) -> None:
        """Take a chunk, once. Raises ConnectionFailedError as told."""
        fails = self._random is not None and self._random.random() < 1 / 3
        if fails and self._random and self._random.random() < 1 / 2:
            raise ConnectionFailedError("the request was lost")
        self._take(f"{seq:020d}.chunk", data)
        if fails:
            raise ConnectionFailedError("the reply was lost")

    def operation(self, document: bytes, folder: Path) -> None:
        """Take an operation."""
        self._take(f"{document.decode()}.operation", document)

    def _take(self, name: str, data: bytes) -> None:
        path, partial = self._folder / name, self._folder / f"{name}.{os.getpid()}"
        if path.exists():
            if path.read_bytes() != data:
                (self._folder / "differs").touch()
            return
        partial.write_bytes(data)
        partial.rename(path)

    @property
    def points(self) -> list[Point]:
        """All points, in order of sequence."""
        return [p for path in sorted(self._folder.glob("*.chunk")) for p in decode(path.read_bytes())]

    @property
    def differed(self) -> bool:
        """Whether a sequence ever came with other bytes than before."""
        return (self._folder / "differs").exists()
