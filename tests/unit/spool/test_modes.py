"""Runs without a server: offline, disabled, unreachable; and joining one."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.client import Client
from lineal.errors import ConnectionFailedError
from lineal.http.transport import Request, Response
from lineal.spool.records import HEADER_BYTES, Kind, scan
from lineal_contract.problems import ProblemCode
from lineal_contract.routes.route import IDEMPOTENCY_KEY
from lineal_contract.runs import RunStatus
from tests.unit.sdk.fake_server import API_URL, PROJECT, FakeServer, Refusal
from tests.unit.spool.conftest import Cli


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_MODE", "offline")


class Cable:
    """A transport that can be pulled out."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.plugged = True

    def send(self, request: Request) -> Response:
        if not self.plugged:
            raise ConnectionFailedError("no answer from api.test: Network is unreachable")
        return self.server.send(request)


@pytest.fixture
def cable(server: FakeServer) -> Cable:
    return Cable(server)


@pytest.fixture
def wired(cable: Cable) -> Client:
    return Client(API_URL, PROJECT, transport=cable)


def train(folder: Path, **options: Any) -> lineal.ActiveRun:
    """A run with everything."""
    (folder / "weights.bin").write_bytes(b"weights")
    (folder / "tree").mkdir()
    (folder / "tree" / "a.txt").write_text("a")
    with lineal.run(experiment="e", name="n", params={"lr": 0.1}, **options) as run:
        run.log({"loss": 2.0})
        run.set_tags({"t": 1})
        run.set_tags({"t": 2})
        run.log({"loss": 1.0})
        run.use_dataset("rows", b"1,2\n")
        run.log_artifact(folder / "weights.bin", metadata={"m": "1"})
        run.log_artifact(folder / "tree", "forest")
    return run


def check(server: FakeServer, run_id: str) -> None:
    stored = server.runs[run_id]
    assert (stored.status, stored.experiment, stored.name) == (RunStatus.FINISHED, "e", "n")
    assert (stored.params, stored.tags) == ({"lr": "0.1"}, {"t": "2"})
    assert [d.name for d in stored.datasets] == ["rows"]
    assert [(a.name, [f.path for f in a.files]) for a in stored.artifacts] == [
        ("weights.bin", ["weights.bin"]),
        ("forest", ["a.txt"]),
    ]
    assert [(p.step, p.value) for p in server.points(run_id)] == [(0, 2.0), (1, 1.0)]


def test_offline_nothing_is_sent_and_sync_delivers_it_all_once(
    server: FakeServer, client: Client, cli: Cli, spool: Path, offline: None, tmp_path: Path
) -> None:
    run = train(tmp_path, client=client)
    assert server.requests == []
    (tmp_path / "weights.bin").write_bytes(b"changed since")
    assert cli("sync").exit_code == 0
    check(server, run.id)
    assert list(spool.iterdir()) == []
    sent = len(server.requests)
    assert "nothing waits" in cli("sync").stdout
    assert len(server.requests) == sent


def test_offline_needs_neither_address_nor_project(
    server: FakeServer, cli: Cli, spool: Path, offline: None, tmp_path: Path
) -> None:
    run = train(tmp_path)
    assert cli("sync").exit_code == 0
    check(server, run.id)


def test_offline_refuses_what_the_server_would_refuse(spool: Path, offline: None, tmp_path: Path) -> None:
    run = lineal.run()
    (tmp_path / "f").write_text("x")
    with pytest.raises(lineal.InputError):
        run.log_artifact(tmp_path / "f", "../escape")
    with pytest.raises(lineal.InputError):
        run.log_artifact(tmp_path / "missing")
    with pytest.raises(lineal.InputError):
        run.log_params({"p": "x" * 6_001})
    run.end()


