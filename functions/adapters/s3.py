"""How S3 says no, in the words of the core."""

from collections.abc import Iterator
from contextlib import contextmanager

from functions.adapters.service_errors import NO_ANSWER, ServiceError, code_of
from functions.core.errors import NotFoundError, UnavailableError

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
