import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lineal.errors import ConnectionFailedError, FileChangedError
from lineal.http.transport import FileSlice, Request
from lineal.http.transport.http import HttpTransport


@dataclass
class Loopback:
    """An HTTP server that keeps what it got."""

    url: str = ""
    got: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"answer"
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    state = Loopback()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state.got.append((self.command, self.path, dict(self.headers), body))
            self.send_response(state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(state.answer)))
            self.end_headers()
            self.wfile.write(state.answer)

        do_GET = do_PUT = do_POST = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/a%20b/%2F/$default?x=a%20b&y=", "/caf%C3%A9"])
def test_the_address_is_sent_as_it_is(loopback: Loopback, path: str) -> None:
    response = HttpTransport().send(Request("POST", loopback.url + path, {"X-One": "1"}, b"body"))
    method, got_path, headers, body = loopback.got[0]
    assert (method, got_path, body) == ("POST", path, b"body")
    assert headers["X-One"] == "1"
    assert headers["User-Agent"].startswith("lineal/")
    assert (response.status, response.body) == (200, b"answer")


def test_a_slice_of_a_file_is_sent_with_its_length(loopback: Loopback, tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(bytes(range(256)) * 10_000)
    part = FileSlice(file, 100, 2_000_000)
    HttpTransport().send(Request("PUT", loopback.url, {}, part))
    _, _, headers, body = loopback.got[0]
    assert body == file.read_bytes()[100:2_000_100]
    assert headers["Content-Length"] == "2000000"
    assert "Transfer-Encoding" not in headers


def test_a_long_slice_takes_the_memory_of_a_block(tmp_path: Path) -> None:
    file = tmp_path / "f"
    with file.open("wb") as sparse:
        sparse.truncate(64 * 1024 * 1024)
    tracemalloc.start()
    length = sum(len(block) for block in FileSlice(file, 0, 64 * 1024 * 1024).blocks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length == 64 * 1024 * 1024
    assert peak < 4 * 1024 * 1024


def test_a_slice_that_is_not_there_any_more_is_told(loopback: Loopback, tmp_path: Path) -> None:
    file = tmp_path / "f"
    with pytest.raises(FileChangedError):
        HttpTransport().send(Request("PUT", loopback.url, {}, FileSlice(file, 0, 1)))
    file.write_bytes(b"short")
    with pytest.raises(FileChangedError, match="shorter"):
        HttpTransport().send(Request("PUT", loopback.url, {}, FileSlice(file, 0, 100)))


class Received:
    """A sink that keeps what came."""

    def __init__(self, before: bytes) -> None:
        self.data = before

    def restart(self) -> None:
        self.data = b""

    def write(self, block: bytes) -> None:
        self.data += block


def test_a_success_can_go_elsewhere_than_into_memory(loopback: Loopback) -> None:
    target = Received(b"left over from an attempt before")
    response = HttpTransport().send(Request("GET", loopback.url, into=target))
    assert (target.data, response.body) == (b"answer", b"")


def test_an_error_does_not_go_there(loopback: Loopback) -> None:
    loopback.status = 403
    target = Received(b"")
    response = HttpTransport().send(Request("GET", loopback.url, into=target))
    assert (target.data, response.status, response.body) == (b"", 403, b"answer")


def test_redirects_are_answers(loopback: Loopback) -> None:
    loopback.status = 302
    loopback.headers = {"Location": "http://127.0.0.1:1/elsewhere"}
    response = HttpTransport().send(Request("GET", loopback.url))
    assert (response.status, response.header("LOCATION")) == (302, "http://127.0.0.1:1/elsewhere")


def test_no_answer_is_an_error_that_names_the_host_alone() -> None:
    with pytest.raises(
        ConnectionFailedError, match=r"no answer from 127\.0\.0\.1:1: Connection refused"
    ) as caught:
        HttpTransport().send(Request("GET", "http://user:secret@127.0.0.1:1/x?X-Amz-Signature=hidden"))
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_proxy_of_the_environment_is_used(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", loopback.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    HttpTransport().send(Request("GET", "http://api.test/x"))
    assert loopback.got[0][1] == "http://api.test/x"
