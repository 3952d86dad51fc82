"""A receiver of webhooks on this machine, which verifies what it gets as MLflow's documentation says."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.patience import PATIENCE


class Receiver(ThreadingHTTPServer):
    """Fails on the first delivery of some news, and takes the repetition.

    `failed` and `taken` are ids of deliveries, `unsigned` how many had no signature that holds.
    """

    secret = "the receiver's own"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failed: set[str] = set()
        self.taken: set[str] = set()
        self.unsigned = 0
        self._bodies: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks"

    def bodies(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._bodies.values())

    def take(self, headers: Any, body: bytes) -> int:
        """Return the status of a delivery."""
        delivery_id, told = headers["X-MLflow-Delivery-Id"], json.loads(body)
        signed = f"{delivery_id}.{headers['X-MLflow-Timestamp']}.".encode() + body
        digest = base64.b64encode(hmac.new(self.secret.encode(), signed, hashlib.sha256).digest())
        with self._lock:
            if headers["X-MLflow-Signature"] != f"v1,{digest.decode()}":
                self.unsigned += 1
                return 401
            if told["entity"].endswith("alias") and delivery_id not in self.failed:
                self.failed.add(delivery_id)
                return 503
            self.taken.add(delivery_id)
            self._bodies[delivery_id] = told
            return 200


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        other = self.path.endswith("/other")
        self.send_response(404 if other else self.server.take(self.headers, body))
        self.end_headers()
        self.wfile.write(b"heard")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def until(holds: Callable[[], bool], why: Callable[[], str]) -> None:
    """Wait for what happens by itself."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, why()
        time.sleep(0.05)
