"""Where the bytes of a segment go: a file that is mapped, a file that is written, or memory.

All three take `buffer[start:end] = record` and give `buffer[start:end]`.

Writing through a mapping needs no system call, and the page cache keeps what was written whatever becomes of
the process. But where a file system cannot place a page after all, the process gets SIGBUS and ends. So only
file systems whose allocated blocks are there to stay are mapped; elsewhere each record is one pwrite.
"""

import mmap
import os
from pathlib import Path
from typing import Protocol

_MAPPABLE = frozenset({"ext2", "ext3", "ext4", "xfs", "tmpfs", "f2fs", "overlay"})
_MOUNTS = Path("/proc/self/mounts")


class Buffer(Protocol):
    """The bytes of a segment."""

    def __setitem__(self, where: slice, data: bytes, /) -> None:
        """Store `data` there. Raises OSError where it does not get there."""
        ...

    def __getitem__(self, where: slice, /) -> bytes | bytearray:
        """Return the bytes there."""
        ...

    def close(self) -> None:
        """Give back what it holds of the operating system's; what was stored stays."""
        ...


class Memory(bytearray):
    """Bytes that go with the process."""

    def close(self) -> None:
        """Do nothing."""


class WrittenFile:
    """A file that each assignment writes to."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __setitem__(self, where: slice, data: bytes) -> None:
        """Write `data` there. Raises OSError."""
        written = os.pwrite(self._descriptor, data, where.start)
        if written != len(data):
            raise OSError("the disk took a part of a record")

    def __getitem__(self, where: slice) -> bytes:
        """Return the bytes there."""
        return os.pread(self._descriptor, where.stop - where.start, where.start)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def create_file(path: Path, size: int, *, mapped: bool) -> "mmap.mmap | WrittenFile":
    """Make a file of `size` zeros with all its blocks allocated. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if not mapped:
            return WrittenFile(descriptor)
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
