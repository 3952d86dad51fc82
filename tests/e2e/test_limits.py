"""Requests and records at the edge of what the services take: a clear answer, and nothing half there."""

import json
import time
from functools import partial

import pytest

import lineal
from lineal.client import Client
from lineal.http.transport import Request, Response
from lineal.local import Identity
from lineal.spool import live
from lineal.spool.sender import Pace
from lineal.tracking import metrics
from lineal_contract.chunks import Point, encode
from lineal_contract.ids import new_id
from lineal_contract.quotas import Quota
from lineal_contract.routes import tracking as routes
from lineal_contract.runs import LogChunk
from tests.e2e.conftest import World

MOST_PARAMS = 1_000


def started(**changed: object) -> bytes:
    """The body of a request that starts a run, with something changed in it."""
    wanted = {"run_id": new_id(), "experiment": "e", "started_at": 1_000}
    return json.dumps(wanted | changed).encode()


def sent(client: Client, body: bytes) -> Response:
    """Send a body to the route that makes runs."""
    api = client._api
    url = api.url + routes.CREATE_RUN.url_path(project=api.project)
    return api._transport.send(Request("POST", url, {"content-type": "application/json"}, body))


def runs_of(client: Client) -> list[lineal.Run]:
    return list(client.runs.search())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        started(note="\ud800"),
        started().replace(b'"experiment": "e"', b'"experiment": "e", "experiment": "f"'),
        started(started_at=float("nan")),
        started().replace(b"1000", b"1e400"),
        started(started_at=True),
        b"[" * 10_000 + b"]" * 10_000,
        started(params={"": "1"}),
        started(params={"k" * 251: "1"}),
        started(params={"k\n": "1"}),
    ],
    ids=[
        "empty",
        "no UTF-8",
        "surrogate",
        "twins",
        "NaN",
        "1e400",
        "bool",
        "deep",
        "no key",
        "long key",
        "newline",
    ],
)
def test_what_is_no_request_makes_no_run(world: World, body: bytes) -> None:
    answer = sent(world.scientist, body)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "invalid_request")
    assert runs_of(world.scientist) == []


def test_a_body_over_six_megabytes_makes_no_run(world: World) -> None:
    params = {f"p{n}": "x" * 6_000 for n in range(1_100)}
    answer = sent(world.scientist, started(params=params))
    assert answer.status in {400, 413}
    assert runs_of(world.scientist) == []


def test_a_record_over_what_an_item_holds_is_refused_whole(world: World) -> None:
    """1,000 params of 6,000 characters: each is legal, and together they are fifteen items."""
    params = {f"p{n}": "x" * 5_000 for n in range(MOST_PARAMS)}
    with pytest.raises(lineal.ApiError) as refused:
        lineal.run(params=params, client=world.scientist)
    assert (refused.value.status, refused.value.code) == (413, "too_large")
    assert runs_of(world.scientist) == []


def test_a_record_just_below_what_an_item_holds_is_taken(world: World) -> None:
    params = {f"p{n}": "x" * 3_700 for n in range(100)}
    with lineal.run(params=params, client=world.scientist) as run:
        run.log({"loss": 1.0}, step=0)
    assert world.scientist.runs.get(run.id).params == params


def test_a_chunk_past_its_limits_or_with_a_bad_key_leaves_nothing(world: World) -> None:
    run = lineal.run(client=world.scientist)
    api = world.scientist._api
    bad = encode([Point("loss", 0, 1, 1.0), Point("bad\nkey", 0, 1, 1.0)])
    with pytest.raises(lineal.InvalidRequestError, match="bad"):
        api.call(routes.LOG_CHUNK, body=LogChunk(writer="raw", seq=0, data=bad), run_id=run.id)
    with pytest.raises(lineal.NotFoundError, match="no metric"):
        list(world.scientist.runs.get(run.id).metric("loss"))
    run.log({"loss": 2.0}, step=1)
    run.end()
    assert [p.value for p in world.scientist.runs.get(run.id).metric("loss")] == [2.0]


def test_a_key_that_the_server_alone_refuses_costs_its_own_points_and_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when an older client knows a rule less than the server."""
    monkeypatch.setattr(metrics, "is_key", lambda key: True)
    monkeypatch.setenv("LINEAL_SPOOL_DIR", str(world.folder / "spool"))
    run = lineal.run(client=world.scientist)
    for step in range(20):
        run.log({"loss": float(step), "bad\nkey": 1.0, "x" * 251: 2.0}, step=step)
    with pytest.warns(lineal.LinealWarning, match="could not record 40 metric points"):
        run.end()
    found = world.scientist.runs.get(run.id)
    assert (found.status, {key: m.count for key, m in found.metrics.items()}) == ("finished", {"loss": 20})
    assert [p.value for p in found.metric("loss")] == [float(step) for step in range(20)]


def test_a_quota_that_is_used_up_says_when_to_come_back_and_keeps_what_was_logged(world: World) -> None:
    admin = Client(world.stack.api_url, world.project, world.stack.session(Identity.ADMIN))
    admin.quotas.put(Quota(points_per_day=10))
    client = world.scientist
    run = lineal.run(client=client)
    run.log({"loss": 1.0}, step=0)
    run.flush()
    chunk = encode([Point("loss", step, 1, 1.0) for step in range(20)])
    with pytest.raises(lineal.ThrottledError) as refused:
        client._api.call(routes.LOG_CHUNK, body=LogChunk(writer="raw", seq=0, data=chunk), run_id=run.id)
    assert (refused.value.status, refused.value.code) == (429, "quota_exceeded")
    assert refused.value.retry_after and refused.value.retry_after > 0
    run.end()
    assert [p.value for p in client.runs.get(run.id).metric("loss")] == [1.0]


def test_a_training_waits_out_its_quota_and_arrives_whole_and_once(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The day is far from over, so the sender comes again by itself until the quota has been raised."""
    monkeypatch.setattr(live, "Pace", partial(Pace, interval=0.1, patience=0.5))
    admin = Client(world.stack.api_url, world.project, world.stack.session(Identity.ADMIN))
    admin.quotas.put(Quota(points_per_day=100))
    client = world.scientist
    run = lineal.run(client=client)

    def log(first: int, last: int) -> None:
        for step in range(first, last):
            run.log({"loss": float(step)}, step=step)

    def stored() -> list[float]:
        return [point.value for point in client.runs.metric(run.id, "loss")]

    log(0, 80)
    assert run.flush()
    log(80, 160)
    assert not run.flush()
    log(160, 5_000)
    assert (stored(), run.lost_points) == ([float(i) for i in range(80)], 0)
    assert [r.message for r in caplog.records if "quota is 100 points per day" in r.message] != []
    assert client.quotas.usage().points_today == 80

    admin.quotas.put(Quota(points_per_day=None))
    deadline = time.monotonic() + 30
    while len(stored()) < 5_000 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert stored() == [float(i) for i in range(5_000)]
    run.end()
    found = client.runs.get(run.id)
    assert (found.status, found.metrics["loss"].count, run.lost_points) == ("finished", 5_000, 0)
