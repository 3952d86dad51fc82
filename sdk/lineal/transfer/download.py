"""Reading stored content back: in parts, several at once, whole and verified or not at all.

What has arrived lies beside its target in `.lineal-<address>.part`, and `.lineal-<address>.parts` lists the
parts that are whole. A second download to the same folder, also by a new process, asks for the others alone.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial as bind
from pathlib import Path

from lineal.errors import DiskError, IntegrityError, StorageError
from lineal.http.api import Api
from lineal.http.transport import Request
from lineal.transfer.files import read_file
from lineal.transfer.partial import Partial
from lineal.transfer.progress import Progress
from lineal.transfer.safe_paths import targets_below
from lineal_contract.artifacts import ArtifactFile, Download, StoredObject
from lineal_contract.batches import MAX_DOWNLOADS, DownloadQuery
from lineal_contract.digests import content_address, part_count, part_length, part_size
from lineal_contract.routes import tracking as routes

PARALLEL_FILES = 8
PARALLEL_PARTS = 10
_IDLE_ROUNDS = 3
_EXPIRED = 403
"""What a presigned address answers when its time is over: a new one is asked for."""


def fetch(api: Api, download: Download, target: Path, progress: Progress) -> Path:
    """Write the content that `download` leads to into the file `target`.

    A target that has this content already is left as it is. Raises NotFoundError, StorageError,
    IntegrityError if the bytes received do not have that address, DiskError where they cannot be written.
    """
    with ThreadPoolExecutor(PARALLEL_PARTS, thread_name_prefix="lineal-download") as parts:
        return _Fetching(api, target, parts, progress).fetch(download)


def downloads(api: Api, digests: Iterable[str]) -> Iterator[Download]:
    """Yield where to read each content, asked for in batches as they are needed. Raises NotFoundError."""
    wanted = list(digests)
    for at in range(0, len(wanted), MAX_DOWNLOADS):
        query = DownloadQuery(digests=",".join(wanted[at : at + MAX_DOWNLOADS]))
        yield from api.call(routes.DOWNLOADS, query=query).items


def fetch_tree(api: Api, files: Iterable[ArtifactFile], folder: Path, progress: Progress) -> Path:
    """Write files below `folder`, each at its path, and nothing outside of it.

    Raises InputError before the first byte for paths that this machine cannot keep apart or inside.
    """
    entries = {file.path: file.digest for file in files}
    targets = targets_below(folder, entries)
    with (
        ThreadPoolExecutor(PARALLEL_FILES, thread_name_prefix="lineal-fetch") as each,
        ThreadPoolExecutor(PARALLEL_PARTS, thread_name_prefix="lineal-download") as parts,
    ):

        def one(path: str, download: Download) -> None:
            with _disk(targets[path]):
                targets[path].parent.mkdir(parents=True, exist_ok=True)
            _Fetching(api, targets[path], parts, progress).fetch(download)

        for at in range(0, len(entries), MAX_DOWNLOADS):
            paths = list(entries)[at : at + MAX_DOWNLOADS]
            found = downloads(api, [entries[path] for path in paths])
            for _ in each.map(one, paths, found):
                pass
    return folder


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(f"{path} cannot be written: {error.strerror or error}") from error


@dataclass(frozen=True)
class _Fetching:
    """One content on its way to one file."""

    api: Api
    target: Path
    pool: Executor
    progress: Progress

    def fetch(self, download: Download) -> Path:
        stored = download.stored
        if self._is_there(stored):
            self.progress.advance(stored.size)
            return self.target
        with _disk(self.target), Partial.open(self.target.parent, stored.digest, stored.size) as partial:
            self._fill(partial, download)
            found = content_address(partial.digests())
            if found != stored.digest:
                partial.discard()
                raise IntegrityError(f"the content {stored.digest} came as {found}")
            partial.move_to(self.target)
        return self.target

    def _is_there(self, stored: StoredObject) -> bool:
        same_size = self.target.is_file() and self.target.stat().st_size == stored.size
        return same_size and read_file(self.target, self.target.name).digest == stored.digest

    def _fill(self, partial: Partial, download: Download) -> None:
        """Ask in rounds for the parts that are missing; rounds in which nothing comes end it."""
        self.progress.advance(sum(part_length(partial.size, n) for n in partial.whole))
        idle = 0
        while missing := partial.missing():
            came = list(self.pool.map(bind(self._part, partial, download), missing))
            idle = 0 if any(came) else idle + 1
            if idle == _IDLE_ROUNDS:
                raise _refused(download.stored, _EXPIRED)
            if not all(came):
                download = self.api.call(routes.DOWNLOAD, digest=download.stored.digest)

    def _part(self, partial: Partial, download: Download, number: int) -> bool:
        """Fetch one part; False where the address is no longer good."""
        start, length = (number - 1) * part_size(partial.size), part_length(partial.size, number)
        ranged = {"Range": f"bytes={start}-{start + length - 1}"} if part_count(partial.size) > 1 else {}
        writer = partial.writer(number)
        response = self.api.storage.send(Request("GET", download.url, ranged, into=writer))
        if response.status == _EXPIRED:
            return False
        if not response.ok:
            raise _refused(download.stored, response.status)
        partial.keep(writer)
        self.progress.advance(length)
        return True


def _refused(stored: StoredObject, status: int) -> StorageError:
    return StorageError(f"object storage refused to give {stored.digest} (HTTP {status})", status=status)
