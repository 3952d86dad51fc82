"""Ranges of object versions, which the emulator sends whole: an ASGI application around its own.

S3 answers a GET with a Range by 206 and these bytes, whether or not it names a version.
"""

import re
from typing import Any

from lineal.local.guard import Application, Receive, Scope, Send

_RANGE = re.compile(rb"bytes=(\d+)-(\d*)")


class Ranges:
    """Cuts whole answers down to the range that was asked for; passes everything else on."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection as ASGI says."""
        asked = _asked_for(scope)
        await self._inner(scope, receive, send if asked is None else _Cut(send, *asked))


def _asked_for(scope: Scope) -> tuple[int, int | None] | None:
    """The first and the last byte, of a GET of a version; no last one means to the end."""
    if scope["type"] != "http" or scope["method"] != "GET" or b"versionId=" not in scope["query_string"]:
        return None
    found = _RANGE.fullmatch(dict(scope["headers"]).get(b"range", b""))
    return (int(found[1]), int(found[2]) if found[2] else None) if found else None


class _Cut:
    """A `send` that waits for the body, which the emulator sends in one message, to say what it has of it."""

    def __init__(self, send: Send, first: int, last: int | None) -> None:
        self._send, self._first, self._last = send, first, last
        self._start: dict[str, Any] | None = None

    async def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            start, message = self._cut(start, message)
            await self._send(start)
        await self._send(message)

    def _cut(self, start: dict[str, Any], body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        whole = body.get("body", b"")
        end = len(whole) - 1
        last = end if self._last is None else min(self._last, end)
        if body.get("more_body") or self._first > last:
            return start, body
        piece = bytes(memoryview(whole)[self._first : last + 1])
        headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
        headers += [
            (b"content-length", str(len(piece)).encode()),
            (b"content-range", f"bytes {self._first}-{last}/{len(whole)}".encode()),
        ]
        return {**start, "status": 206, "headers": headers}, {**body, "body": piece}
