"""Segments as the writing process holds them: on disk, or in memory while the disk takes nothing."""

import os
from dataclasses import dataclass
from pathlib import Path

from lineal.spool.buffers import Buffer, create_file, memory

SUFFIX = ".segment"


@dataclass(eq=False)
class Segment:
    """`capacity` bytes, filled from the front; those before `end` are all there will be once it is sealed."""

    number: int
    capacity: int
    buffer: Buffer | None
    path: Path | None = None
    end: int | None = None
    begins_at: int = 0
    _kept: bytes = b""

    @property
    def in_memory(self) -> bool:
        """Whether it goes with the process."""
        return self.path is None

    @property
    def filled(self) -> int:
        """How many bytes of it are written."""
        return self.end if self.end is not None else self.buffer.tell() if self.buffer else 0

    def begin(self, head: bytes) -> None:
        """Write what it begins with. Raises OSError."""
        self.begins_at = len(head)
        if self.buffer is not None:
            self.buffer.write(head)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from `start` to `end`. Raises OSError."""
        if self.path is None:
            buffer = self.buffer
            return self._kept[start:end] if buffer is None else buffer[start:end]
        with self.path.open("rb") as file:  # what a mapping holds, the file shows at once
            file.seek(start)
            return file.read(end - start)

    def flush(self) -> None:
        """Wait until the disk has what was written. Raises OSError."""
        if self.path is not None:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def seal(self) -> None:
        """Take nothing more; the room that is left is given back. Raises OSError."""
        self.end = self.filled
        if self.path is None:
            self._kept, self.capacity = self.read(0, self.end), self.end
            self.buffer = None  # it ends with the last who reads it
        else:
            self._release()
            os.truncate(self.path, self.end)

    def abandon(self) -> None:
        """Let go of it in a process that only inherited it."""
        self._release()

    def discard(self) -> None:
        """Remove it: everything is delivered."""
        if self.path is not None:
            self._release()
            self.path.unlink(missing_ok=True)

    def _release(self) -> None:
        if self.buffer is not None:
            self.buffer.close()
        self.buffer = None


def on_disk(folder: Path, number: int, head: bytes, capacity: int, *, mapped: bool) -> Segment:
    """Make a segment that begins with `head` in `folder`. Raises OSError."""
    path = folder / file_name(number)
    segment = Segment(number, capacity, create_file(path, capacity, mapped=mapped), path)
    try:
        segment.begin(head)
    except OSError:
        segment.discard()
        raise
    return segment


def in_memory(number: int, head: bytes, capacity: int) -> Segment:
    """Make a segment that goes with this process. Raises OSError."""
    segment = Segment(number, capacity, memory(capacity))
    segment.begin(head)
    return segment


def file_name(number: int) -> str:
    """Return the name of a segment's file; names sort as numbers do."""
    return f"{number:010d}{SUFFIX}"


def segment_files(folder: Path) -> list[Path]:
    """Return the segments in `folder`, in order."""
    return sorted(folder.glob(f"*{SUFFIX}"))
