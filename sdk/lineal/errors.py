"""The errors that lineal raises, and its one warning.

LinealError
├── ConfigurationError            no API address, project, credentials or region
├── InputError                    what was passed cannot be sent (also a ValueError)
│   ├── SchemaError               a dataset breaks the schema that was declared of it
│   └── FileChangedError          a file changed while it was being read
├── IntegrityError                bytes read back are not the bytes that were recorded
├── DiskError                 a file of this machine cannot be written: no room, or no right to
├── WaitTimeoutError              what was waited for did not happen in time (also a TimeoutError)
├── TransportError
│   ├── ConnectionFailedError     no answer
│   ├── UnexpectedAnswerError     an answer outside the contract
│   └── StorageError              object storage refused a part or an object
└── ApiError                      the API answered with a problem
    ├── InvalidRequestError
    ├── UnauthenticatedError
    ├── PermissionDeniedError
    ├── NotFoundError
    ├── ConflictError
    │   └── ParamChangedError     a param has another value already; `changed` has both
    ├── ThrottledError
    └── ServerError
        └── ContentionError       too many writers at once; the same call may be repeated
LinealWarning
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineal_contract.problems import ChangedParam, Problem
    from lineal_contract.profiles import Violation


class LinealWarning(UserWarning):
    """Something was not recorded, and nothing was raised because a training loop must not stop."""


class LinealError(Exception):
    """The base of all errors of lineal."""


class ConfigurationError(LinealError):
    """The API's address, the project, credentials or the region are missing."""


class InputError(LinealError, ValueError):
    """What was passed cannot be sent; nothing was sent."""


class SchemaError(InputError):
    """A dataset breaks its declared schema. It is recorded all the same, with its violations."""

    def __init__(self, dataset: str, violations: "tuple[Violation, ...]") -> None:
        said = "; ".join(violation.message for violation in violations[:5])
        more = f"; and {len(violations) - 5} more" if len(violations) > 5 else ""
        super().__init__(f"dataset {dataset!r} breaks its schema: {said}{more}")
        self.violations = violations


class FileChangedError(InputError):
    """A file changed while it was being read or uploaded."""


class IntegrityError(LinealError):
    """Bytes read back are not the bytes that were recorded."""


class DiskError(LinealError):
    """A file of this machine cannot be written: the disk is full, read-only or somebody else's."""


class WaitTimeoutError(LinealError, TimeoutError):
    """What was waited for did not happen in the time given; it may still happen."""


class TransportError(LinealError):
    """The request brought no usable answer."""


class ConnectionFailedError(TransportError):
    """No answer came: no route, connection refused or broken, or too slow."""


class UnexpectedAnswerError(TransportError):
    """The answer does not keep the contract."""


class StorageError(TransportError):
    """Object storage refused a presigned request."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class ApiError(LinealError):
    """The API refused. `code` is stable and meant for programs; `detail` is meant for people.

    `retry_after` is in seconds, where the server says. `problem` is the body as parsed; it is None where the
    gateway answered in the API's place.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int,
        code: str,
        problem: "Problem | None" = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.problem = problem
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.detail} [{self.code}]"


class InvalidRequestError(ApiError):
    """The request breaks the contract, or asks for what cannot be done with this content."""


class UnauthenticatedError(ApiError):
    """The caller is not known."""


class PermissionDeniedError(ApiError):
    """The caller is known and may not do this."""


class NotFoundError(ApiError):
    """There is no such thing in this project."""


class ConflictError(ApiError):
    """The present state does not allow it."""


class ParamChangedError(ConflictError):
    """A param has another value already; `changed` names each with the recorded and the sent value."""

    @property
    def changed(self) -> "tuple[ChangedParam, ...]":
        """The params, each with `key`, `recorded` and `sent`."""
        return self.problem.changed if self.problem else ()


class ThrottledError(ApiError):
    """Too many requests, or the project's quota is used up, after all retries."""


class ServerError(ApiError):
    """The server failed, after all retries."""


class ContentionError(ServerError):
    """Too many writers at the same record; nothing was changed and the call may be repeated."""
