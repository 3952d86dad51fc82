"""The approver's page: files, the same for everybody. Its readers sign in to the API, not to this."""

from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("static")
_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "api.js": "text/javascript; charset=utf-8",
    "detail.js": "text/javascript; charset=utf-8",
    "elements.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""Every file there is: a name that is not here is no path to look under."""

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "cache-control": "no-cache",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with a file, or with 404. Nothing of the request but the file's name is looked at."""
    name = (event.get("pathParameters") or {}).get("file", "index.html")
    if name not in _TYPES:
        return _answer(404, "text/plain; charset=utf-8", "There is no such file.\n")
    return _answer(200, _TYPES[name], (_FOLDER / name).read_text(encoding="utf-8"))


def _answer(status: int, media_type: str, body: str) -> dict[str, Any]:
    headers = {**_HEADERS, "content-type": media_type}
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
