"""Putting a pipe, or a terminal of our own, where stdout and stderr were, and the original back."""

import ctypes
import fcntl
import os
import pty
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO

_PIPE_BYTES = 1024 * 1024
_F_SETPIPE_SZ = 1031


@dataclass
class Redirection:
    """A descriptor that now leads to `read`; `saved` is what it was."""

    descriptor: int
    saved: int
    read: int
    where: tuple[int, int]

    def undo(self) -> None:
        """Put back what was there, unless somebody else has put another thing there since."""
        if self.is_in_place():
            os.dup2(self.saved, self.descriptor)

    def is_in_place(self) -> bool:
        """Whether the descriptor is still the one that was put there."""
        try:
            return identity(self.descriptor) == self.where
        except OSError:
            return False

    def close(self) -> None:
        """Give back what it holds."""
        os.close(self.saved)
        os.close(self.read)


def redirect(descriptor: int) -> Redirection:
    """Lead `descriptor` elsewhere; to a terminal if it is one. Raises OSError, termios.error."""
    saved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    try:
        read, write = _terminal(descriptor) if os.isatty(descriptor) else pipe()
    except (OSError, termios.error):
        os.close(saved)
        raise
    flush()
    os.dup2(write, descriptor)
    os.close(write)
    return Redirection(descriptor, saved, read, identity(descriptor))


def identity(descriptor: int) -> tuple[int, int]:
    """Return what tells a file from all others. Raises OSError."""
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def pipe() -> tuple[int, int]:
    """Return both ends of a pipe with much room, so that a burst of output does not wait."""
    read, write = os.pipe()
    with suppress(OSError):  # it has the room that the system gives
        fcntl.fcntl(write, _F_SETPIPE_SZ, _PIPE_BYTES)
    return read, write


def flush() -> None:
    """Hand over what Python and C still hold back."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
    ctypes.CDLL(None).fflush(None)


def _terminal(like: int) -> tuple[int, int]:
    """A terminal of the same size that leaves all characters as they are: the real one sees to them."""
    master, slave = pty.openpty()
    settings = termios.tcgetattr(slave)
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, settings)
    size = fcntl.ioctl(like, termios.TIOCGWINSZ, bytes(8))
    fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
    return master, slave


class Copying:
    """A text stream that goes elsewhere, as in notebooks and under pytest, and is copied to a descriptor.

    What it does not have itself it takes from the stream it stands for.
    """

    def __init__(self, stream: TextIO, descriptor: int) -> None:
        self._stream = stream
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        """Write as ever; the copy may fail without anybody being told."""
        written = self._stream.write(text)
        with suppress(OSError, AttributeError):
            os.write(self._descriptor, text.encode(errors="replace"))
        return written

    def writelines(self, lines: Any) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Whatever else the stream has."""
        return getattr(self._stream, name)

    def __iter__(self) -> Any:
        """Its lines."""
        return iter(self._stream)


def by_line(stream: TextIO) -> Callable[[], None]:
    """Make a stream hand over each line at once, so that a kill loses none; return how to undo it."""
    reconfigure = getattr(stream, "reconfigure", None)
    if (
        reconfigure is None
        or getattr(stream, "line_buffering", True)
        or getattr(stream, "write_through", False)
    ):
        return lambda: None
    reconfigure(line_buffering=True)
    return lambda: reconfigure(line_buffering=False)
