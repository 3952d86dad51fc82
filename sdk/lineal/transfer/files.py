"""Files of this machine: which ones, what is in them, and whether they held still meanwhile."""

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from lineal.errors import FileChangedError, InputError
from lineal.http.transport import FileSlice
from lineal.transfer.progress import Progress, Silent
from lineal_contract.digests import content_address, part_count, part_length, part_size

_PARALLEL = min(8, os.cpu_count() or 1)  # a digest lets other threads go on, and takes a processor whole

_NOWHERE_ELSE = re.compile(r"[\\\x00-\x1f\x7f]")

Fingerprint = tuple[int, int, int, int, int]
"""Device, inode, size and the times when content and record of a file changed last."""


@dataclass(frozen=True)
class LocalFile:
    """A file as it was found: its path inside the artifact or dataset, and what tells that it changed.

    Its digests are computed when they are first asked for. Each raises FileChangedError if the file is no
    longer the one that was found.
    """

    path: str
    source: Path
    size: int
    fingerprint: Fingerprint
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def part_digests(self) -> tuple[str, ...]:
        """The SHA-256 of each part; an empty file has one part, empty."""
        return self.hash()

    @property
    def digest(self) -> str:
        """The content address."""
        return content_address(self.part_digests)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the whole."""
        if part_count(self.size) == 1:
            return self.part_digests[0]
        if "whole" not in self._known:
            self._known["whole"] = (self._sha256(0, self.size),)
        return self._known["whole"][0]

    @property
    def is_hashed(self) -> bool:
        """Whether the digests of the parts are known."""
        return "parts" in self._known

    def hash(self, progress: Progress | None = None) -> tuple[str, ...]:
        """Return the digests of the parts, several hashed at once."""
        if "parts" not in self._known:
            self._known["parts"] = self._hash_parts(progress or Silent())
        return self._known["parts"]

    def _hash_parts(self, progress: Progress) -> tuple[str, ...]:
        def digest(number: int) -> str:
            found = self.part_sha256(number)
            progress.advance(part_length(self.size, number))
            return found

        numbers = range(1, part_count(self.size) + 1)
        if len(numbers) == 1:
            return (digest(1),)
        with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="lineal-hash") as pool:
            return tuple(pool.map(digest, numbers))

    def part_sha256(self, number: int) -> str:
        """Return the SHA-256 of one part as it is now."""
        return self._sha256((number - 1) * part_size(self.size), part_length(self.size, number))

    def _sha256(self, offset: int, length: int) -> str:
        digest = hashlib.sha256()
        for block in FileSlice(self.source, offset, length).blocks():
            digest.update(block)
        self.check_unchanged()
        return digest.hexdigest()

    def check_unchanged(self) -> None:
        """Raise FileChangedError if the file is no longer the one that was found."""
        try:
            now = _fingerprint(self.source.stat())
        except OSError as error:
            raise FileChangedError(f"{self.source} is gone: {error.strerror}") from error
        if now != self.fingerprint:
            raise FileChangedError(f"{self.source} changed while it was being stored; try again")


def hash_all(files: Iterable[LocalFile], progress: Progress) -> None:
    """Compute the part digests of files, several files at once."""
    with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="lineal-files") as pool:
        for _ in pool.map(lambda file: file.hash(progress), files):
            pass


def read_tree(root: Path) -> Iterator[LocalFile]:
    """Yield the files under the folder `root`, or `root` itself under the path `.`, in order of path.

    Raises InputError for what is not a plain file: sockets, FIFOs, devices, links to folders and links that
    lead out of the folder.
    """
    if not root.is_dir():
        yield read_file(root, ".")
        return
    for source in _sources(root):
        yield read_file(source, _path_of(source, root))


def _path_of(source: Path, root: Path) -> str:
    """Return the path inside `root`. Raises InputError for one that not every machine could have."""
    path = PurePosixPath(source.relative_to(root)).as_posix()
    if _NOWHERE_ELSE.search(path):
        raise InputError(f"{str(source)!r}: a path has no backslashes and no control characters; rename it")
    return path


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
        if source.is_symlink() and not _target(source).is_relative_to(home):
            raise InputError(f"{source} is a link that leads out of {root}")
    return sorted(found, key=lambda p: p.relative_to(root).parts)


def _target(link: Path) -> Path:
    try:
        return link.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: what pathlib says of a loop before Python 3.13
        raise InputError(f"{link} leads nowhere: links go round in a circle") from error


def _unreadable(error: OSError) -> None:
    raise InputError(f"{error.filename} cannot be read: {error.strerror}") from error


def read_file(source: Path, path: str) -> LocalFile:
    """Find one plain file. Raises InputError for another kind, or where it cannot be read."""
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:  # ValueError: NUL in a path
        raise InputError(f"{str(source)!r} cannot be read: {getattr(error, 'strerror', error)}") from error
    try:
        status = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{source} is not a plain file")
    return LocalFile(path, source, status.st_size, _fingerprint(status))


def _fingerprint(status: os.stat_result) -> Fingerprint:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
