"""Files of printed lines in a writer's folder, each one chunk.

    logs/0000000001.open     being written
    logs/0000000000.lines    complete: it does not change any more
    logs/0000000002.tail     complete, and dropped if more is printed than a run may keep

A file begins with `LLOG1 <number of its first line>`; then lines, `<UTC milliseconds> <o or e> <text>` each.
It is delivered whole, under its number, and removed: who delivers it again sends the same bytes. From the
standard library alone: the process that copies a run's output writes these files.
"""

import os
from pathlib import Path

FOLDER = "logs"
OPEN, COMPLETE, TAIL = ".open", ".lines", ".tail"
_MAGIC = b"LLOG1"
CHUNK_BYTES = 256 * 1024


def head(first_line: int) -> bytes:
    """Return the bytes a file begins with."""
    return b"%s %d\n" % (_MAGIC, first_line)


def name(number: int) -> str:
    """Return the name of a file that is being written; names sort as numbers do."""
    return f"{number:010d}{OPEN}"


def complete_files(folder: Path, *, ended: bool) -> list[Path]:
    """Return what can be delivered, in order: everything, once nobody writes there any more."""
    states = (COMPLETE, TAIL, OPEN) if ended else (COMPLETE,)
    return sorted(path for path in folder.glob("*.*") if path.suffix in states)


def waiting(folder: Path) -> bool:
    """Say whether lines wait that can be delivered, if need be after completing a file."""
    with_head = len(head(0))
    try:
        return any(p.suffix == COMPLETE or p.stat().st_size > with_head + 20 for p in _not_kept(folder))
    except OSError:
        return False


def read(path: Path) -> tuple[int, int, bytes]:
    """Return a file's number, the number of its first line, and its whole lines. Raises ValueError, OSError.

    What a killed process left of a line without its end is no line, and a file that it had only just made has
    none.
    """
    content = path.read_bytes()
    if not content:
        return int(path.stem), 0, b""
    first, _, body = content.partition(b"\n")
    magic, _, line = first.partition(b" ")
    if magic != _MAGIC:
        raise ValueError(f"{path.name} is no file of lines")
    return int(path.stem), int(line), body[: body.rfind(b"\n") + 1]


def release_tail(folder: Path) -> None:
    """Let what was kept of the end be delivered."""
    for path in sorted(folder.glob(f"*{TAIL}")):
        path.rename(path.with_suffix(COMPLETE))


def _not_kept(folder: Path) -> list[Path]:
    tailing = any(folder.glob(f"*{TAIL}"))
    found = [p for p in folder.glob("*.*") if p.suffix in (COMPLETE, OPEN)]
    return [p for p in found if p.suffix == COMPLETE or not tailing]


class LineFiles:
    """Writes such files; keeps the first `first_bytes` of them and the last `last_bytes`."""

    def __init__(self, folder: Path, first_bytes: int, last_bytes: int) -> None:
        self._folder = folder
        self._first_bytes, self._last_bytes = first_bytes, last_bytes
        self._number = self._lines = self._written = 0
        self._descriptor: int | None = None
        self._size = 0
        self._kept: list[tuple[Path, int]] = []

    def append(self, moment: int, stream: str, lines: list[str]) -> None:
        """Write lines; those that find no room are dropped, and the next file's number of lines tells so."""
        start = 0
        while start < len(lines):
            batch, end = self._batch(f"{moment} {stream} ", lines, start)
            try:
                self._write(batch)
            except OSError:
                self._lines += end - start
                self.complete()
            else:
                self._lines += end - start
            start = end
            if self._size >= CHUNK_BYTES:
                self.complete()

    def complete(self) -> None:
        """End the file; what follows goes to another one."""
        if self._descriptor is None:
            return
        os.close(self._descriptor)
        self._descriptor = None
        self._written += self._size
        path = self._folder / name(self._number)
        tailing = self._written > self._first_bytes
        try:
            if not self._size:
                path.unlink()  # the disk had no room for its first byte
                return
            path = path.rename(path.with_suffix(TAIL if tailing else COMPLETE))
            if tailing:
                self._kept.append((path, self._size))
                self._drop_what_is_too_much()
        except OSError:
            pass  # it is delivered as it is once this process has ended
        self._number += 1

    def end(self) -> None:
        """End the last file, and let the tail be delivered."""
        self.complete()
        release_tail(self._folder)

    def _batch(self, prefix: str, lines: list[str], start: int) -> tuple[bytes, int]:
        """As many lines as fit one file, at least one."""
        if sum(map(len, lines)) * 3 < CHUNK_BYTES // 2 and len(lines) < 4_000:
            batch, end = lines[start:], len(lines)
        else:
            end, room = start, CHUNK_BYTES // 2
            while end < len(lines) and (room > 0 or end == start):
                room -= len(lines[end]) * 3 + len(prefix)
                end += 1
            batch = lines[start:end]
        return "".join([f"{prefix}{line}\n" for line in batch]).encode(errors="replace"), end

    def _write(self, batch: bytes) -> None:
        if self._descriptor is None:
            path = self._folder / name(self._number)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
            self._descriptor = os.open(path, flags, 0o600)
            self._size = 0
            self._size = os.write(self._descriptor, head(self._lines))
        if (written := os.write(self._descriptor, batch)) != len(batch):
            os.ftruncate(self._descriptor, self._size)
            raise OSError(f"the disk took {written} bytes of {len(batch)}")
        self._size += len(batch)

    def _drop_what_is_too_much(self) -> None:
        while len(self._kept) > 1 and sum(size for _, size in self._kept) > self._last_bytes:
            path, _ = self._kept.pop(0)
            path.unlink(missing_ok=True)
