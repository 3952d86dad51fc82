"""The names of requests: MLflow's own client gives each request one, and keeps it while it tries again."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import entry_points
from threading import Thread

import mlflow
import pytest
from mlflow.tracking import MlflowClient

from lineal.mlflow_plugin.headers import RequestHeaderProvider
from lineal_contract.routes.route import IDEMPOTENCY_KEY

MODEL = b'{"registered_model": {"name": "m"}}'


class Flaky(HTTPServer):
    """A server that is busy at the first attempt of each request. `names` are what the attempts had."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.names: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Flaky)
        self.server.names.append(self.headers.get(IDEMPOTENCY_KEY))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if len(self.server.names) % 2 == 0 else 503)
        self.send_header("Content-Length", str(len(MODEL)))
        self.end_headers()
        self.wfile.write(MODEL)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flaky]:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    with Flaky() as flaky:
        thread = Thread(target=flaky.serve_forever)
        thread.start()
        yield flaky
        flaky.shutdown()
        thread.join()


def create(uri: str, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    for _ in range(times):
        MlflowClient(uri).create_registered_model("m")


def test_mlflow_finds_the_provider_in_the_wheel() -> None:
    found = {each.name: each for each in entry_points(group="mlflow.request_header_provider")}
    assert found["lineal"].load() is RequestHeaderProvider


@pytest.mark.parametrize("path", ["/mlflow/team", "/token/mlflow/team/"])
def test_a_request_keeps_its_name_and_the_next_has_another(
    server: Flaky, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(f"http://127.0.0.1:{server.server_port}{path}", monkeypatch, times=2)
    first, again, second, once_more = server.names
    assert first is not None
    assert (first, second) == (again, once_more)
    assert first != second


def test_another_server_is_told_nothing(server: Flaky, monkeypatch: pytest.MonkeyPatch) -> None:
    create(f"http://127.0.0.1:{server.server_port}", monkeypatch, times=1)
    assert server.names == [None, None]


@pytest.mark.parametrize("uri", ["file:///mlflow/team", "databricks", "mlflow/team", "https://x/mlflow"])
def test_only_the_address_of_a_project_is_one_of_ours(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow, "get_tracking_uri", lambda: uri)
    monkeypatch.setattr(mlflow, "get_registry_uri", lambda: uri)
    assert not RequestHeaderProvider().in_context()
