"""Storing files by content address: hash, ask what is missing, send that, complete.

Asking is what makes an upload go on after anything: the server answers with the parts that have not arrived,
whoever sent the others. So an address that has expired, a process that was killed and a second machine that
sends the same content are one case.
"""

from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor

from lineal.errors import ConflictError, StorageError, UnexpectedAnswerError
from lineal.http.api import Api, checked_input
from lineal.transfer.files import LocalFile
from lineal.transfer.progress import Progress
from lineal.transfer.sending import send_part
from lineal.transfer.small_files import store_small
from lineal_contract.artifacts import BeginUpload, CompleteUpload, PartUpload, StoredObject, Upload
from lineal_contract.digests import part_count, part_size
from lineal_contract.problems import ProblemCode
from lineal_contract.routes import tracking as routes

PARALLEL_FILES = 8
PARALLEL_PARTS = 10
_IDLE_ROUNDS = 3


def store(api: Api, files: Iterable[LocalFile], progress: Progress) -> list[StoredObject]:
    """Return the stored objects of files, sending the parts that are missing; known content sends none.

    Raises FileChangedError if a file is not the one that was hashed, StorageError if S3 refuses a part.
    """
    files = list(files)
    distinct = {file.digest: file for file in files}
    small = [file for file in distinct.values() if part_count(file.size) == 1]
    if len(small) <= PARALLEL_FILES:
        small = []  # they go at once anyway, and no address waits for another file
    batched = {file.digest for file in small}
    alone = [file for digest, file in distinct.items() if digest not in batched]
    with (
        ThreadPoolExecutor(PARALLEL_FILES, thread_name_prefix="lineal-store") as each,
        ThreadPoolExecutor(PARALLEL_PARTS, thread_name_prefix="lineal-upload") as parts,
    ):
        by_digest = {stored.digest: stored for stored in store_small(api, small, parts, progress)}
        stored = each.map(lambda file: _Storing(api, file, parts, progress).store(), alone)
        by_digest |= {found.digest: found for found in stored}
    return [by_digest[file.digest] for file in files]


class _Storing:
    """One file on its way."""

    def __init__(self, api: Api, file: LocalFile, pool: Executor, progress: Progress) -> None:
        self._api, self._file, self._pool, self._progress = api, file, pool, progress
        self._refusal = 0

    def store(self) -> StoredObject:
        """Ask and send in rounds until nothing is missing; rounds in which nothing arrives end it."""
        upload, idle = self._begin(), 0
        if upload.stored is not None:
            self._progress.advance(self._file.size)
            return upload.stored
        self._progress.advance((len(self._file.part_digests) - upload.missing) * part_size(self._file.size))
        # The whole is hashed beside the sending: its digest is needed at the end alone.
        whole = self._pool.submit(lambda: self._file.sha256)
        while idle < _IDLE_ROUNDS:
            arrived = self._send(upload.parts)
            idle = 0 if arrived else idle + 1
            if arrived == upload.missing and (stored := self._complete(whole.result())):
                return stored
            upload = self._begin()
            if upload.stored is not None:
                return upload.stored
        message = f"object storage takes no part of {self._file.path} (HTTP {self._refusal})"
        raise StorageError(message, status=self._refusal)

    def _begin(self) -> Upload:
        with checked_input():
            request = BeginUpload(size=self._file.size, part_digests=self._file.part_digests)
        upload = self._api.call(routes.BEGIN_UPLOAD, body=request)
        if upload.digest != self._file.digest:
            message = f"the server gave {self._file.path} another address than its bytes have"
            raise UnexpectedAnswerError(message)
        return upload

    def _send(self, parts: tuple[PartUpload, ...]) -> int:
        """Send parts, some at a time; return how many arrived."""
        statuses = list(self._pool.map(self._send_part, parts))
        self._refusal = next((status for status in statuses if status), self._refusal)
        return statuses.count(0)

    def _send_part(self, part: PartUpload) -> int:
        return send_part(self._api, self._file, part, self._progress)

    def _complete(self, sha256: str) -> StoredObject | None:
        """End the upload; None where parts are missing after all."""
        self._file.check_unchanged()
        request = CompleteUpload(size=self._file.size, sha256=sha256, part_digests=self._file.part_digests)
        try:
            return self._api.call(routes.COMPLETE_UPLOAD, body=request, digest=self._file.digest)
        except ConflictError as error:
            if error.code == ProblemCode.UPLOAD_INCOMPLETE:
                return None
            raise
