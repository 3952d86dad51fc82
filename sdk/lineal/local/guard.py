"""The door of the emulator: an ASGI application in front of its own.

The emulator takes three kinds of access key for the account's root without checking a signature: the word
`test`, any account id, and the configured one. It also has an administration interface that anybody may use.
Behind this door only the configured key, which nobody can guess, is root; every other caller is an IAM
identity whose signature and policies the emulator checks.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH_PATH = "/_ministack/health"
_API = "/_aws/execute-api/"
_ADMINISTRATION = ("/_ministack", "/_localstack")
_LIKE_ROOT = re.compile(r"test|\d{12}|", re.IGNORECASE)
_HEADER_KEY = re.compile(r"Credential\s*=\s*([^/,\s]*)|^AWS\s+([^:\s]*):", re.IGNORECASE)
_QUERY_KEYS = {"x-amz-credential", "awsaccesskeyid"}
_JSON = b'{"__type":"AccessDeniedException","message":"Forbidden"}'
_XML = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>Forbidden</Message></Error></ErrorResponse>"


class Guard:
    """Passes on what may reach the emulator and answers 403 to the rest."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection as ASGI says."""
        if scope["type"] == "lifespan" or is_allowed(scope):
            await self._inner(_as_secure(_with_plain_stage(scope)), receive, send)
        elif scope["type"] == "http":
            await _refuse(send, as_json=scope["path"].startswith(_API) or b"json" in _content_type(scope))
        else:
            await send({"type": "websocket.close", "code": 1008})


def is_allowed(scope: Scope) -> bool:
    """Say whether a request names no key that the emulator would trust unseen, and no administration path."""
    path = scope["path"]
    if path == HEALTH_PATH and scope.get("method") == "GET":
        return True
    if path.startswith(_ADMINISTRATION):
        return False
    if b"multipart/form-data" in _content_type(scope) and not path.startswith(_API):
        return False  # an upload by HTML form names its key in the body; lineal has none
    keys = list(_access_keys(scope))
    # Without a key only the bare list of buckets would be answered: everything else checks for itself.
    return not any(_LIKE_ROOT.fullmatch(key) for key in keys) and (bool(keys) or path != "/")


def _content_type(scope: Scope) -> bytes:
    return b",".join(value.lower() for name, value in scope["headers"] if name.lower() == b"content-type")


def _access_keys(scope: Scope) -> Iterable[str]:
    """Every access key that a request names, wherever it may stand."""
    for name, value in scope["headers"]:
        if name.lower() == b"authorization":
            for match in _HEADER_KEY.finditer(value.decode("latin-1")):
                yield match[1] or match[2] or ""
    for name, values in _query(scope).items():
        if name.lower() in _QUERY_KEYS:
            yield from (value.split("/")[0] for value in values)


def _query(scope: Scope) -> Mapping[str, list[str]]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


def _as_secure(scope: Scope) -> Scope:
    """Mark a request as one that came over TLS: on the loopback there is no wire to listen on.

    So the buckets' and queues' TLS-only statements hold here as they stand in the template.
    """
    if scope["type"] == "lifespan":
        return scope
    headers = [(k, v) for k, v in scope["headers"] if k.lower() != b"x-forwarded-proto"]
    return {**scope, "headers": [*headers, (b"x-forwarded-proto", b"https")]}


def _with_plain_stage(scope: Scope) -> Scope:
    """Let an API's address be written with `%24default` too.

    AWS shows its default stage in no path, the emulator does. A signer that signs the path as it is sent,
    such as the one MLflow's client uses, is right about every path of ours but for this dollar sign.
    """
    raw = scope.get("raw_path") or b""
    if not raw.startswith(_API.encode()):
        return scope
    return {**scope, "raw_path": raw.replace(b"/%24default/", b"/$default/", 1)}


async def _refuse(send: Send, *, as_json: bool) -> None:
    """Answer 403 in the language of the service that was called."""
    kind, body = (b"application/json", _JSON) if as_json else (b"text/xml", _XML)
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
