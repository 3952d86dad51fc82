"""From an answer that is not a success to the error to raise: by stable code, never by text."""

import json
from typing import Any

from pydantic import ValidationError

from lineal import errors
from lineal.http.transport import Response
from lineal.http.transport.waiting import asked_to_wait
from lineal_contract.problems import REQUEST_ID, Problem, ProblemCode

ERROR_BY_CODE: dict[str, type[errors.ApiError]] = {
    ProblemCode.INVALID_REQUEST: errors.InvalidRequestError,
    ProblemCode.UNAUTHENTICATED: errors.UnauthenticatedError,
    ProblemCode.FORBIDDEN: errors.PermissionDeniedError,
    ProblemCode.UNKNOWN_PERSON: errors.PermissionDeniedError,
    ProblemCode.SELF_APPROVAL: errors.PermissionDeniedError,
    ProblemCode.UNPROVEN: errors.PermissionDeniedError,
    ProblemCode.NOT_FOUND: errors.NotFoundError,
    ProblemCode.ALREADY_EXISTS: errors.ConflictError,
    ProblemCode.CONFLICT: errors.ConflictError,
    ProblemCode.PARAM_CHANGED: errors.ParamChangedError,
    ProblemCode.ILLEGAL_TRANSITION: errors.ConflictError,
    ProblemCode.NOT_PENDING: errors.ConflictError,
    ProblemCode.DECIDED_OTHERWISE: errors.ConflictError,
    ProblemCode.NOT_READY: errors.ConflictError,
    ProblemCode.NOT_APPROVED: errors.ConflictError,
    ProblemCode.APPROVAL_REQUIRED: errors.ConflictError,
    ProblemCode.CHECKSUM_MISMATCH: errors.InvalidRequestError,
    ProblemCode.UPLOAD_INCOMPLETE: errors.ConflictError,
    ProblemCode.BYTES_CHANGED: errors.ConflictError,
    ProblemCode.UNSUPPORTED_MODEL: errors.InvalidRequestError,
    ProblemCode.TOO_LARGE: errors.InvalidRequestError,
    ProblemCode.TOO_MANY_REQUESTS: errors.ThrottledError,
    ProblemCode.QUOTA_EXCEEDED: errors.ThrottledError,
    ProblemCode.CONTENTION: errors.ContentionError,
    ProblemCode.UNAVAILABLE: errors.ServerError,
    ProblemCode.INTERNAL: errors.ServerError,
}

# HTTP APIs cannot shape the answers the gateway gives by itself, so these say what the status means.
_CODE_BY_STATUS = {
    401: ProblemCode.UNAUTHENTICATED,
    403: ProblemCode.FORBIDDEN,
    404: ProblemCode.NOT_FOUND,
    409: ProblemCode.CONFLICT,
    413: ProblemCode.TOO_LARGE,
    429: ProblemCode.TOO_MANY_REQUESTS,
    502: ProblemCode.UNAVAILABLE,
    503: ProblemCode.UNAVAILABLE,
    504: ProblemCode.UNAVAILABLE,
}


def error_from(response: Response) -> errors.ApiError:
    """Return the error that `response`, which is not a success, stands for."""
    try:
        problem = Problem.model_validate_json(response.body)
    except ValidationError:
        return _gateway_error(response)
    return ERROR_BY_CODE[problem.code](
        _with_violations(problem),
        status=response.status,
        code=problem.code,
        problem=problem,
        request_id=problem.request_id or request_id_of(response),
        retry_after=asked_to_wait(response),
    )


def _with_violations(problem: Problem) -> str:
    text = problem.detail or problem.title
    if problem.violations:
        text += ": " + "; ".join(f"{v.field}: {v.message}" for v in problem.violations)
    if problem.changed:
        text += ": " + "; ".join(f"{c.key} is {c.recorded!r}, not {c.sent!r}" for c in problem.changed)
    if problem.legal:
        text += f" (possible: {', '.join(problem.legal)})"
    return text


def _gateway_error(response: Response) -> errors.ApiError:
    """The gateway's own body, or a newer server's code: the status decides the class."""
    body = _json_object(response.body)
    fallback = ProblemCode.INTERNAL if response.status >= 500 else ProblemCode.INVALID_REQUEST
    code = _CODE_BY_STATUS.get(response.status, fallback)
    text = body.get("detail") or body.get("message") or body.get("Message") or f"HTTP {response.status}"
    return ERROR_BY_CODE[code](
        str(text),
        status=response.status,
        code=str(body.get("code", code)),
        request_id=request_id_of(response),
        retry_after=asked_to_wait(response),
    )


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def request_id_of(response: Response) -> str | None:
    """Return the id by which the stack's logs and events know the request; the gateway names it, too."""
    headers = (REQUEST_ID, "apigw-requestid", "x-amzn-requestid")
    return next(filter(None, map(response.header, headers)), None)
