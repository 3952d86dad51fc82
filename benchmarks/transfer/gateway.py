"""lineal's API before the same handlers, with their objects in another S3 server than the emulator's.

    python -m benchmarks.transfer.gateway FOLDER

The emulator gives functions credentials of its own, which no other server takes: so the handlers run here, in
processes beside a server that does what API Gateway would, as whom the environment says. Records stay in the
emulator's DynamoDB. It is a process of its own, so that what the client takes can be read.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.handlers.ours import environment
from benchmarks.transfer.storage import Storage
from lineal.local import Identity, Stack
from lineal.local.state import HOST
from tests.gateway import matched, signed

_PRINCIPAL = "BENCHMARK_PRINCIPAL"
_AT_ONCE = 2


@contextmanager
def serving(stack: Stack, storage: Storage) -> Iterator[str]:
    """Yield the address of an API whose objects lie in `storage`."""
    before = dict(os.environ)
    environment(stack)
    caller = stack.session(Identity.SCIENTIST).client("sts", endpoint_url=stack.endpoint_url)
    variables = os.environ | {
        "AWS_ENDPOINT_URL_S3": storage.url,
        "AWS_CA_BUNDLE": str(storage.certificate),
        _PRINCIPAL: caller.get_caller_identity()["Arn"],
    }
    os.environ.clear()
    os.environ.update(before)
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.transfer.gateway"],
        env=variables,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()  # it ends with its input


def _call(method: str, path: str, query: str, body: str | None) -> tuple[int, str]:
    """Call the handler of a route, in one of the processes that do."""
    route, variables = matched(method, path)
    event = signed(route, variables, os.environ[_PRINCIPAL], "benchmark")
    event["requestContext"]["http"] = {"method": method}
    event |= {"body": body, "rawQueryString": query, "queryStringParameters": dict(parse_qsl(query))}
    answer = import_module(f"functions.{route.function}.handler").handler(event, None)
    return answer["statusCode"], answer["body"]


def _handler_class(functions: ProcessPoolExecutor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode() or None
            status, text = functions.submit(_call, self.command, parts.path, parts.query, body).result()
            answer = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def main() -> None:
    """Serve until the input ends."""
    with ProcessPoolExecutor(_AT_ONCE, get_context("spawn")) as functions:
        server = ThreadingHTTPServer((HOST, 0), _handler_class(functions))
        server.daemon_threads = True
        print(f"http://{HOST}:{server.server_port}", flush=True)
        import threading

        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
