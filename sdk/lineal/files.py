"""Files of this machine: which ones, what is in them, and whether they held still meanwhile."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lineal.errors import FileChangedError, InputError
from lineal_contract.digests import content_address, part_size

_BLOCK_BYTES = 1024 * 1024

Fingerprint = tuple[int, int, int, int]
"""Device, inode, size and time of the last change of a file."""


@dataclass(frozen=True)
class LocalFile:
    """A file as it was read: its path inside the artifact or dataset, and its digests."""

    path: str
    source: Path
    size: int
    sha256: str
    part_digests: tuple[str, ...]
    fingerprint: Fingerprint

    @property
    def digest(self) -> str:
        """The content address."""
        return content_address(self.part_digests)

    def check_unchanged(self) -> None:
        """Raise FileChangedError if the file is no longer the one that was read."""
        try:
            now = _fingerprint(self.source.stat())
        except OSError as error:
            raise FileChangedError(f"{self.source} is gone: {error.strerror}") from error
        if now != self.fingerprint:
            raise FileChangedError(f"{self.source} changed while it was being stored; try again")


def read_tree(root: Path) -> Iterator[LocalFile]:
    """Yield the files under the folder `root`, or `root` itself under the path `.`, in order of path.

    Raises InputError for what is not a plain file: sockets, FIFOs, devices, links to folders and links that
    lead out of the folder.
    """
    if not root.is_dir():
        yield read_file(root, ".")
        return
    for source in _sources(root):
        yield read_file(source, PurePosixPath(source.relative_to(root)).as_posix())


def _sources(root: Path) -> list[Path]:
    """All files under `root`, links to files among them."""
    home = root.resolve()
    found: list[Path] = []
    for folder, names, files in os.walk(root, onerror=_unreadable):
        for name in names:
            if (link := Path(folder, name)).is_symlink():
                raise InputError(f"{link} is a link to a folder; store that folder itself")
        found += (Path(folder, name) for name in files)
    for source in found:
        if source.is_symlink() and not source.resolve().is_relative_to(home):
            raise InputError(f"{source} is a link that leads out of {root}")
    return sorted(found, key=lambda p: p.relative_to(root).parts)


def _unreadable(error: OSError) -> None:
    raise InputError(f"{error.filename} cannot be read: {error.strerror}") from error


def read_file(source: Path, path: str) -> LocalFile:
    """Hash one plain file. Raises InputError for another kind, FileChangedError if it did not hold still."""
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise InputError(f"{source} is not a plain file")
        whole, parts, size = _digests(file, part_size(before.st_size))
        after = os.fstat(descriptor)
    if _fingerprint(before) != _fingerprint(after) or size != after.st_size:
        raise FileChangedError(f"{source} changed while it was being read; try again")
    return LocalFile(path, source, size, whole, parts, _fingerprint(after))


def _digests(file: BinaryIO, part_bytes: int) -> tuple[str, tuple[str, ...], int]:
    """The SHA-256 of the whole, those of the parts (an empty file has one, empty), and the bytes read."""
    whole, parts, size = hashlib.sha256(), [hashlib.sha256()], 0
    in_part = 0
    while block := file.read(min(_BLOCK_BYTES, part_bytes - in_part)):
        whole.update(block)
        parts[-1].update(block)
        size += len(block)
        in_part += len(block)
        if in_part == part_bytes:
            parts.append(hashlib.sha256())
            in_part = 0
    if in_part == 0 and len(parts) > 1:
        parts.pop()
    return whole.hexdigest(), tuple(p.hexdigest() for p in parts), size


def _fingerprint(status: os.stat_result) -> Fingerprint:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
