"""What the exit codes mean; a pipeline may rely on them."""

from enum import IntEnum

from lineal import errors


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4  # refused, rejected, expired or in conflict with what is there
    NOT_VERIFIED = 5  # bytes are not what was recorded
    NOT_PERMITTED = 6
    TIMED_OUT = 7
    DIFFERENT = 8  # `lineal diff`: the runs differ


EXPLAINED = (
    "Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 refused, rejected or in conflict, "
    "5 verification failed, 6 not permitted, 7 waiting timed out, 8 runs differ."
)

_BY_ERROR: tuple[tuple[type[errors.LinealError], ExitCode], ...] = (
    (errors.NotFoundError, ExitCode.NOT_FOUND),
    (errors.ConflictError, ExitCode.REFUSED),
    (errors.IntegrityError, ExitCode.NOT_VERIFIED),
    (errors.PermissionDeniedError, ExitCode.NOT_PERMITTED),
    (errors.UnauthenticatedError, ExitCode.NOT_PERMITTED),
    (errors.WaitTimeoutError, ExitCode.TIMED_OUT),
    (errors.InputError, ExitCode.USAGE),
    (errors.InvalidRequestError, ExitCode.USAGE),
)


def exit_code_of(error: errors.LinealError) -> ExitCode:
    """Return the exit code that `error` ends a command with."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), ExitCode.ERROR)
