"""A client of DynamoDB for what tables are asked, at a fraction of the processor time that boto3's takes.

boto3 loads DynamoDB's model for a client, and then goes through it for each request and each answer: what it
may look like, which endpoint it is for, who wants to hear of it. Ours have their shape already, and one host.
What has to be right is botocore's here, too: credentials, the host's name, errors.
"""

import json
import random
import time
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from botocore.exceptions import HTTPClientError

from functions.adapters.service_errors import BUSY, NO_ANSWER, ServiceError, code_of
from functions.adapters.sigv4 import Signer

_ATTEMPTS = 3
_CONTENT_TYPE = "application/x-amz-json-1.0"
_UNSIGNED = {"Accept-Encoding": "identity", "User-Agent": "lineal"}
_TARGET = "DynamoDB_20120810"
_DEPTHS = {"Item": 0, "Attributes": 0, "Items": 1, "Responses": 2}
"""How deep in a member of an answer its items are."""


class Credentials(Protocol):
    """Credentials as botocore finds them; some are renewed from time to time."""

    def get_frozen_credentials(self) -> Any:
        """Return them as they are now."""


@dataclass(frozen=True)
class Request:
    """A whole request, signed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Connections(Protocol):
    """What sends a request over a connection that is kept."""

    def send(self, request: Request) -> Any:
        """Return the answer. Raises NO_ANSWER."""


class DynamoClient:
    """The operations of boto3's client that tables use: the same requests, answers and errors.

    It may be shared by threads. Like boto3's standard mode it tries three times, unless a refusal is final.
    """

    def __init__(
        self,
        region: str,
        url: str,
        credentials: Credentials,
        connections: Connections,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._signer = url, Signer(_host(url), region, "dynamodb")
        self._credentials, self._connections, self._sleep = credentials, connections, sleep

    def get_item(self, **request: Any) -> Any:
        """Read an item."""
        return self._call("GetItem", request)

    def batch_get_item(self, **request: Any) -> Any:
        """Read many items."""
        return self._call("BatchGetItem", request)

    def query(self, **request: Any) -> Any:
        """Read a page of a partition."""
        return self._call("Query", request)

    def put_item(self, **request: Any) -> Any:
        """Store an item."""
        return self._call("PutItem", request)

    def update_item(self, **request: Any) -> Any:
        """Change an item."""
        return self._call("UpdateItem", request)

    def delete_item(self, **request: Any) -> Any:
        """Delete an item."""
        return self._call("DeleteItem", request)

    def transact_write_items(self, **request: Any) -> Any:
        """Write all or nothing, once however often it is tried."""
        return self._call("TransactWriteItems", {"ClientRequestToken": str(uuid4())} | request)

    def _call(self, operation: str, request: Mapping[str, Any]) -> Any:
        body = json.dumps(request, default=_base64).encode()
        for failures in range(1, _ATTEMPTS):
            try:
                return self._attempt(operation, body)
            except NO_ANSWER:
                pass
            except ServiceError as error:
                if not _passes(error):
                    raise
            self._sleep(random.random() * 2 ** (failures - 1))  # noqa: S311 - spreads, hides nothing
        return self._attempt(operation, body)

    def _attempt(self, operation: str, body: bytes) -> Any:
        headers = {"Content-Type": _CONTENT_TYPE, "X-Amz-Target": f"{_TARGET}.{operation}"}
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        signed = self._signer.signed(headers, body, self._credentials.get_frozen_credentials(), moment)
        reply = self._connections.send(Request("POST", self._url, _UNSIGNED | signed, body))
        content, said = reply.content, reply.headers.get("x-amz-crc32")
        if said is not None and int(said) != zlib.crc32(content):
            raise HTTPClientError(error="the answer's checksum is not that of its bytes")
        if reply.status_code != 200:
            raise ServiceError(_refusal(reply.status_code, content), operation)
        answer = json.loads(content)
        for member in _DEPTHS.keys() & answer.keys():
            _with_bytes(answer[member], _DEPTHS[member])
        return answer


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _passes(error: ServiceError) -> bool:
    """Say whether a refusal may be another answer when it is asked again."""
    return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 or code_of(error) in BUSY


def _refusal(status: int, content: bytes) -> Any:
    """Return a refusal as boto3 gives it; what is no JSON comes from something in between."""
    try:
        said = json.loads(content)
    except ValueError:
        said = {}
    code = said.pop("__type", "ServiceUnavailable" if status >= 500 else str(status)).rpartition("#")[2]
    message = said.pop("message", None) or said.pop("Message", "")
    if "Item" in said:
        _with_bytes(said["Item"], 0)
    return said | {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }


def _base64(value: Any) -> str:
    """Return bytes as they are written in JSON. Raises TypeError for anything else."""
    return b64encode(value).decode()


def _with_bytes(found: Any, depth: int) -> None:
    """Decode the binary values of items, in place."""
    if depth:
        for each in found.values() if isinstance(found, dict) else found:
            _with_bytes(each, depth - 1)
    else:
        for value in found.values():
            _decode(value)


def _decode(value: dict[str, Any]) -> None:
    if "B" in value:
        value["B"] = b64decode(value["B"])
    elif "BS" in value:
        value["BS"] = [b64decode(each) for each in value["BS"]]
    elif "M" in value:
        for each in value["M"].values():
            _decode(each)
    elif "L" in value:
        for each in value["L"]:
            _decode(each)
