import asyncio
from typing import Any

import pytest

from lineal.local.ranges import Ranges

BODY = b"0123456789"


def answer(method: str = "GET", query: bytes = b"versionId=v", asked: bytes = b"bytes=2-4") -> list[Any]:
    sent: list[Any] = []

    async def emulator(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"Content-Length", b"10"), (b"etag", b"e")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": BODY})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "query_string": query, "headers": [(b"range", asked)]}
    asyncio.run(Ranges(emulator)(scope, None, send))  # type: ignore[arg-type]
    return sent


def test_a_range_of_a_version_is_cut_out() -> None:
    start, body = answer()
    assert (start["status"], body["body"]) == (206, b"234")
    assert dict(start["headers"]) == {
        b"content-length": b"3",
        b"content-range": b"bytes 2-4/10",
        b"etag": b"e",
    }


@pytest.mark.parametrize("asked", [b"bytes=7-", b"bytes=7-9", b"bytes=7-99"])
def test_the_last_range_may_be_open_or_too_long(asked: bytes) -> None:
    start, body = answer(asked=asked)
    assert (body["body"], dict(start["headers"])[b"content-range"]) == (b"789", b"bytes 7-9/10")


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "HEAD"},
        {"query": b""},
        {"asked": b"bytes=10-12"},
        {"asked": b"bytes=4-2"},
        {"asked": b"bytes=-3"},
        {"asked": b"bytes=0-1,3-4"},
    ],
)
def test_everything_else_passes_as_it_is(asked: dict[str, Any]) -> None:
    start, body = answer(**asked)
    assert (start["status"], body["body"]) == (200, BODY)
