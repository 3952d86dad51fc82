"""Connections are kept, given up when the host has closed them, and fail in botocore's words."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from botocore import exceptions

from functions.adapters.dynamo_client import Request
from functions.adapters.kept_connections import KeptConnections
from functions.adapters.service_errors import NO_ANSWER
from tests.certificates import self_signed


class Host(BaseHTTPRequestHandler):
    """Answers what it was sent, and who sent it; paths are not looked at."""

    protocol_version = "HTTP/1.1"
    answers: int
    """How many it gives on a connection before it closes that without a word."""
    all_at_once: threading.Barrier | None

    def setup(self) -> None:
        super().setup()
        self.left = self.answers

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.all_at_once is not None:
            self.all_at_once.wait(10)
        if body == b"broken":
            self.close_connection = True
            return
        self.send_response(200 if body else 400)
        self.send_header("X-Peer", str(self.client_address[1]))
        self.send_header("X-Asked-Of", self.headers["Host"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.left -= 1
        self.close_connection = self.left == 0

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def host(
    answers: int = 99, certificate: Path | None = None, at_once: int = 0
) -> Iterator[ThreadingHTTPServer]:
    barrier = threading.Barrier(at_once) if at_once else None
    handler = type("Handler", (Host,), {"answers": answers, "all_at_once": barrier})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if certificate is not None:
            tls = SSLContext(PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def to(
    server: ThreadingHTTPServer, scheme: str = "http", kept: int = 4, authorities: Path | None = None
) -> Iterator[KeptConnections]:
    url = f"{scheme}://localhost:{server.server_port}/"
    made = KeptConnections(url, 5, 5, kept, str(authorities) if authorities else None)
    yield made
    made.close()


def asking(body: bytes = b"{}") -> Request:
    return Request("POST", "http://localhost/", {"X-Amz-Target": "T"}, body)


def test_requests_that_follow_one_another_share_a_connection() -> None:
    with host() as server, to(server) as connections:
        replies = [connections.send(asking(b"%d" % n)) for n in range(3)]
        assert [(r.status_code, r.content) for r in replies] == [(200, b"0"), (200, b"1"), (200, b"2")]
        assert len({r.headers["x-peer"] for r in replies}) == 1
        assert replies[0].headers["X-Asked-Of"] == f"localhost:{server.server_port}"


def test_a_refusal_is_an_answer_and_keeps_its_connection() -> None:
    with host() as server, to(server) as connections:
        refused, answered = connections.send(asking(b"")), connections.send(asking())
        assert (refused.status_code, answered.status_code) == (400, 200)
        assert refused.headers["X-Peer"] == answered.headers["X-Peer"]


def test_a_connection_that_the_host_has_closed_is_not_used_again() -> None:
    with host(answers=1) as server, to(server) as connections:
        for number in range(3):
            assert connections.send(asking(b"%d" % number)).content == b"%d" % number
            closed = connections._idle[-1].sock
            closed.settimeout(5)
            assert closed.recv(1, socket.MSG_PEEK) == b""


def test_threads_have_connections_of_their_own_and_few_are_kept() -> None:
    with host(at_once=8) as server, to(server, kept=2) as connections, ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(connections.send, [asking(b"%d" % n) for n in range(8)]))
        assert [r.content for r in replies] == [b"%d" % n for n in range(8)]
        assert len({r.headers["X-Peer"] for r in replies}) == 8
        assert len(connections._idle) == 2


def test_an_answer_that_does_not_come_is_botocores_error() -> None:
    with host() as server, to(server) as connections:
        with pytest.raises(exceptions.ConnectionClosedError) as found:
            connections.send(asking(b"broken"))
        assert isinstance(found.value, NO_ANSWER)
        assert connections.send(asking()).status_code == 200


def test_a_host_that_says_nothing_is_waited_for_so_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(exceptions.ReadTimeoutError) as found:
            KeptConnections(url, 5, 0.05, 1).send(asking())
    assert isinstance(found.value, NO_ANSWER)


def test_a_host_that_is_not_there_is_botocores_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    for unreached in (url, "http://nowhere.invalid/"):
        with pytest.raises(exceptions.EndpointConnectionError) as found:
            KeptConnections(unreached, 5, 5, 1).send(asking())
        assert isinstance(found.value, NO_ANSWER)


def test_a_certificate_is_asked_for_and_is_the_hosts(tmp_path: Path) -> None:
    its_own, anothers = (self_signed(name, tmp_path / name) for name in ("localhost", "another"))
    with host(certificate=its_own) as server:
        with to(server, "https", authorities=its_own) as trusting:
            assert [trusting.send(asking()).status_code for _ in range(2)] == [200, 200]
        with to(server, "https") as careful, pytest.raises(exceptions.SSLError) as found:
            careful.send(asking())
        assert isinstance(found.value, NO_ANSWER)
    with (
        host(certificate=anothers) as server,
        to(server, "https", authorities=anothers) as deceived,
        pytest.raises(exceptions.SSLError),
    ):
        deceived.send(asking())
