"""Bytes of unknown length: file-like objects and iterators, spooled to a file of this machine first.

The content address needs all digests before the first byte is sent, so a stream cannot be sent as it comes;
memory stays bounded whatever its length.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeGuard

from lineal.errors import DiskError, InputError

_BLOCK_BYTES = 1024 * 1024

Stream = IO[bytes] | Iterable[bytes] | bytes | bytearray | memoryview


def is_stream(source: Any) -> TypeGuard[Stream]:
    """Say whether `source` is a binary file-like object or an iterator, rather than a path."""
    return hasattr(source, "read") or hasattr(source, "__next__")


@contextmanager
def file_of(source: str | Path | Stream, name: str | None) -> Iterator[Path]:
    """Yield the path as it is, or the file that a stream was spooled to."""
    if isinstance(source, str | os.PathLike):
        yield Path(source)
    elif isinstance(source, bytes | bytearray | memoryview):
        with spooled(iter((bytes(source),)), name) as file:
            yield file
    elif is_stream(source):
        with spooled(source, name) as file:
            yield file
    else:
        kind = type(source).__name__
        raise InputError(f"an artifact is a path, bytes, a binary file or an iterator of bytes, not {kind}")


@contextmanager
def spooled(source: Stream, name: str | None) -> Iterator[Path]:
    """Yield a temporary file that holds all of a stream, under the last part of `name`.

    Raises InputError for a stream without a name, or one that yields text; DiskError where it has no room.
    """
    last = (name or "").rpartition("/")[2]
    if last in ("", ".", ".."):
        raise InputError("a stream needs a name: log_artifact(stream, name=...)")
    with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
        file = Path(folder, last)
        blocks = _blocks(source)
        try:
            with file.open("wb") as out:
                for block in blocks:
                    out.write(block)
        except OSError as error:
            raise DiskError(f"the stream {name!r} cannot be kept: {error.strerror or error}") from error
        yield file


def _blocks(source: Any) -> Iterator[bytes]:
    blocks = iter(lambda: source.read(_BLOCK_BYTES), b"") if hasattr(source, "read") else source
    for block in blocks:
        if block is None or block == "":
            return
        if not isinstance(block, bytes | bytearray | memoryview):
            raise InputError(f"a stream yields bytes, not {type(block).__name__}")
        yield bytes(block)
