"""Storing thousands of small files: hundreds are begun, and ended, by one request each.

Asking is what makes it go on after anything, as with large files: of each batch the server says what is
missing.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from lineal.errors import StorageError, UnexpectedAnswerError
from lineal.http.api import Api, checked_input
from lineal.transfer.files import LocalFile
from lineal.transfer.progress import Progress
from lineal.transfer.sending import send_part
from lineal_contract.artifacts import StoredObject, Upload
from lineal_contract.batches import MAX_BATCH, SmallFile, SmallFiles
from lineal_contract.routes import tracking as routes

BATCH_FILES = MAX_BATCH // 2
"""Less than a request takes, so that files of one batch are sent while another one is begun or ended."""
PARALLEL_BATCHES = 3
_BATCH_BYTES = 256 * 1024 * 1024
"""Addresses are good for some minutes: a batch is to be through by then."""
_IDLE_ROUNDS = 3


def store_small(
    api: Api, files: Sequence[LocalFile], parts: Executor, progress: Progress
) -> Iterator[StoredObject]:
    """Yield the stored objects of files of one part each, in order. Raises as `upload.store` does."""
    with ThreadPoolExecutor(PARALLEL_BATCHES, thread_name_prefix="lineal-batch") as pool:
        for stored in pool.map(partial(_store_batch, api, parts, progress), _batches(files)):
            yield from stored


def _batches(files: Sequence[LocalFile]) -> Iterator[list[LocalFile]]:
    batch: list[LocalFile] = []
    size = 0
    for file in files:
        if batch and (len(batch) == BATCH_FILES or size + file.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def _store_batch(api: Api, parts: Executor, progress: Progress, files: list[LocalFile]) -> list[StoredObject]:
    """Ask, send and end in rounds until all are stored; rounds in which nothing arrives end it."""
    stored: dict[str, StoredObject] = {}
    idle, refusal = 0, 0
    while left := [file for file in files if file.digest not in stored]:
        if idle == _IDLE_ROUNDS:
            message = (
                f"object storage takes {len(left)} files no more, such as {left[0].path} (HTTP {refusal})"
            )
            raise StorageError(message, status=refusal)
        uploads = _begin(api, left)
        known = {u.digest: u.stored for u in uploads if u.stored is not None}
        progress.advance(sum(file.size for file in left if file.digest in known))
        stored |= known
        to_send = [(f, u) for f, u in zip(left, uploads, strict=True) if u.stored is None]
        statuses = list(parts.map(lambda each: _send(api, progress, *each), to_send))
        refusal = next((status for status in statuses if status), refusal)
        arrived = [file for (file, _), status in zip(to_send, statuses, strict=True) if not status]
        ended = _end(api, arrived) if arrived else ()
        stored |= {each.digest: each for each in ended}
        idle = 0 if known or ended else idle + 1
    return [stored[file.digest] for file in files]


def _begin(api: Api, files: Sequence[LocalFile]) -> tuple[Upload, ...]:
    uploads = api.call(routes.BEGIN_UPLOADS, body=_request(files)).uploads
    if [each.digest for each in uploads] != [file.digest for file in files]:
        raise UnexpectedAnswerError("the server gave files other addresses than their bytes have")
    return uploads


def _send(api: Api, progress: Progress, file: LocalFile, upload: Upload) -> int:
    """Send one file; return 0, or the status with which storage refused it for now."""
    return send_part(api, file, upload.parts[0], progress)


def _end(api: Api, files: Sequence[LocalFile]) -> tuple[StoredObject, ...]:
    """End uploads; what has not arrived after all is not among the answers."""
    for file in files:
        file.check_unchanged()
    return api.call(routes.END_UPLOADS, body=_request(files)).stored


def _request(files: Sequence[LocalFile]) -> SmallFiles:
    with checked_input():
        return SmallFiles(files=tuple(SmallFile(size=f.size, sha256=f.part_digests[0]) for f in files))
