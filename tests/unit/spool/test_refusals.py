"""What the server refuses for good costs itself alone: the rest of the same chunk or change arrives."""

import json
from pathlib import Path

import pytest

import lineal
from lineal.client import Client
from lineal.errors import ConnectionFailedError
from lineal.http.transport import Request, Response
from lineal.spool.syncing import State, sync, to_server
from lineal_contract.chunks import decode
from lineal_contract.digests import json_digest
from lineal_contract.routes.route import IDEMPOTENCY_KEY
from tests.unit.sdk.fake_server import API_URL, PROJECT, FakeServer
from tests.unit.spool.conftest import Cli

BAD = {"bad/1", "bad/2", "bad/3"}


@pytest.fixture
def strict(server: FakeServer) -> FakeServer:
    """A server that takes fewer keys than the client knows of, and names two of them at a time."""
    server.bad_keys = BAD
    return server


def log(run: lineal.ActiveRun, count: int) -> None:
    for step in range(count):
        run.log(
            {"loss": float(step), "bad/1": 1.0, "acc": -float(step), "bad/2": 2.0, "bad/3": 3.0}, step=step
        )


def arrived(server: FakeServer, run_id: str) -> dict[str, list[float]]:
    series: dict[str, list[float]] = {}
    for point in server.points(run_id):
        series.setdefault(point.key, []).append(point.value)
    return series


def good(count: int) -> dict[str, list[float]]:
    return {"loss": [float(i) for i in range(count)], "acc": [-float(i) for i in range(count)]}


def test_a_live_run_loses_the_points_of_refused_keys_alone_and_counts_them(
    strict: FakeServer, client: Client, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = lineal.run(client=client)
    log(run, 10)
    run.flush()
    assert (arrived(strict, run.id), run.lost_points) == (good(10), 30)
    assert "refuses for good some of what was logged" in caplog.text
    with pytest.warns(lineal.LinealWarning, match="could not record 30 metric points"):
        run.end()


def test_sync_delivers_the_rest_and_keeps_what_was_refused_with_its_reason(
    strict: FakeServer, cli: Cli, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAL_MODE", "offline")
    with lineal.run() as run:
        log(run, 10)
    assert cli("sync").exit_code == 4
    assert arrived(strict, run.id) == good(10)
    kept = [p for path in sorted(spool.glob("*/*/refused/*.chunk")) for p in decode(path.read_bytes())]
    assert {p.key for p in kept} == BAD
    assert len(kept) == 30
    told = [json.loads(path.read_text()) for path in sorted(spool.glob("*/*/refused/*.json"))]
    assert [(t["code"], t["points"]) for t in told] == [("invalid_request", 20), ("invalid_request", 10)]


class Flaky:
    """A transport that loses the second request to take a chunk, and the reply to the fifth."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.chunks = 0

    def send(self, request: Request) -> Response:
        self.chunks += request.url.endswith("/chunks")
        if self.chunks == 2:
            raise ConnectionFailedError("the request was lost")
        answer = self.server.send(request)
        if self.chunks == 5:
            raise ConnectionFailedError("the reply was lost")
        return answer


def test_requests_and_replies_lost_between_the_parts_double_nothing(
    strict: FakeServer, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAL_MODE", "offline")
    with lineal.run() as run:
        log(run, 10)
    client = Client(API_URL, PROJECT, transport=Flaky(strict))
    *failed, done = (next(sync(spool, to_server(lambda about: client))) for _ in range(3))
    assert [(r.state, r.tally.refused_points, r.set_aside) for r in failed] == [(State.FAILED, 0, 0)] * 2
    assert arrived(strict, run.id) == good(10)
    assert (len(strict.chunks), done.state, done.tally.points, done.tally.refused_points) == (
        1,
        State.DELIVERED,
        20,
        30,
    )


def test_a_param_with_another_value_does_not_cost_what_came_with_it(
    server: FakeServer, client: Client, cli: Cli, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lineal.run(client=client, params={"lr": 1})
    monkeypatch.setenv("LINEAL_MODE", "offline")
    with lineal.run(run_id=run.id, params={"lr": 2, "epochs": 5}, tags={"rank": 1}, note="joined"):
        pass
    assert cli("sync").exit_code == 4
    found = server.runs[run.id]
    assert (found.params, found.tags, found.note) == ({"lr": "1", "epochs": "5"}, {"rank": "1"}, "joined")
    (told,) = spool.glob("*/*/refused/*.json")
    assert json.loads(told.read_text())["operation"]["change"]["params"] == {"lr": "2"}
    whole, rest = (r.headers[IDEMPOTENCY_KEY] for r in server.calls("PATCH", "/runs/") if b"joined" in r.body)
    assert told.read_text().count(whole) == 1
    assert rest == json_digest([whole, "rest"])[:32], "whoever delivers it again says the same under it"
