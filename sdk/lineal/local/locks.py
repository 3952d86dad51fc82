"""File locks that the kernel drops when their last holder ends, however it ends.

A lock taken here belongs to the open file: a child process that inherits the descriptor holds it on. That is
how a command knows whether an emulator lives without trusting a process id, which may be another's by now.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lineal.local.errors import BusyError

_PAUSE = 0.02


def take(path: Path, *, wait: float = 0.0) -> int | None:
    """Return the descriptor that holds the lock, or None if it is still taken after `wait` seconds."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(_PAUSE)
        else:
            return descriptor


def is_held(path: Path) -> bool:
    """Say whether somebody holds the lock at this moment."""
    if not path.exists():
        return False
    descriptor = take(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def wait_until_free(path: Path, seconds: float) -> bool:
    """Wait for the holder to end; say whether it did in time."""
    deadline = time.monotonic() + seconds
    while is_held(path):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE)
    return True


@contextmanager
def held(path: Path, *, busy: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock. Raises BusyError with the message `busy` if another process keeps it."""
    descriptor = take(path, wait=wait)
    if descriptor is None:
        raise BusyError(busy)
    try:
        yield
    finally:
        os.close(descriptor)
