"""One part on its way to object storage."""

from lineal.errors import FileChangedError, StorageError
from lineal.http.api import Api
from lineal.http.transport import FileSlice, Request
from lineal.transfer.files import LocalFile
from lineal.transfer.progress import Progress
from lineal_contract.artifacts import PartUpload
from lineal_contract.digests import part_length, part_size

_ALREADY_THERE = 412  # what If-None-Match gives for an object that somebody stored meanwhile
_ASK_AGAIN = frozenset({400, 403, 404})  # not whole, address expired, upload ended by somebody else


def send_part(api: Api, file: LocalFile, part: PartUpload, progress: Progress) -> int:
    """Send a part; return 0, or the status with which it is worth asking again for what is missing.

    Raises FileChangedError if the file is not the one that was hashed, StorageError for any other refusal.
    """
    offset, length = (part.number - 1) * part_size(file.size), part_length(file.size, part.number)
    body = FileSlice(file.source, offset, length)
    response = api.storage.send(Request("PUT", part.url, part.headers, body))
    if response.ok or response.status == _ALREADY_THERE:
        progress.advance(length)
        return 0
    # Of a file that changed, storage only says that a checksum is wrong.
    if file.part_sha256(part.number) != file.part_digests[part.number - 1]:
        raise FileChangedError(f"{file.source} changed while it was being stored; try again")
    if response.status in _ASK_AGAIN:
        return response.status
    message = f"object storage refused part {part.number} of {file.path} (HTTP {response.status})"
    raise StorageError(message, status=response.status)
