"""Connections to one host that are kept between requests, by the standard library's own HTTP client.

The ways through urllib3 that botocore goes took most of a call's processor time, for what one host does not
need: pools by address, proxies, redirects, bodies as streams.
"""

import ssl
from collections import deque
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from botocore import exceptions
from botocore.httpsession import where
from urllib3.util.wait import wait_for_read

from functions.adapters.dynamo_client import Request


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status_code: int
    headers: HTTPMessage
    content: bytes


class KeptConnections:
    """The `Connections` of a client. Threads may share it; each request has a connection for itself."""

    def __init__(
        self, url: str, connect_seconds: float, read_seconds: float, kept: int, authorities: str | None = None
    ) -> None:
        """Keep `kept` connections to a URL's host at most; `authorities` is a file instead of botocore's."""
        self._url, parts = url, urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._connect_seconds, self._read_seconds, self._kept = connect_seconds, read_seconds, kept
        self._trust = (
            ssl.create_default_context(cafile=authorities or where()) if parts.scheme == "https" else None
        )
        self._idle: deque[HTTPConnection] = deque()

    def send(self, request: Request) -> Reply:
        """Return the answer to a request. Raises botocore's errors of connections."""
        connection = self._one_that_lives() or self._opened()
        keep = False
        try:
            connection.request(request.method, "/", request.body, request.headers)
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
            keep = not answer.will_close and len(self._idle) < self._kept
        except TimeoutError as error:
            raise exceptions.ReadTimeoutError(endpoint_url=self._url, error=error) from error
        except (OSError, HTTPException) as error:
            raise exceptions.ConnectionClosedError(endpoint_url=self._url, error=error) from error
        finally:
            if keep:
                self._idle.append(connection)
            else:
                connection.close()
        return reply

    def close(self) -> None:
        """Close what is kept; a function at work never does."""
        while self._idle:
            self._idle.pop().close()

    def _one_that_lives(self) -> HTTPConnection | None:
        """Return the connection used last. One on which the host has said something it has closed."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not wait_for_read(connection.sock, timeout=0):
                return connection
            connection.close()

    def _opened(self) -> HTTPConnection:
        given: Any = {"host": self._host, "port": self._port, "timeout": self._connect_seconds}
        trust = self._trust
        made = HTTPConnection(**given) if trust is None else HTTPSConnection(**given, context=trust)
        try:
            made.connect()
        except TimeoutError as error:
            raise exceptions.ConnectTimeoutError(endpoint_url=self._url, error=error) from error
        except ssl.SSLError as error:
            raise exceptions.SSLError(endpoint_url=self._url, error=error) from error
        except OSError as error:
            raise exceptions.EndpointConnectionError(endpoint_url=self._url, error=error) from error
        made.sock.settimeout(self._read_seconds)
        return made
