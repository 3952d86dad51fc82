"""Where the bytes of a segment go: a file that is mapped, a file that is written, or memory.

All are filled from the front: `write` puts a record behind the last one, or raises ValueError without room.

Writing through a mapping needs no system call, and the page cache keeps what was written whatever becomes of
the process. But where a file system cannot place a page after all, the process gets SIGBUS and ends. So only
file systems whose allocated blocks are there to stay are mapped; elsewhere each record is one pwrite.
"""

import mmap
import os
import sys
from pathlib import Path
from typing import Protocol

_MAPPABLE = frozenset({"ext2", "ext3", "ext4", "xfs", "tmpfs", "f2fs", "overlay"})
_MOUNTS = Path("/proc/self/mounts")
_ONE_THREAD_RUNS: bool = getattr(sys, "_is_gil_enabled", lambda: True)()


class Buffer(Protocol):
    """The bytes of a segment; a mapping of Python's own is one."""

    def write(self, data: bytes, /) -> int:
        """Store `data` behind what is there. Raises ValueError without room, OSError if it gets nowhere."""
        ...

    def tell(self) -> int:
        """Return how many bytes are stored."""
        ...

    def __getitem__(self, where: slice, /) -> bytes:
        """Return the bytes there."""
        ...

    def close(self) -> None:
        """Give back what it holds of the operating system's; what was stored stays. Takes nothing more."""
        ...


class WrittenFile:
    """A file of at most `size` bytes that each record is written to; to be used by one thread at a time."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._position = 0

    def write(self, data: bytes) -> int:
        """Write `data` behind what is there. Raises ValueError without room, OSError if it gets nowhere."""
        start = self._position
        end = start + len(data)
        if end > self._size:
            raise ValueError("there is no room for it")
        try:
            written = os.pwrite(self._descriptor, data, start)
        except OSError:
            self._size = 0  # what is before this record is good, and nothing can be read behind it
            raise
        if written != len(data):
            self._size = 0
            raise OSError("the disk took a part of a record")
        self._position = end
        return written

    def tell(self) -> int:
        """Return how many bytes are good."""
        return self._position

    def __getitem__(self, where: slice) -> bytes:
        """Return the bytes there."""
        return os.pread(self._descriptor, where.stop - where.start, where.start)

    def close(self) -> None:
        """Close the file."""
        self._size = 0
        os.close(self._descriptor)


def is_atomic(buffer: Buffer) -> bool:
    """Whether threads, and handlers of signals, may call `buffer.write` whenever they like.

    A mapping finds the place, fills it and moves on in one call of C, and the interpreter lets nobody come
    between: unless it is one whose threads run at the same time.
    """
    return _ONE_THREAD_RUNS and not isinstance(buffer, WrittenFile)


def memory(size: int) -> mmap.mmap:
    """Return room that goes with the process. Raises OSError."""
    return mmap.mmap(-1, size)


def create_file(path: Path, size: int, *, mapped: bool) -> mmap.mmap | WrittenFile:
    """Make a file of `size` zeros with all its blocks allocated. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if not mapped:
            return WrittenFile(descriptor, size)
        os.posix_fallocate(descriptor, 0, size)
        buffer = mmap.mmap(descriptor, size)
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    os.close(descriptor)
    return buffer


def can_be_mapped(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Say whether writing through a mapping is safe for files in `folder`; false where nothing tells."""
    try:
        lines = mounts.read_text().splitlines()
        path = folder.resolve()
    except OSError:
        return False
    best, kind = 0, ""
    for line in lines:
        point, name = line.split(" ")[1:3]
        where = Path(point.encode().decode("unicode_escape"))
        if len(where.parts) >= best and path.is_relative_to(where):
            best, kind = len(where.parts), name
    return kind in _MAPPABLE
