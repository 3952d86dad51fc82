"""A server of any age is read by its REST API: pages, fallbacks, files, and what it refuses."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lineal.importing.mlflow import open_source
from lineal.importing.mlflow.server import Server
from lineal.importing.records import FileRecord, Holder, Place
from lineal.importing.source import SourceError, UnreadableError

POINTS = [{"key": "loss", "value": 1.0 / (n + 1), "step": n, "timestamp": 5} for n in range(5)]
RUN = Place(Holder.RUN, "1")


class Tracker(ThreadingHTTPServer):
    """Answers as told: by path, a status and a body; notes who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.asked: list[tuple[str, dict[str, list[str]], str | None]] = []
        self.answers: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Asked(BaseHTTPRequestHandler):
    server: Tracker

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: dict[str, Any]) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query) | {name: [str(value)] for name, value in body.items()}
        self.server.asked.append((parts.path, query, self.headers["Authorization"]))
        answer = self.server.answers.get(parts.path, (404, {"error_code": "ENDPOINT_NOT_FOUND"}))
        status, content = answer(query) if callable(answer) else answer
        self.send_response(status)
        if status == 302:
            self.send_header("Location", content)
            content = b""
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    yield from _serving()


@pytest.fixture
def storage() -> Iterator[Tracker]:
    yield from _serving()


def _serving() -> Iterator[Tracker]:
    tracker = Tracker()
    thread = threading.Thread(target=tracker.serve_forever, args=(0.01,))
    thread.start()
    yield tracker
    tracker.shutdown()
    thread.join()
    tracker.server_close()


def test_searches_are_read_to_their_last_page(tracker: Tracker) -> None:
    def page(query: dict[str, list[str]]) -> tuple[int, Any]:
        found = {"experiment_id": "2" if "page_token" in query else "1", "name": "x"}
        more = {} if "page_token" in query else {"next_page_token": "t"}
        return 200, {"experiments": [found], **more}

    tracker.answers["/api/2.0/mlflow/experiments/search"] = page
    assert [each.id for each in Server(tracker.url).experiments()] == ["1", "2"]
    assert [query["view_type"] for _, query, _ in tracker.asked] == [["ALL"], ["ALL"]]


@pytest.mark.parametrize("pages", [True, False], ids=["a database", "a folder"])
def test_a_history_is_whole_whether_the_store_has_pages_or_not(tracker: Tracker, pages: bool) -> None:
    def history(query: dict[str, list[str]]) -> tuple[int, Any]:
        if not pages:
            refused = (400, {"message": "The FileStore backend does not support pagination"})
            return refused if "max_results" in query else (200, {"metrics": POINTS})
        start = int(query.get("page_token", ["0"])[0])
        more = {"next_page_token": str(start + 2)} if start + 2 < len(POINTS) else {}
        return 200, {"metrics": POINTS[start : start + 2], **more}

    tracker.answers["/api/2.0/mlflow/metrics/get-history"] = history
    assert [point.step for point in Server(tracker.url).history("1", "loss")] == [0, 1, 2, 3, 4]


def test_a_server_without_logged_models_or_a_run_has_none(tracker: Tracker) -> None:
    server = Server(tracker.url)
    assert list(server.logged_models("1")) == []
    assert server.run("1") is None


def test_files_are_found_folder_by_folder_and_written(tracker: Tracker, tmp_path: Path) -> None:
    folders = {
        "": [{"path": "model", "is_dir": True}, {"path": "a b.txt", "is_dir": False, "file_size": "3"}],
        "model": [{"path": "model/MLmodel", "is_dir": False, "file_size": 1}],
    }
    tracker.answers["/api/2.0/mlflow/artifacts/list"] = lambda query: (
        200,
        {"files": folders[query.get("path", [""])[0]]},
    )
    tracker.answers["/get-artifact"] = lambda query: (200, query["path"][0].encode())
    server = Server(tracker.url)
    assert list(server.files(RUN)) == [FileRecord("a b.txt", 3), FileRecord("model/MLmodel", 1)]
    server.fetch(RUN, "a b.txt", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"a b.txt"


def test_credentials_reach_the_server_and_nobody_else(
    tracker: Tracker, storage: Tracker, tmp_path: Path
) -> None:
    tracker.answers["/get-artifact"] = (302, storage.url.replace("127.0.0.1", "localhost") + "/bytes")
    storage.answers["/bytes"] = (200, b"x")
    server = open_source(tracker.url.replace("//", "//ann:p%40ss@"))
    server.fetch(RUN, "f", tmp_path / "file")
    (_, _, shown) = tracker.asked[0]
    assert shown == "Basic " + b64encode(b"ann:p@ss").decode()
    assert storage.asked == [("/bytes", {}, None)]
    assert server.uri == tracker.url
    open_source(tracker.url, token="secret").run("1")
    assert tracker.asked[-1][2] == "Bearer secret"


def test_what_is_refused_is_said(tracker: Tracker, tmp_path: Path) -> None:
    tracker.answers["/api/2.0/mlflow/experiments/search"] = (403, {"message": "not you"})
    tracker.answers["/api/2.0/mlflow/runs/search"] = (200, b"<html>")
    tracker.answers["/get-artifact"] = (500, {"message": "no bucket"})
    server = Server(tracker.url)
    with pytest.raises(SourceError, match=r"not you \(HTTP 403\)"):
        list(server.experiments())
    with pytest.raises(SourceError, match="no MLflow server"):
        list(server.runs("1"))
    with pytest.raises(UnreadableError, match="no bucket"):
        server.fetch(RUN, "f", tmp_path / "file")
    with pytest.raises(UnreadableError, match="not reached through the server"):
        list(server.files(Place(Holder.LOCATION, "s3://bucket/x")))
