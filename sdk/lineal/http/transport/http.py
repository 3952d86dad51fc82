"""The transport that sends: urllib3, without redirects and without retries of its own."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from lineal.errors import ConnectionFailedError
from lineal.http.transport import FileSlice, Request, Response, Sink

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_BLOCK_BYTES = 1024 * 1024
_TIMEOUT = urllib3.Timeout(connect=10.0, read=40.0)  # a gateway gives up after 30 seconds
_POOL_SIZE = 16


class HttpTransport:
    """Sends over HTTP with pooled connections; safe for use by several threads.

    Proxies come from the environment; the certificates are boto3's, or `AWS_CA_BUNDLE`.
    """

    def __init__(self) -> None:
        self._pools: dict[tuple[int, str | None], urllib3.PoolManager] = {}

    def send(self, request: Request) -> Response:
        """Return the response. Raises ConnectionFailedError where none came."""
        try:
            with self._open(request) as response:
                return _read(response, request.into)
        except urllib3.exceptions.HTTPError as error:
            host = urlsplit(request.url).netloc.rpartition("@")[2]
            raise ConnectionFailedError(f"no answer from {host}: {_reason(error)}") from error

    def _open(self, request: Request) -> "BaseHTTPResponse":
        return self._pool(request.url).request(
            request.method,
            request.url,
            headers={"User-Agent": _user_agent(), **request.headers, **_length(request)},
            body=_chunks(request.body),
            redirect=False,
            retries=False,
            timeout=_TIMEOUT,
            preload_content=False,
        )

    def _pool(self, url: str) -> urllib3.PoolManager:
        """A pool of this process: a forked child that used its parent's connections would garble both."""
        proxy = _proxy_for(url)
        key = os.getpid(), proxy
        return self._pools.get(key) or self._pools.setdefault(key, _new_pool(proxy))


def _new_pool(proxy: str | None) -> urllib3.PoolManager:
    if proxy is None:
        return urllib3.PoolManager(maxsize=_POOL_SIZE, ca_certs=_certificates(), blocksize=_BLOCK_BYTES)
    return urllib3.ProxyManager(proxy, maxsize=_POOL_SIZE, ca_certs=_certificates(), blocksize=_BLOCK_BYTES)


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})  # no proxy leads back to this machine


def _proxy_for(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.hostname is None or parts.hostname in LOOPBACK or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


def _certificates() -> str:
    from botocore.httpsession import get_cert_path

    configured = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
    return configured or str(get_cert_path(True))


def _chunks(body: bytes | FileSlice) -> "bytes | Iterator[bytes] | None":
    if not isinstance(body, FileSlice):
        return body or None
    return cast("Iterator[bytes]", body.blocks())  # what has a length and a buffer is sent without a copy


def _length(request: Request) -> dict[str, str]:
    """Blocks have no length that urllib3 could see, and S3 takes no chunked encoding."""
    return {"Content-Length": str(request.body.length)} if isinstance(request.body, FileSlice) else {}


def _read(response: "BaseHTTPResponse", into: Sink | None) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if into is None or not 200 <= response.status < 300:
        return Response(response.status, headers, response.read())
    into.restart()
    for block in response.stream(_BLOCK_BYTES):
        into.write(block)
    return Response(response.status, headers)


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    """What the operating system said, where it said something; urllib3 prints its own objects."""
    said = getattr(error.__cause__ or error.__context__, "strerror", None)
    return said or str(error) or type(error).__name__


def _user_agent() -> str:
    try:
        own = version("lineal")
    except PackageNotFoundError:
        own = "0"
    return f"lineal/{own} python/{platform.python_version()}"
