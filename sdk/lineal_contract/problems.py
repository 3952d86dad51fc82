"""Problem details (RFC 9457) with a stable code; the codes are part of the contract."""

from collections.abc import Mapping
from enum import StrEnum

from lineal_contract.base import Answer


class ProblemCode(StrEnum):
    """What went wrong, for programs. A code never changes its meaning."""

    INVALID_REQUEST = "invalid_request"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    UNKNOWN_PERSON = "unknown_person"
    SELF_APPROVAL = "self_approval"
    UNPROVEN = "unproven"
    NOT_FOUND = "not_found"
    ALREADY_EXISTS = "already_exists"
    CONFLICT = "conflict"
    PARAM_CHANGED = "param_changed"
    ILLEGAL_TRANSITION = "illegal_transition"
    NOT_PENDING = "not_pending"
    DECIDED_OTHERWISE = "decided_otherwise"
    NOT_READY = "not_ready"
    NOT_APPROVED = "not_approved"
    APPROVAL_REQUIRED = "approval_required"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    UPLOAD_INCOMPLETE = "upload_incomplete"
    BYTES_CHANGED = "bytes_changed"
    UNSUPPORTED_MODEL = "unsupported_model"
    TOO_LARGE = "too_large"
    TOO_MANY_REQUESTS = "too_many_requests"
    QUOTA_EXCEEDED = "quota_exceeded"
    CONTENTION = "contention"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


STATUS: Mapping[ProblemCode, int] = {
    ProblemCode.INVALID_REQUEST: 400,
    ProblemCode.UNAUTHENTICATED: 401,
    ProblemCode.FORBIDDEN: 403,
    ProblemCode.UNKNOWN_PERSON: 403,
    ProblemCode.SELF_APPROVAL: 403,
    ProblemCode.UNPROVEN: 403,
    ProblemCode.NOT_FOUND: 404,
    ProblemCode.ALREADY_EXISTS: 409,
    ProblemCode.CONFLICT: 409,
    ProblemCode.PARAM_CHANGED: 409,
    ProblemCode.ILLEGAL_TRANSITION: 409,
    ProblemCode.NOT_PENDING: 409,
    ProblemCode.DECIDED_OTHERWISE: 409,
    ProblemCode.NOT_READY: 409,
    ProblemCode.NOT_APPROVED: 409,
    ProblemCode.APPROVAL_REQUIRED: 409,
    ProblemCode.UPLOAD_INCOMPLETE: 409,
    ProblemCode.BYTES_CHANGED: 409,
    ProblemCode.TOO_LARGE: 413,
    ProblemCode.CHECKSUM_MISMATCH: 422,
    ProblemCode.UNSUPPORTED_MODEL: 422,
    ProblemCode.TOO_MANY_REQUESTS: 429,
    ProblemCode.QUOTA_EXCEEDED: 429,
    ProblemCode.INTERNAL: 500,
    ProblemCode.CONTENTION: 503,
    ProblemCode.UNAVAILABLE: 503,
}
"""The HTTP status of each code."""


class Violation(Answer):
    """One field that broke the contract."""

    field: str
    message: str


class ChangedParam(Answer):
    """A param that has a value, and the other one that it was to get; long values are cut short."""

    key: str
    recorded: str
    sent: str


class Problem(Answer):
    """An error's body, `application/problem+json`.

    `refused` has metric keys, at most 1,000 of them, without which the same request would not be refused for
    its keys: so that a client can send the rest.
    """

    type: str
    title: str
    status: int
    code: ProblemCode
    detail: str = ""
    request_id: str | None = None
    violations: tuple[Violation, ...] = ()
    legal: tuple[str, ...] = ()
    changed: tuple[ChangedParam, ...] = ()
    refused: tuple[str, ...] = ()


MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "x-request-id"
"""The header in which every answer names its request, as logs and events do."""
