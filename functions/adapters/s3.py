"""What all that speaks to S3 has in common: errors in the words of the core, and ranges of streams."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from functions.adapters.service_errors import NO_ANSWER, ServiceError, code_of
from functions.core.errors import NotFoundError, UnavailableError

AT_ONCE = 10
"""Requests that are on their way at once: as many connections as a client of boto3 keeps."""
_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed"})
_BUSY = frozenset({"SlowDown", "ServiceUnavailable", "InternalError", "503", "500"})


@contextmanager
def translated(missing: str) -> Iterator[None]:
    """Say NotFoundError with `missing` for what is not there, UnavailableError for a store that cannot."""
    try:
        yield
    except NO_ANSWER as error:
        raise UnavailableError("the object store did not answer") from error
    except ServiceError as error:
        code = code_of(error)
        if code in _ABSENT:
            raise NotFoundError(missing) from error
        if code in _BUSY:
            raise UnavailableError("the object store is busy") from error
        raise


def window(blocks: Iterable[bytes], skip: int, length: int) -> Iterator[bytes]:
    """Yield `length` bytes of a stream behind the first `skip`."""
    for block in blocks:
        piece = block[skip : skip + length]
        skip = max(0, skip - len(block))
        length -= len(piece)
        yield piece
        if not length:
            return
