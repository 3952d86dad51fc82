"""Calls of an MLflow server's REST API: JSON in pages, and files as they stream."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit

import urllib3

from lineal.errors import InputError
from lineal.importing.source import SourceError, UnreadableError

Json = Mapping[str, Any]

ABSENT = (404, 405, 501)
"""What a server answers that does not have an endpoint, or a thing."""
_TIMEOUT = urllib3.Timeout(connect=10.0, read=120.0)
_RETRIES = urllib3.Retry(
    total=5, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504), allowed_methods=None, redirect=5,
    raise_on_status=False,
)  # fmt: skip
_BLOCK_BYTES = 1024 * 1024


class Rest:
    """The server at an address; its user and password may stand in it, a token is passed."""

    def __init__(self, uri: str, token: str | None) -> None:
        """Raises InputError for an address without a host."""
        parts = urlsplit(uri)
        if not parts.hostname:
            raise InputError(f"{uri!r} is no address of a server")
        host = parts.netloc.rpartition("@")[2]
        self.uri = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        self._headers = _credentials(parts.username, parts.password, token)
        self._pool = urllib3.PoolManager(maxsize=16, retries=_RETRIES, timeout=_TIMEOUT)

    def searched(self, path: str, field: str, wanted: Json, absent: tuple[int, ...] = ()) -> Iterator[Json]:
        """Yield what a POST finds, page by page."""
        body, token = dict(wanted), None
        while token != "":
            sent = json.dumps(body | ({"page_token": token} if token else {})).encode()
            answer = self._answer("POST", f"/api/2.0/mlflow/{path}", sent, absent) or {}
            yield from answer.get(field) or ()
            token = answer.get("next_page_token") or ""

    def listed(self, path: str, field: str, wanted: Json, absent: tuple[int, ...] = ()) -> Iterator[Json]:
        """Yield what a GET finds, page by page."""
        token = None
        while token != "":
            answer = self.got(path, {**wanted, "page_token": token or ""}, absent) or {}
            yield from answer.get(field) or ()
            token = answer.get("next_page_token") or ""

    def got(self, path: str, query: Json, absent: tuple[int, ...] = ()) -> Json | None:
        """Return what a GET answers; None where the status is one of `absent`. Raises SourceError."""
        given = {name: value for name, value in query.items() if value not in ("", None)}
        return self._answer("GET", f"/api/2.0/{path}?{encoded(given)}", None, absent)

    def fetch(self, path: str, to: Path) -> None:
        """Write a file. Raises UnreadableError where the server does not give it."""
        response = self._sent("GET", self.uri + path, None, preload=False)
        try:
            if response.status != 200:
                raise UnreadableError(f"{self.uri} does not give the file: {_said(response)}")
            with to.open("wb") as file:
                for block in response.stream(_BLOCK_BYTES, decode_content=True):
                    file.write(block)
        except urllib3.exceptions.HTTPError as error:
            raise SourceError(f"{self.uri} broke off in a file: {type(error).__name__}") from error
        finally:
            response.release_conn()

    def _answer(self, method: str, path: str, body: bytes | None, absent: tuple[int, ...]) -> Json | None:
        response = self._sent(method, self.uri + path, body)
        if response.status in absent:
            return None
        if response.status != 200:
            raise SourceError(f"{self.uri} refused {path.partition('?')[0]}: {_said(response)}")
        try:
            answer = json.loads(response.data)
        except ValueError as error:
            said = f"{self.uri} is no MLflow server: {path.partition('?')[0]} is not JSON"
            raise SourceError(said) from error
        return answer if isinstance(answer, Mapping) else {}

    def _sent(
        self, method: str, url: str, body: bytes | None, *, preload: bool = True
    ) -> urllib3.BaseHTTPResponse:
        headers = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        try:
            return self._pool.request(method, url, body=body, headers=headers, preload_content=preload)
        except urllib3.exceptions.HTTPError as error:
            raise SourceError(f"no answer from {self.uri}: {type(error).__name__}") from error


def encoded(query: Json) -> str:
    """Return a query string; spaces are `%20`, which every server reads."""
    return urlencode(query, quote_via=quote, safe="")


def _credentials(user: str | None, password: str | None, token: str | None) -> dict[str, str]:
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user is None:
        return {}
    return urllib3.make_headers(basic_auth=f"{unquote(user)}:{unquote(password or '')}")


def _said(response: urllib3.BaseHTTPResponse) -> str:
    """What an answer says for people; a page of HTML says nothing."""
    try:
        found = json.loads(response.data[:100_000])
        return f"{str(found.get('message'))[:500]} (HTTP {response.status})"
    except (ValueError, AttributeError):
        return f"HTTP {response.status}"
