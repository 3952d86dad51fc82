"""Storing files by content address: hash, ask what is missing, send that, complete."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from lineal.api import Api, checked_input
from lineal.errors import StorageError, UnexpectedAnswerError
from lineal.files import LocalFile
from lineal.progress import Progress
from lineal.transport import FileSlice, Request, Response
from lineal_contract import routes
from lineal_contract.artifacts import (
    BeginUpload,
    CompleteUpload,
    PartsRequest,
    PartUpload,
    StoredObject,
    Upload,
    UploadedPart,
)
from lineal_contract.digests import part_length, part_size

PARALLEL_PARTS = 4
_ALREADY_THERE = 412  # what If-None-Match gives for an object that somebody stored meanwhile


def store(api: Api, file: LocalFile, progress: Progress) -> StoredObject:
    """Return the stored object of `file`, sending the parts that are missing; a known content sends none.

    Raises FileChangedError if the file is not the one that was hashed, StorageError if S3 refuses a part.
    """
    with checked_input():
        request = BeginUpload(size=file.size, sha256=file.sha256, part_digests=file.part_digests)
    upload = api.call(routes.BEGIN_UPLOAD, body=request)
    if upload.digest != file.digest:
        raise UnexpectedAnswerError(f"the server gave {file.path} another address than its bytes have")
    if upload.stored is not None:
        progress.advance(file.size)
        return upload.stored
    receipts = _send(api, file, upload, progress)
    file.check_unchanged()
    return _complete(api, file, upload, receipts)


def _send(api: Api, file: LocalFile, upload: Upload, progress: Progress) -> list[UploadedPart]:
    """Send the missing parts, some at a time."""

    def send(part: PartUpload) -> UploadedPart | None:
        response = _put(api, file, part)
        progress.advance(part_length(file.size, part.number))
        return _receipt(part, response) if upload.upload_id else None

    with ThreadPoolExecutor(PARALLEL_PARTS, thread_name_prefix="lineal-upload") as pool:
        sent = [receipt for page in _pages(api, file, upload) for receipt in pool.map(send, page.parts)]
    return [receipt for receipt in sent if receipt]


def _pages(api: Api, file: LocalFile, upload: Upload) -> Iterator[Upload]:
    """The pages of parts to send; the addresses of a page are asked for when the one before is sent."""
    page = upload
    yield page
    while page.next_part is not None and upload.upload_id is not None:
        request = PartsRequest(
            upload_id=upload.upload_id,
            size=file.size,
            part_digests=file.part_digests,
            first_part=page.next_part,
        )
        page = api.call(routes.MORE_PARTS, body=request, digest=upload.digest)
        yield page


def _put(api: Api, file: LocalFile, part: PartUpload) -> Response:
    offset = (part.number - 1) * part_size(file.size)
    body = FileSlice(file.source, offset, part_length(file.size, part.number))
    response = api.storage.send(Request("PUT", part.url, part.headers, body))
    if response.ok or response.status == _ALREADY_THERE:
        return response
    file.check_unchanged()  # of a file that changed, S3 only says that a checksum is wrong
    raise StorageError(
        f"object storage refused part {part.number} of {file.path} (HTTP {response.status})",
        status=response.status,
    )


def _receipt(part: PartUpload, response: Response) -> UploadedPart:
    etag = response.header("etag")
    if not etag:
        raise UnexpectedAnswerError(f"object storage gave no receipt for part {part.number}")
    return UploadedPart(number=part.number, etag=etag)


def _complete(api: Api, file: LocalFile, upload: Upload, receipts: list[UploadedPart]) -> StoredObject:
    request = CompleteUpload(
        size=file.size,
        sha256=file.sha256,
        part_digests=file.part_digests,
        upload_id=upload.upload_id,
        parts=tuple(sorted(receipts, key=lambda r: r.number)),
    )
    return api.call(routes.COMPLETE_UPLOAD, body=request, digest=upload.digest)
