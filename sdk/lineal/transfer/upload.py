"""Storing files by content address: hash, ask what is missing, send that, complete.

Asking is what makes an upload go on after anything: the server answers with the parts that have not arrived,
whoever sent the others. So an address that has expired, a process that was killed and a second machine that
sends the same content are one case.
"""

from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor

from lineal.errors import ConflictError, FileChangedError, StorageError, UnexpectedAnswerError
from lineal.http.api import Api, checked_input
from lineal.http.transport import FileSlice, Request
from lineal.transfer.files import LocalFile
from lineal.transfer.progress import Progress
from lineal_contract.artifacts import BeginUpload, CompleteUpload, PartUpload, StoredObject, Upload
from lineal_contract.digests import part_length, part_size
from lineal_contract.problems import ProblemCode
from lineal_contract.routes import tracking as routes

PARALLEL_FILES = 8
PARALLEL_PARTS = 10
_IDLE_ROUNDS = 3
_ALREADY_THERE = 412  # what If-None-Match gives for an object that somebody stored meanwhile
_ASK_AGAIN = frozenset({400, 403, 404})  # not whole, address expired, upload ended by somebody else


def store(api: Api, files: Iterable[LocalFile], progress: Progress) -> list[StoredObject]:
    """Return the stored objects of files, sending the parts that are missing; known content sends none.

    Raises FileChangedError if a file is not the one that was hashed, StorageError if S3 refuses a part.
    """
    files = list(files)
    distinct = {file.digest: file for file in files}
    with (
        ThreadPoolExecutor(PARALLEL_FILES, thread_name_prefix="lineal-store") as each,
        ThreadPoolExecutor(PARALLEL_PARTS, thread_name_prefix="lineal-upload") as parts,
    ):
        stored = each.map(lambda file: _Storing(api, file, parts, progress).store(), distinct.values())
        by_digest = dict(zip(distinct, stored, strict=True))
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
        return sum(self._pool.map(self._send_part, parts))

    def _send_part(self, part: PartUpload) -> bool:
        """Send a part; False where it is worth asking again for what is missing."""
        offset, length = (
            (part.number - 1) * part_size(self._file.size),
            part_length(self._file.size, part.number),
        )
        body = FileSlice(self._file.source, offset, length)
        response = self._api.storage.send(Request("PUT", part.url, part.headers, body))
        if response.ok or response.status == _ALREADY_THERE:
            self._progress.advance(length)
            return True
        self._check_part(part.number)
        self._refusal = response.status
        if response.status in _ASK_AGAIN:
            return False
        message = f"object storage refused part {part.number} of {self._file.path} (HTTP {response.status})"
        raise StorageError(message, status=response.status)

    def _check_part(self, number: int) -> None:
        """Of a file that changed, storage only says that a checksum is wrong. Raises FileChangedError."""
        if self._file.part_sha256(number) != self._file.part_digests[number - 1]:
            raise FileChangedError(f"{self._file.source} changed while it was being stored; try again")

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
