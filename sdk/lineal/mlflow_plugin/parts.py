"""Files that do not fit through the proxy: sent to S3 in parts, before the request that would carry them."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote

from lineal_contract.mlflow.staging import MAX_PARTS

if TYPE_CHECKING:
    from requests import PreparedRequest

THROUGH_PROXY = 4_000_000
"""Bytes up to which a file passes through API Gateway and Lambda; the server takes a little more."""
PART = 64 * 2**20
"""Bytes of a part, as long as that makes no more parts than the server opens."""
_PROXY = "/mlflow-artifacts/artifacts/"
_TIMEOUT = 300

Sign = Callable[["PreparedRequest"], None]


def in_parts(request: "PreparedRequest", sign: Sign) -> None:
    """Send the file of an upload in parts, and turn the request into the one that joins them.

    Anything else is left as it is. Raises what `requests` raises where a part cannot be sent.
    """
    size = _size(request)
    if request.method != "PUT" or size <= THROUGH_PROXY or _PROXY not in (request.url or ""):
        return
    root, _, path = (request.url or "").partition(_PROXY)
    folder, _, name = path.rpartition("/")
    body: Any = request.body
    length = part_length(size)
    count = -(-size // length)
    opened = _post(
        f"{root}/mlflow-artifacts/mpu/create/{folder}", {"path": unquote(name), "num_parts": count}, sign
    )
    sent = [_send(part, body, length) for part in opened["credentials"]]
    joined = {"path": unquote(name), "upload_id": opened["upload_id"], "parts": sent}
    request.method, request.url = "POST", f"{root}/mlflow-artifacts/mpu/complete/{folder}"
    request.headers.pop("Transfer-Encoding", None)
    request.headers["Content-Type"] = "application/json"
    request.prepare_body(json.dumps(joined).encode(), None)


def part_length(size: int) -> int:
    """Return how many bytes each part of a file has."""
    return max(PART, -(-size // MAX_PARTS))


def _size(request: "PreparedRequest") -> int:
    """Return how many bytes a file has that is sent; 0 for what is no file."""
    from requests.utils import super_len

    return super_len(request.body) if hasattr(request.body, "read") else 0


def _post(url: str, body: dict[str, Any], sign: Sign) -> Any:
    import requests

    with requests.Session() as session:
        request = session.prepare_request(requests.Request("POST", url, json=body))
        sign(request)
        answer = session.send(request, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _send(part: dict[str, Any], file: BinaryIO, length: int) -> dict[str, Any]:
    """PUT one part to its presigned address."""
    import requests

    file.seek((part["part_number"] - 1) * length)
    answer = requests.put(part["url"], data=file.read(length), timeout=_TIMEOUT)
    answer.raise_for_status()
    return {"part_number": part["part_number"], "etag": answer.headers["ETag"]}
