"""Errors as MLflow's clients understand them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from functions.core.errors import CoreError, QuotaExceededError
from lineal_contract.mlflow.errors import HTTP_STATUS, ErrorCode
from lineal_contract.problems import ProblemCode

CODES: Mapping[ProblemCode, ErrorCode] = {
    ProblemCode.INVALID_REQUEST: ErrorCode.INVALID_PARAMETER_VALUE,
    ProblemCode.UNAUTHENTICATED: ErrorCode.UNAUTHENTICATED,
    ProblemCode.FORBIDDEN: ErrorCode.PERMISSION_DENIED,
    ProblemCode.UNKNOWN_PERSON: ErrorCode.PERMISSION_DENIED,
    ProblemCode.APPROVAL_REQUIRED: ErrorCode.PERMISSION_DENIED,
    ProblemCode.SELF_APPROVAL: ErrorCode.PERMISSION_DENIED,
    ProblemCode.NOT_FOUND: ErrorCode.RESOURCE_DOES_NOT_EXIST,
    ProblemCode.ALREADY_EXISTS: ErrorCode.RESOURCE_ALREADY_EXISTS,
    ProblemCode.CONFLICT: ErrorCode.INVALID_PARAMETER_VALUE,
    ProblemCode.PARAM_CHANGED: ErrorCode.INVALID_PARAMETER_VALUE,
    ProblemCode.TOO_LARGE: ErrorCode.INVALID_PARAMETER_VALUE,
    ProblemCode.TOO_MANY_REQUESTS: ErrorCode.REQUEST_LIMIT_EXCEEDED,
    ProblemCode.QUOTA_EXCEEDED: ErrorCode.REQUEST_LIMIT_EXCEEDED,
    ProblemCode.CONTENTION: ErrorCode.TEMPORARILY_UNAVAILABLE,
    ProblemCode.UNAVAILABLE: ErrorCode.TEMPORARILY_UNAVAILABLE,
    ProblemCode.INTERNAL: ErrorCode.INTERNAL_ERROR,
}
"""What the native problems are called in MLflow; any other is a conflict with the state of things."""


M = TypeVar("M", bound=BaseModel)


class RefusedError(Exception):
    """A refusal that only this surface knows."""

    def __init__(self, code: ErrorCode, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or HTTP_STATUS[code]
        self.retry_after = 1


def refused(error: CoreError) -> RefusedError:
    """Return a refusal of the core in MLflow's words."""
    refusal = RefusedError(CODES.get(error.code, ErrorCode.RESOURCE_CONFLICT), error.detail)
    if isinstance(error, QuotaExceededError):
        refusal.retry_after = error.retry_after
    return refusal


def checked(model: type[M], /, **values: Any) -> M:
    """Return a native request. Raises RefusedError where what MLflow takes is more than the core does."""
    try:
        return model(**values)
    except ValidationError as error:
        raise invalid(error) from error


def invalid(error: ValidationError) -> RefusedError:
    """Return what is wrong with a request, by the name of the first field that is."""
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    reason = "it is required" if first["type"] == "missing" else first["msg"].removeprefix("Value error, ")
    message = f"parameter '{name}': {reason}" if name else reason
    return RefusedError(ErrorCode.INVALID_PARAMETER_VALUE, message)