def test_disabled_does_nothing(spool: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINEAL_MODE", "disabled")
    run = train(tmp_path)
    assert not spool.exists()
    assert run.lost_points == 0


def test_another_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_MODE", "on")
    with pytest.raises(lineal.ConfigurationError, match="online, offline, disabled"):
        lineal.run()


def test_a_run_that_begins_without_a_network_goes_on_in_the_spool_and_says_so_once(
    server: FakeServer, cable: Cable, wired: Client, cli: Cli, spool: Path, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    cable.plugged = False
    with pytest.warns(lineal.LinealWarning, match="lineal sync"):
        run = train(tmp_path, client=wired)
    assert [r.message for r in caplog.records if "goes on in the spool" in r.message] == [
        f"run {run.id} goes on in the spool; no server now: no answer from api.test: Network is unreachable"
    ]
    assert run.lost_points == 0
    assert cli("sync").exit_code == 0
    check(server, run.id)


def test_a_network_that_comes_back_in_time_gets_everything_in_order(
    server: FakeServer, cable: Cable, wired: Client, spool: Path
) -> None:
    cable.plugged = False
    run = lineal.run(client=wired)
    run.log({"loss": 1.0})
    run.set_tags({"t": 1})
    cable.plugged = True
    run.set_tags({"t": 2})
    run.log({"loss": 2.0})
    run.end()
    assert server.runs[run.id].tags == {"t": "2"}
    assert server.runs[run.id].status is RunStatus.FINISHED
    assert [p.value for p in server.points(run.id)] == [1.0, 2.0]
    assert list(spool.iterdir()) == []


class Deaf:
    """A transport whose next change of a run arrives, and whose answer does not."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.deaf = False

    def send(self, request: Request) -> Response:
        answer = self.server.send(request)
        if self.deaf and request.method == "PATCH":
            self.deaf = False
            raise ConnectionFailedError("no answer from api.test: Connection reset")
        return answer


def test_a_change_whose_answer_was_lost_keeps_its_name_in_the_spool(server: FakeServer, spool: Path) -> None:
    transport = Deaf(server)
    run = lineal.run(client=Client(API_URL, PROJECT, transport=transport))
    transport.deaf = True
    run.set_tags({"t": 1})
    run.set_tags({"t": 2})
    run.end()
    changes = [(json.loads(r.body), r.headers[IDEMPOTENCY_KEY]) for r in server.calls("PATCH", "/runs/")]
    sent = [(body["tags"]["t"], name) for body, name in changes if body["tags"]]
    (first, name), (again, same), (second, other) = sent
    assert (first, again, second) == ("1", "1", "2")
    assert name == same != other


def test_a_network_that_goes_away_under_way(
    server: FakeServer, cable: Cable, wired: Client, cli: Cli, spool: Path
) -> None:
    run = lineal.run(client=wired)
    run.log({"loss": 1.0})
    run.flush()
    cable.plugged = False
    run.log({"loss": 2.0})
    with pytest.warns(lineal.LinealWarning, match="not whole on the server"):
        run.end()
    assert (server.runs[run.id].status, len(server.points(run.id))) == (RunStatus.RUNNING, 1)
    assert cli("sync").exit_code == 0
    assert (server.runs[run.id].status, len(server.points(run.id))) == (RunStatus.FINISHED, 2)


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_expire_under_way_stop_no_training_and_lose_nothing(
    server: FakeServer, client: Client, cli: Cli, spool: Path, tmp_path: Path, status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    code = ProblemCode.UNAUTHENTICATED if status == 401 else ProblemCode.FORBIDDEN
    (tmp_path / "weights.bin").write_bytes(b"weights")
    run = lineal.run(client=client)
    run.log({"loss": 2.0})
    assert run.flush()
    every = ("log_chunk", "complete_upload", "begin_upload", "use_dataset", "update_run", "create_run")
    server.refusals |= {name: Refusal(status, code, "the security token is expired") for name in every}
    run.log({"loss": 1.0})
    run.use_dataset("rows", b"1,2\n")
    run.log_artifact(tmp_path / "weights.bin")
    child = run.child("trial")
    for each in (child, run):
        with pytest.warns(lineal.LinealWarning, match="not whole on the server"):
            each.end()
    assert "the security token is expired" in caplog.text
    assert cli("sync").exit_code in (1, 6)
    for name in every:
        del server.refusals[name]
    assert cli("sync").exit_code == 0
    stored = server.runs[run.id]
    assert ([d.name for d in stored.datasets], [a.name for a in stored.artifacts]) == (
        ["rows"],
        ["weights.bin"],
    )
    assert {server.runs[each.id].status for each in (run, child)} == {RunStatus.FINISHED}
    assert [p.value for p in server.points(run.id)] == [2.0, 1.0]


def test_credentials_that_are_wrong_from_the_start_are_told_at_once(
    server: FakeServer, client: Client
) -> None:
    server.refusals["create_run"] = Refusal(403, ProblemCode.FORBIDDEN, "no")
    with pytest.raises(lineal.PermissionDeniedError):
        lineal.run(client=client)


def test_a_process_that_joins_adds_to_the_run_and_does_not_end_it(
    server: FakeServer, client: Client, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lineal.run(client=client)
    with lineal.run(run_id=run.id, tags={"rank": 1}, client=client) as rank:
        rank.log({"rank1/loss": 1.0})
    monkeypatch.setenv("LINEAL_RUN_ID", run.id)
    with lineal.run(client=client) as rank:
        rank.log({"rank2/loss": 1.0})
    assert server.runs[run.id].status is RunStatus.RUNNING
    run.end()
    assert server.runs[run.id].tags == {"rank": "1"}
    assert {p.key for p in server.points(run.id)} == {"rank1/loss", "rank2/loss"}
    assert len({writer for _, writer, _ in server.chunks}) == 2


def test_joining_what_is_not_there(client: Client, spool: Path) -> None:
    with pytest.raises(lineal.NotFoundError):
        lineal.run(run_id="0" * 32, client=client)
    with pytest.raises(lineal.InputError, match="32 hex digits"):
        lineal.run(run_id="x", client=client)


def test_those_that_joined_offline_are_delivered_after_who_made_the_run(
    server: FakeServer, cli: Cli, spool: Path, offline: None
) -> None:
    run = lineal.run()
    for number in range(3):
        with lineal.run(run_id=run.id) as rank:
            rank.log({f"rank{number}": 1.0})
    waiting = cli("sync", "--json")
    assert waiting.exit_code == 0
    assert waiting.stdout.count('"waiting"') == 3
    assert waiting.stdout.count('"in_use"') == 1
    run.end()
    assert cli("sync").exit_code == 0
    assert {p.key for p in server.points(run.id)} == {"rank0", "rank1", "rank2"}


def test_one_refusal_blocks_nothing_and_is_kept_with_its_reason(
    server: FakeServer, cli: Cli, spool: Path, offline: None
) -> None:
    with lineal.run(params={"lr": 1}) as run:
        run.log({"loss": 1.0})
        run.log_params({"lr": 2})
        run.log({"loss": 2.0})
    result = cli("sync")
    assert result.exit_code == 4
    assert "refused" in result.stderr
    assert server.runs[run.id].status is RunStatus.FINISHED
    assert [p.value for p in server.points(run.id)] == [1.0, 2.0]
    (told,) = spool.glob("*/*/refused/*.json")
    assert "param_changed" in told.read_text()
    assert cli("sync").exit_code == 0, "it was told; it does not stand in the way of others"


def test_without_a_network_sync_says_so_and_keeps_everything(
    cable: Cable, wired: Client, spool: Path, offline: None, server: FakeServer
) -> None:
    from lineal.spool.syncing import State, sync, to_server

    ids = [train_simple() for _ in range(3)]
    cable.plugged = False
    reports = list(sync(spool, to_server(lambda about: wired)))
    assert {r.state for r in reports} == {State.FAILED}
    cable.plugged = True
    assert {r.state for r in sync(spool, to_server(lambda about: wired))} == {State.DELIVERED}
    assert set(server.runs) == set(ids)


def test_an_address_that_does_not_answer_holds_up_no_other(
    cable: Cable, wired: Client, client: Client, spool: Path, offline: None, server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from lineal.spool.syncing import State, sync, to_server
    from lineal.spool.waiting import Waiting

    monkeypatch.setenv("LINEAL_API_URL", "https://gone.test")
    gone = {train_simple() for _ in range(2)}
    monkeypatch.setenv("LINEAL_API_URL", API_URL)
    here = {train_simple() for _ in range(2)}
    cable.plugged = False
    reports = list(sync(spool, to_server(lambda about: client if about.api_url == API_URL else wired)))
    assert {r.run_id for r in reports if r.state is State.DELIVERED} == here == set(server.runs)
    assert {r.run_id for r in reports if r.state is State.FAILED} == gone
    assert {r.left for r in reports} == {Waiting(), Waiting(points=1, operations=2)}


def test_what_could_not_be_delivered_is_told_with_how_much_it_is(
    server: FakeServer, cli: Cli, client: Client, spool: Path, offline: None
) -> None:
    run_id = train_simple()
    server.refusals["create_run"] = Refusal(503, ProblemCode.UNAVAILABLE)
    failed = cli("sync")
    assert failed.exit_code == 1
    assert "1 metric point and 2 changes" in failed.stdout
    (writer,) = json.loads(cli("sync", "--json").stdout)["writers"]
    assert (writer["run_id"], writer["left"]) == (run_id, {"points": 1, "operations": 2})


def train_simple() -> str:
    with lineal.run() as run:
        run.log({"loss": 1.0})
    return run.id


def test_a_live_process_is_left_alone(
    server: FakeServer, cli: Cli, client: Client, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.refusals["log_chunk"] = Refusal(503, ProblemCode.UNAVAILABLE)
    run = lineal.run(client=client)
    run.log({"loss": 1.0})
    run.flush()
    assert '"in_use"' in cli("sync", "--json").stdout
    assert server.points(run.id) == []
    del server.refusals["log_chunk"]
    run.end()
    assert len(server.points(run.id)) == 1


def test_damage_is_set_aside_and_what_is_before_it_delivered(
    server: FakeServer, cli: Cli, spool: Path, offline: None
) -> None:
    with lineal.run() as run:
        for i in range(10):
            run.log({"loss": float(i)})
    (segment,) = spool.glob("*/*/*.segment")
    data = bytearray(segment.read_bytes())
    ends = [end for kind, _, end in scan(bytes(data[HEADER_BYTES:])) if kind == Kind.POINT]
    data[HEADER_BYTES + ends[4] - 1] ^= 1
    segment.write_bytes(data)
    result = cli("sync")
    assert result.exit_code == 5
    assert "damaged" in result.stderr
    found = [p.value for p in server.points(run.id)]
    assert found == [float(i) for i in range(4)]
    assert len(list(spool.glob("*/*/refused/*.damaged"))) == 1


def test_a_forked_child_has_a_writer_of_its_own(
    server: FakeServer, cli: Cli, spool: Path, offline: None
) -> None:
    with lineal.run() as run:
        run.log({"parent": 0.0})
        child = os.fork()
        if child == 0:
            status = 1
            try:
                run.log({"child": 1.0})
                run.end()
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        run.log({"parent": 2.0})
    assert len(list(spool.glob("*/*/about.json"))) == 2
    assert cli("sync").exit_code == 0
    assert sorted((p.key, p.value) for p in server.points(run.id)) == [
        ("child", 1.0),
        ("parent", 0.0),
        ("parent", 2.0),
    ]
    assert server.runs[run.id].status is RunStatus.FINISHED


@pytest.mark.parametrize("step_seconds", [-3_600, -1])
def test_a_clock_that_is_set_back_does_not_turn_a_series_around(
    server: FakeServer, client: Client, spool: Path, monkeypatch: pytest.MonkeyPatch, step_seconds: int
) -> None:
    real = time.time_ns
    run = lineal.run(client=client)
    run.log({"loss": 1.0})
    monkeypatch.setattr(time, "time_ns", lambda: real() + step_seconds * 10**9)
    run.flush()
    run.log({"loss": 2.0})
    run.end()
    first, second = server.points(run.id)
    assert first.timestamp <= second.timestamp


def test_a_clock_that_is_set_forward_is_followed(
    server: FakeServer, client: Client, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time_ns
    run = lineal.run(client=client)
    run.log({"loss": 1.0})
    monkeypatch.setattr(time, "time_ns", lambda: real() + 3_600 * 10**9)
    latest = 0
    while latest < 3_600_000:  # the sender looks at the clock as often as it looks for points
        run.log({"loss": 2.0})
        run.flush()
        points = server.points(run.id)
        latest = points[-1].timestamp - points[0].timestamp
        time.sleep(0.01)
    run.end()


def test_a_folder_that_cannot_be_made_costs_the_disk_alone(
    server: FakeServer, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LINEAL_SPOOL_DIR", str(tmp_path / "file" / "spool"))
    monkeypatch.setenv("LINEAL_QUIET", "1")
    with lineal.run(client=client) as run:
        run.log({"loss": 1.0})
    assert (len(server.points(run.id)), run.lost_points) == (1, 0)


def test_what_is_left_in_memory_without_a_network_is_counted_as_lost(
    cable: Cable, wired: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LINEAL_SPOOL_DIR", str(tmp_path / "file" / "spool"))
    run = lineal.run(client=wired)
    cable.plugged = False
    run.log({"loss": 1.0})
    with pytest.warns(lineal.LinealWarning):
        run.end()
    assert run.lost_points == 1


def test_a_run_that_neither_disk_nor_server_took_is_said_to_be_lost(
    tmp_path: Path,
    offline: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LINEAL_SPOOL_DIR", str(tmp_path / "file" / "spool"))
    run = lineal.run(params={"lr": 0.1}, capture=False)
    run.set_tags({"t": 1})
    with pytest.warns(lineal.LinealWarning, match=r"could not record 3 changes$"):
        run.end()
    said = capsys.readouterr().err
    assert "is not recorded whole" in said
    assert "sync" not in said
    assert "is kept in memory" in caplog.text


def test_a_program_may_go_to_another_folder(
    server: FakeServer,
    client: Client,
    cli: Cli,
    offline: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    elsewhere = tmp_path / "outputs"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINEAL_SPOOL_DIR", "spool here")
    with lineal.run(client=client) as run:
        monkeypatch.chdir(elsewhere)
        (elsewhere / "weights.bin").write_bytes(b"weights")
        run.log_artifact("weights.bin")
        for step in range(40_000):  # more than a segment holds
            run.log({"loss": 1.0}, step=step)
    assert run.lost_points == 0
    assert cli("sync", "--spool", str(tmp_path / "spool here")).exit_code == 0
    assert len(server.points(run.id)) == 40_000


def test_a_spool_in_the_home_folder(
    offline: None, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LINEAL_SPOOL_DIR", "~/spool")
    with lineal.run(client=client, capture=False) as run:
        run.log({"loss": 1.0})
    assert (tmp_path / "home" / "spool" / run.id).is_dir()


def test_a_spool_that_is_not_there_is_not_taken_for_an_empty_one(cli: Cli, tmp_path: Path) -> None:
    result = cli("sync", "--spool", str(tmp_path / "mistyped"))
    assert result.exit_code == 2
    assert "there is no spool in" in result.stderr
    assert f"nothing waits in {tmp_path}" in cli("sync", "--spool", str(tmp_path)).stdout


def test_help_has_an_example(cli: Cli) -> None:
    shown = cli("sync", "--help").stdout
    assert "Example: lineal sync" in shown
    assert "--json" in shown


def test_a_folder_that_does_not_tell_whose_it_is_stays_and_blocks_nothing(
    server: FakeServer, cli: Cli, spool: Path, offline: None
) -> None:
    first, second = train_simple(), train_simple()
    (about,) = (spool / first).glob("*/about.json")
    about.write_text("{")
    result = cli("sync")
    assert result.exit_code != 0
    assert "about.json is damaged" in result.stderr
    assert list(server.runs) == [second]
    assert len(list((spool / first).glob("*/*.segment"))) == 1


def test_two_syncs_at_once_share_the_work(
    server: FakeServer, client: Client, spool: Path, offline: None
) -> None:
    from lineal.spool.syncing import State, sync, to_server

    ids = [train_simple() for _ in range(2)]
    first = sync(spool, to_server(lambda about: client))
    done = [next(first)]
    second = list(sync(spool, to_server(lambda about: client)))
    done += first
    assert sorted(r.run_id for r in [*done, *second] if r.state is State.DELIVERED) == sorted(ids)
    assert {run_id: len(server.points(run_id)) for run_id in ids} == dict.fromkeys(ids, 1)


def test_fsync_is_asked_for_by_the_environment(
    client: Client, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.set())
    monkeypatch.setenv("LINEAL_SPOOL_FSYNC", "1")
    run = lineal.run(client=client)
    run.log({"loss": 1.0})
    assert synced.wait(30)
    run.end()
