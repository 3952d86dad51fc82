"""A file that is not whole yet: its bytes, and a list of the parts that are there."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Self

from lineal.errors import UnexpectedAnswerError
from lineal.ids import new_id
from lineal_contract.digests import part_count, part_length, part_size

_BLOCK_BYTES = 1024 * 1024


class Partial:
    """The parts of a content of `size` bytes that have arrived; `whole` has their digests by number."""

    def __init__(self, path: Path, size: int) -> None:
        self.size = size
        self.whole: dict[int, str] = {}
        self._path, self._list = path, path.with_suffix(".parts")
        self._lock = Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, digest: str, size: int) -> Iterator[Self]:
        """Open what an earlier download left in `folder`, or begin; another one at work is left alone.

        What has arrived stays for the next time, unless it is moved or discarded.
        """
        partial = cls(folder / f".lineal-{digest}.part", size)
        if not _claim(partial._file):
            partial._close()
            partial = cls(folder / f".lineal-{digest}-{new_id()}.part", size)
        try:
            partial._recall()
            yield partial
        finally:
            partial._close()

    def _recall(self) -> None:
        """Take over the parts that are listed and are still what they were."""
        known = {str(n) for n in range(1, part_count(self.size) + 1)}
        with suppress(FileNotFoundError):
            for line in self._list.read_text("ascii", "replace").splitlines():
                number, _, digest = line.partition(" ")
                if number in known and self._sha256(int(number)) == digest:
                    self.whole[int(number)] = digest
        os.ftruncate(self._file, self.size)

    def _sha256(self, number: int) -> str:
        digest, at = hashlib.sha256(), (number - 1) * part_size(self.size)
        end = at + part_length(self.size, number)
        while block := os.pread(self._file, min(_BLOCK_BYTES, end - at), at):
            digest.update(block)
            at += len(block)
        return digest.hexdigest()

    def missing(self) -> list[int]:
        """The numbers of the parts that have not arrived."""
        return [n for n in range(1, part_count(self.size) + 1) if n not in self.whole]

    def digests(self) -> list[str]:
        """The digests of all parts, in order."""
        return [self.whole[number] for number in sorted(self.whole)]

    def writer(self, number: int) -> "PartWriter":
        """Return what takes the bytes of a part."""
        return PartWriter(
            self._file, number, (number - 1) * part_size(self.size), part_length(self.size, number)
        )

    def keep(self, written: "PartWriter") -> None:
        """Note that a part is there. Raises UnexpectedAnswerError for one that is not whole."""
        digest = written.digest()
        with self._lock:
            self.whole[written.number] = digest
            with self._list.open("a", encoding="ascii") as parts:
                parts.write(f"{written.number} {digest}\n")

    def move_to(self, target: Path) -> None:
        """Put the file in its place at once."""
        self._path.replace(target)
        self._list.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget what has arrived."""
        self._path.unlink(missing_ok=True)
        self._list.unlink(missing_ok=True)

    def _close(self) -> None:
        os.close(self._file)


class PartWriter:
    """Takes the bytes of one part as they come, and hashes them; a new attempt starts over."""

    def __init__(self, file: int, number: int, offset: int, length: int) -> None:
        self.number = number
        self._file, self._offset, self._length = file, offset, length
        self.restart()

    def restart(self) -> None:
        """Forget what came so far."""
        self._received, self._digest = 0, hashlib.sha256()

    def write(self, block: bytes) -> None:
        """Take the next bytes. Raises UnexpectedAnswerError for more than were asked for."""
        if self._received + len(block) > self._length:
            raise UnexpectedAnswerError("object storage sent more bytes than were asked for")
        view = memoryview(block)
        while view:
            written = os.pwrite(self._file, view, self._offset + self._received)
            self._received += written
            view = view[written:]
        self._digest.update(block)

    def digest(self) -> str:
        """Return the SHA-256 of the part. Raises UnexpectedAnswerError if it is not whole."""
        if self._received != self._length:
            raise UnexpectedAnswerError("object storage sent fewer bytes than were asked for")
        return self._digest.hexdigest()


def _claim(file: int) -> bool:
    """Say whether nobody else, in this process or another one, fills this file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
