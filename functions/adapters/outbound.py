"""The way out: one POST to one address that was looked at before, and nowhere else."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse

from functions.core.errors import UnavailableError
from functions.core.ports.webhooks import Address, Response

_STEP_SECONDS = 5.0
_ALL_SECONDS = 10.0
_MAX_ANSWER = 10_000


class NameServers:
    """The `Resolver` port."""

    def addresses(self, host: str) -> Sequence[str]:
        """Return a host's addresses, those of IPv4 first: Lambda reaches no others."""
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        addresses = dict.fromkeys(str(each[4][0]) for each in found)
        return sorted(addresses, key=lambda address: ":" in address)


class _PinnedConnection(HTTPConnection):
    """Connects to an address that is given, while host header and certificate are those of the name."""

    def __init__(self, at: Address, tls: ssl.SSLContext) -> None:
        super().__init__(at.host, at.port, timeout=_STEP_SECONDS)
        self._at, self._tls = at, tls
        self._open: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._open = socket.create_connection((self._at.ip, self._at.port), _STEP_SECONDS)
        if self._at.scheme == "https":
            wrapped = self._tls.wrap_socket(
                self.sock, server_hostname=self._at.host, do_handshake_on_connect=False
            )
            self.sock = self._open = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        """End whatever goes on: a receiver that sends a byte now and then would else never come to an end."""
        if self._open is not None:  # the library forgets its own while the answer is still read
            with suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class PinnedOutbound:
    """The `Outbound` port, without proxies, redirects and cookies. `tls` says whom to trust."""

    tls: ssl.SSLContext

    def post(self, at: Address, headers: Mapping[str, str], body: bytes) -> Response:
        """Send within ten seconds and read the beginning of the answer."""
        connection = _PinnedConnection(at, self.tls)
        try:
            with _in_time(connection):
                connection.request("POST", at.target, body, dict(headers))
                answer = connection.getresponse()
                return Response(answer.status, _beginning(answer).decode(errors="replace"))
        except (OSError, HTTPException, ValueError) as error:
            raise UnavailableError(f"the receiver did not answer: {_why(error)}") from error
        finally:
            connection.close()


def _beginning(answer: HTTPResponse) -> bytes:
    """Return the beginning of an answer, shorter where the connection ends or is cut: the status counts."""
    found = b""
    with suppress(ConnectionError):
        while len(found) < _MAX_ANSWER and (more := answer.read1(_MAX_ANSWER - len(found))):
            found += more
    return found


@contextmanager
def _in_time(connection: _PinnedConnection) -> Iterator[None]:
    timer = threading.Timer(_ALL_SECONDS, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _why(error: Exception) -> str:
    """Return what went wrong, in words that name no address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    return type(error).__name__
