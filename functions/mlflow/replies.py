"""What the function gives back to API Gateway."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote

from functions.mlflow.refusals import RefusedError
from lineal_contract.mlflow.errors import ErrorBody

Reply = dict[str, Any]

_RETRY_AFTER = frozenset({429, 503})
MAX_FILE_BYTES = 4_400_000
"""What fits through API Gateway and Lambda: six million bytes, which base64 makes of three quarters."""
_ALWAYS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def of_json(body: str, status: int = 200) -> Reply:
    """Return a JSON body."""
    return _reply(status, {"content-type": "application/json"}, body)


def of_text(body: str) -> Reply:
    """Return a plain text."""
    return _reply(200, {"content-type": "text/plain; charset=utf-8"}, body)


def of_file(data: bytes, name: str) -> Reply:
    """Return a file, which no browser shows or takes for something else."""
    headers = {
        "content-type": "application/octet-stream",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return _reply(200, headers, b64encode(data).decode()) | {"isBase64Encoded": True}


def redirected(url: str) -> Reply:
    """Return the way to another address, by the same method."""
    return _reply(307, {"location": url, "content-type": "text/plain; charset=utf-8"}, "")


def failed(error: RefusedError) -> Reply:
    """Return a refusal with its status."""
    body = ErrorBody(error_code=error.code, message=error.message)
    reply = of_json(body.model_dump_json(), error.status)
    if error.status in _RETRY_AFTER:
        reply["headers"]["retry-after"] = str(error.retry_after)
    return reply


def _reply(status: int, headers: dict[str, str], body: str) -> Reply:
    return {
        "statusCode": status,
        "headers": _ALWAYS | headers,
        "body": body,
        "isBase64Encoded": False,
    }
