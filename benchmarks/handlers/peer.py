"""An MLflow server over SQLite, with one worker whose processor time is read from outside."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests

_PATIENCE_SECONDS = 300


class Peer:
    """The server; each request is a request of its REST API."""

    name = "mlflow server"

    def __init__(self, url: str, process: psutil.Process) -> None:
        self._url = url
        self._process = process
        self._session = requests.Session()

    def cpu(self) -> float:
        """Return the seconds that what answers requests has taken so far, not what runs jobs beside it."""
        workers = [each for each in self._process.children(recursive=True) if _answers(each)]
        return sum(sum(each.cpu_times()[:2]) for each in workers)

    def send(self, method: str, path: str, body: Any = None, query: Any = None) -> Any:
        """Return what an endpoint below `/api/2.0/mlflow` answers."""
        answer = self._session.request(
            method, f"{self._url}/api/2.0/mlflow/{path}", json=body, params=query, timeout=300
        )
        answer.raise_for_status()
        return answer.json()


def _answers(process: psutil.Process) -> bool:
    return any("uvicorn" in word or "gunicorn" in word for word in process.cmdline())


@contextmanager
def serving(python: str, folder: Path) -> Iterator[Peer]:
    """Start a server with that interpreter's MLflow, and stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(python).absolute()), "-W", "ignore", "-m", "mlflow", "server",
        "--host", "127.0.0.1", "--port", str(port),
        "--backend-store-uri", "sqlite:///m.db", "--artifacts-destination", str(folder / "artifacts"),
        "--workers", "1",
    ]  # fmt: skip
    quiet = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=quiet, stdout=log, stderr=log, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield Peer(url, psutil.Process(process.pid))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/health", timeout=10).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise SystemExit("the MLflow server did not come up: look at server.log")
