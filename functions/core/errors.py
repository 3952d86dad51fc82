"""What the rules refuse, by stable problem code.

CoreError
├── InvalidRequestError      ├── NotFoundError
├── ForbiddenError           ├── UnknownPersonError     ├── SelfApprovalError
├── AlreadyExistsError       ├── ConflictError          ├── ParamChangedError
├── IllegalTransitionError   ├── NotPendingError        ├── DecidedOtherwiseError
├── NotApprovedError         ├── ChecksumMismatchError  ├── UploadIncompleteError
├── BytesChangedError        ├── UnsupportedModelError  ├── TooLargeError
├── ApprovalRequiredError    ├── UnauthenticatedError   ├── ContentionError
├── UnavailableError         ├── QuotaExceededError     ├── AmbiguousStartError
└── NotReadyError

StaleError: somebody else changed the record first; never leaves the server.
"""

from typing import ClassVar

from lineal_contract.problems import ChangedParam, ProblemCode


class CoreError(Exception):
    """A refusal with a code that programs can rely on.

    `legal` lists what would be accepted, `changed` the params that would have got another value, `refused`
    the metric keys that no batch may have.
    """

    code: ClassVar[ProblemCode]
    retry_after = 1
    """Seconds to wait before a request is worth repeating, where it is at all."""

    def __init__(
        self,
        detail: str,
        *,
        legal: tuple[str, ...] = (),
        changed: tuple[ChangedParam, ...] = (),
        refused: tuple[str, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.legal = legal
        self.changed = changed
        self.refused = refused


class InvalidRequestError(CoreError):
    """The request breaks the contract in a way its model cannot say."""

    code = ProblemCode.INVALID_REQUEST


class NotFoundError(CoreError):
    """There is no such thing in this project."""

    code = ProblemCode.NOT_FOUND


class UnauthenticatedError(CoreError):
    """What the caller shows holds no longer."""

    code = ProblemCode.UNAUTHENTICATED


class ForbiddenError(CoreError):
    """The caller may not do this."""

    code = ProblemCode.FORBIDDEN


class UnknownPersonError(CoreError):
    """The caller's identity belongs to no person record, so it cannot decide anything."""

    code = ProblemCode.UNKNOWN_PERSON


class SelfApprovalError(CoreError):
    """The person who asked cannot be one who approves."""

    code = ProblemCode.SELF_APPROVAL


class AmbiguousStartError(CoreError):
    """More than one identity stands behind something that one person has to answer for."""

    code = ProblemCode.UNPROVEN


class AlreadyExistsError(CoreError):
    """The name or id is taken by something else."""

    code = ProblemCode.ALREADY_EXISTS


class ConflictError(CoreError):
    """The state of things does not allow it."""

    code = ProblemCode.CONFLICT


class ParamChangedError(CoreError):
    """Params have another value already; `changed` has both values of each."""

    code = ProblemCode.PARAM_CHANGED


class IllegalTransitionError(CoreError):
    """The stage graph has no such way."""

    code = ProblemCode.ILLEGAL_TRANSITION


class NotPendingError(CoreError):
    """The approval does not wait for a decision."""

    code = ProblemCode.NOT_PENDING


class DecidedOtherwiseError(CoreError):
    """This person has decided already, and differently."""

    code = ProblemCode.DECIDED_OTHERWISE


class NotReadyError(CoreError):
    """The version's bytes are not hashed, or never will be."""

    code = ProblemCode.NOT_READY


class NotApprovedError(CoreError):
    """The version was never approved for production."""

    code = ProblemCode.NOT_APPROVED


class ApprovalRequiredError(CoreError):
    """The project's rules leave this to an approval."""

    code = ProblemCode.APPROVAL_REQUIRED


class ChecksumMismatchError(CoreError):
    """The stored bytes are not the ones announced."""

    code = ProblemCode.CHECKSUM_MISMATCH


class UploadIncompleteError(CoreError):
    """The bytes have not arrived."""

    code = ProblemCode.UPLOAD_INCOMPLETE


class BytesChangedError(CoreError):
    """The bytes behind a version are not the ones it was registered with."""

    code = ProblemCode.BYTES_CHANGED


class UnsupportedModelError(CoreError):
    """The target cannot serve this model."""

    code = ProblemCode.UNSUPPORTED_MODEL


class TooLargeError(CoreError):
    """Past a limit of the service."""

    code = ProblemCode.TOO_LARGE


class ContentionError(CoreError):
    """Too many writers at once; the same request may be sent again."""

    code = ProblemCode.CONTENTION


class UnavailableError(CoreError):
    """A service behind lineal did not answer; the same request may be sent again."""

    code = ProblemCode.UNAVAILABLE


class QuotaExceededError(CoreError):
    """The project has used what it may use; `retry_after` is in seconds."""

    code = ProblemCode.QUOTA_EXCEEDED

    def __init__(self, detail: str, *, retry_after: int = 1, legal: tuple[str, ...] = ()) -> None:
        super().__init__(detail, legal=legal)
        self.retry_after = retry_after


class StaleError(Exception):
    """The record changed since it was read: read again, decide again."""
