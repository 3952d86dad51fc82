"""What the function gives back to API Gateway."""

from typing import Any

from functions.mlflow.refusals import RefusedError
from lineal_contract.mlflow.errors import HTTP_STATUS, ErrorBody

Reply = dict[str, Any]

_RETRY_AFTER = frozenset({429, 503})
_ALWAYS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def of_json(body: str, status: int = 200) -> Reply:
    """Return a JSON body."""
    return _reply(status, {"content-type": "application/json"}, body)


def of_text(body: str) -> Reply:
    """Return a plain text."""
    return _reply(200, {"content-type": "text/plain; charset=utf-8"}, body)


def failed(error: RefusedError) -> Reply:
    """Return a refusal with its status."""
    body = ErrorBody(error_code=error.code, message=error.message)
    return of_json(body.model_dump_json(), HTTP_STATUS[error.code])


def _reply(status: int, headers: dict[str, str], body: str) -> Reply:
    again = {"retry-after": "1"} if status in _RETRY_AFTER else {}
    return {
        "statusCode": status,
        "headers": _ALWAYS | headers | again,
        "body": body,
        "isBase64Encoded": False,
    }
