"""The door in front of the emulator."""

import asyncio
from typing import Any

import pytest

from lineal.local.guard import HEALTH_PATH, Guard

API = "/_aws/execute-api/abc123/$default/v1/projects/demo/whoami"
SIGNED_BY = "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host"


class Inner:
    """An application that answers 200 and remembers what reached it."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})


def call(path: str, *, kind: str = "http", query: str = "", method: str = "GET", **headers: str) -> Any:
    """Return the messages sent in answer to a request, and the scopes that passed."""
    inner, sent = Inner(), []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": kind,
        "path": path,
        "method": method,
        "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(Guard(inner)(scope, receive, send))
    return sent, inner.scopes


def status(path: str, **request: Any) -> int:
    return int(call(path, **request)[0][0]["status"])


def test_an_ordinary_key_passes() -> None:
    assert status(API, authorization=SIGNED_BY.format("AKIA0123456789ABCDEF")) == 200


def test_an_unsigned_call_passes_because_the_emulator_refuses_it_itself() -> None:
    assert status(API) == 200


@pytest.mark.parametrize("key", ["test", "TEST", "000000000000", "123456789012", ""])
def test_a_key_that_the_emulator_takes_for_root_is_refused(key: str) -> None:
    assert status(API, authorization=SIGNED_BY.format(key)) == 403
    assert status("/bucket/key", authorization=f"AWS {key}:c2lnbmF0dXJl") == 403
    assert status("/bucket/key", query=f"X-Amz-Credential={key}%2F20260101%2Fus-east-1%2Fs3") == 403
    assert status("/bucket/key", query=f"AWSAccessKeyId={key}&Signature=x&Expires=1") == 403


def test_a_second_header_cannot_hide_the_first() -> None:
    sent, scopes = call(API, authorization=SIGNED_BY.format("AKIA0") + ", " + SIGNED_BY.format("test"))
    assert sent[0]["status"] == 403
    assert scopes == []


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config", "/_localstack/health"])
def test_administration_is_closed(path: str) -> None:
    assert status(path, method="POST") == 403


def test_health_is_open_for_reading() -> None:
    assert status(HEALTH_PATH) == 200
    assert status(HEALTH_PATH, method="POST") == 403


def test_the_unsigned_list_of_buckets_is_closed() -> None:
    assert status("/") == 403


def test_an_upload_by_form_is_closed() -> None:
    assert status("/bucket", method="POST", content_type="multipart/form-data; boundary=x") == 403


def test_the_refusal_speaks_the_language_of_the_service() -> None:
    json_answer, _ = call(API, authorization=SIGNED_BY.format("test"))
    xml_answer, _ = call("/bucket/key", authorization=SIGNED_BY.format("test"))
    assert json_answer[1]["body"].startswith(b"{")
    assert xml_answer[1]["body"].startswith(b"<")


def test_what_passes_counts_as_secure() -> None:
    _, scopes = call(API, x_forwarded_proto="http")
    assert [v for k, v in scopes[0]["headers"] if k == b"x-forwarded-proto"] == [b"https"]


def test_a_websocket_is_refused_by_the_same_rule() -> None:
    sent, scopes = call("/ws", kind="websocket", authorization=SIGNED_BY.format("test"))
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert scopes == []


def test_the_life_of_the_application_is_passed_on() -> None:
    assert call("", kind="lifespan")[1][0]["type"] == "lifespan"
