"""Runs with parents, runs that go on after their end, checkpoints, and runs that are asked to stop."""

from pathlib import Path

import pytest

import lineal
from lineal.client import Client
from lineal_contract.artifacts import ArtifactKind
from lineal_contract.problems import ProblemCode
from lineal_contract.runs import RunStatus
from tests.unit.sdk.fake_server import FakeServer, Refusal


def test_a_child_is_in_its_parents_experiment(server: FakeServer, client: Client) -> None:
    with lineal.run(experiment="sweep", client=client) as sweep:
        for rate in (0.1, 0.2):
            with sweep.child(f"lr {rate}", params={"lr": rate}) as trial:
                trial.log({"mae": rate})
        other = lineal.run(parent=sweep, client=client)
        other.end()
    children = [run for run in server.runs.values() if run.parent_run_id == sweep.id]
    assert [(c.name, c.experiment) for c in children] == [
        ("lr 0.1", "sweep"), ("lr 0.2", "sweep"), ("", "Default"),
    ]  # fmt: skip
    assert {c.id for c in client.runs.get(sweep.id).children()} == {c.run_id for c in children}


def test_a_child_is_a_new_run_in_a_process_that_joined(
    server: FakeServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = lineal.run(client=client)
    monkeypatch.setenv("LINEAL_RUN_ID", parent.id)
    with lineal.run(client=client) as joined, joined.child() as child:
        assert child.id != joined.id == parent.id


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.FINISHED, RunStatus.KILLED])
def test_a_run_goes_on_where_it_ended(server: FakeServer, client: Client, status: RunStatus) -> None:
    first = lineal.run(params={"lr": 0.1}, client=client)
    first.log({"loss": 3.0, "mae": 1.0}, step=7)
    first.end(status, error="why")
    server.summarise(first.id)
    with lineal.run(resume=first, params={"lr": 0.1}, client=client) as again:
        assert server.runs[first.id].status is RunStatus.RUNNING
        again.log({"loss": 2.0})
        again.log({"loss": 1.0, "new": 0.0})
    run = server.runs[first.id]
    assert (again.id, run.status, len(run.attempts)) == (first.id, RunStatus.FINISHED, 1)
    assert (run.attempts[0].found, bool(run.attempts[0].host)) == (status, True)
    steps = [(p.key, p.step) for p in server.points(first.id)]
    assert steps == [("loss", 7), ("mae", 7), ("loss", 8), ("loss", 9), ("new", 0)]


def test_a_resumed_run_keeps_its_params(client: Client) -> None:
    lineal.run(params={"lr": 0.1}, client=client).end()
    (run,) = client.runs.search()
    with pytest.raises(lineal.ParamChangedError, match="lr"):
        lineal.run(resume=run, params={"lr": 0.2}, client=client)


def test_resuming_waits_in_the_spool_where_there_is_no_server(
    server: FakeServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lineal.run(client=client)
    run.end(RunStatus.FAILED)
    server.refusals["resume_run"] = Refusal(503, ProblemCode.UNAVAILABLE)
    again = lineal.run(resume=run.id, client=client)
    again.set_tags({"a": "1"})
    assert server.runs[run.id].status is RunStatus.FAILED
    del server.refusals["resume_run"]
    again.end()
    assert (server.runs[run.id].status, server.runs[run.id].tags) == (RunStatus.FINISHED, {"a": "1"})


def state(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "weights.bin").write_text(text)
    (folder / "optimizer").mkdir(exist_ok=True)
    (folder / "optimizer" / "state.bin").write_text(text * 2)
    return folder


def test_the_last_checkpoint_comes_back(server: FakeServer, client: Client, tmp_path: Path) -> None:
    run = lineal.run(client=client)
    for step in (10, 200, 30):
        run.checkpoint(state(tmp_path / "state", f"at {step}"), step=step)
    run.end(RunStatus.FAILED)
    assert {a.kind for a in server.runs[run.id].artifacts} == {ArtifactKind.CHECKPOINT}
    with lineal.resume(run.id, to=tmp_path / "back", client=client) as again:
        assert again.restored is not None
        assert again.restored.step == 200
        assert (again.restored.path / "weights.bin").read_text() == "at 200"
        assert (again.restored.path / "optimizer" / "state.bin").read_text() == "at 200at 200"
    earlier = lineal.resume(run.id, to=tmp_path / "back", step=30, client=client)
    assert earlier.restored is not None
    assert (earlier.restored.path / "weights.bin").read_text() == "at 30"
    earlier.end()
    with pytest.raises(lineal.InputError, match="10, 30, 200"):
        lineal.resume(run.id, to=tmp_path, step=11, client=client)


def test_a_file_comes_back_as_a_file_and_is_repaired(
    server: FakeServer, client: Client, tmp_path: Path
) -> None:
    run = lineal.run(client=client)
    (tmp_path / "model.pt").write_text("weights")
    run.checkpoint(tmp_path / "model.pt", step=1)
    run.end()
    for _ in range(2):
        with lineal.resume(run, to=tmp_path / "back", client=client) as again:
            assert again.restored is not None
            assert again.restored.path == tmp_path / "back" / "1" / "model.pt"
            assert again.restored.path.read_text() == "weights"
            again.restored.path.write_text("broken")
    assert len(server.calls("GET", "/get/")) == 2


def test_a_step_that_is_reached_again_has_its_new_state(client: Client, tmp_path: Path) -> None:
    run = lineal.run(client=client)
    for text in ("first", "second"):
        run.checkpoint(state(tmp_path / "state", text), step=5)
    run.end()
    with lineal.resume(run, to=tmp_path / "back", client=client) as again:
        assert again.restored is not None
        assert (again.restored.path / "weights.bin").read_text() in ("first", "second")


def test_a_run_without_a_checkpoint_goes_on_with_nothing(client: Client, tmp_path: Path) -> None:
    run = lineal.run(client=client)
    run.end()
    with lineal.resume(run, to=tmp_path, client=client) as again:
        assert again.restored is None


@pytest.mark.parametrize("step", [0.5, "1", 2**63, None])
def test_a_step_is_an_integer(client: Client, tmp_path: Path, step: int) -> None:
    with lineal.run(client=client) as run, pytest.raises(lineal.InputError, match="step"):
        run.checkpoint(tmp_path, step=step)


def test_a_checkpoint_is_taken_offline_and_stored_later(
    server: FakeServer, client: Client, tmp_path: Path
) -> None:
    server.refusals["create_run"] = Refusal(503, ProblemCode.UNAVAILABLE)
    run = lineal.run(client=client)
    run.checkpoint(state(tmp_path / "state", "x"), step=3, keep=2)
    del server.refusals["create_run"]
    run.end()
    (artifact,) = server.runs[run.id].artifacts
    assert (artifact.kind, artifact.step) == (ArtifactKind.CHECKPOINT, 3)


def test_a_run_hears_that_it_should_stop(server: FakeServer, client: Client) -> None:
    with lineal.run(client=client) as run:
        run.log({"loss": 1.0})
        run.flush()
        assert (run.should_stop, run.stop_reason) == (False, None)
        client.runs.stop(run.id, "it overfits")
        requests = len(server.requests)
        assert not run.should_stop
        assert len(server.requests) == requests
        run.log({"loss": 1.0})
        run.flush()
        assert (run.should_stop, run.stop_reason) == (True, "it overfits")


def test_a_run_without_metrics_hears_it_with_any_answer(client: Client) -> None:
    with lineal.run(client=client) as run:
        client.runs.stop(run.id)
        run.set_tags({"a": "1"})
        assert (run.should_stop, run.stop_reason) == (True, "")


def test_notes_and_tags_are_edited(server: FakeServer, client: Client) -> None:
    with lineal.run(note="# first", tags={"a": 1, "b": 2}, client=client) as run:
        assert server.runs[run.id].note == "# first"
        run.remove_tags("a")
        run.set_note("")
    assert (server.runs[run.id].note, server.runs[run.id].tags) == ("", {"b": "2"})
    client.runs.set_note(run.id, "later")
    client.runs.remove_tags(run.id, ["b"])
    assert (server.runs[run.id].note, server.runs[run.id].tags) == ("later", {})
    with pytest.raises(lineal.InputError):
        client.runs.set_note(run.id, "x" * 8_001)


def test_a_deleted_run_is_in_no_list_until_it_is_restored(client: Client) -> None:
    with lineal.run(client=client) as run:
        pass
    client.runs.delete(run.id)
    assert list(client.runs.search()) == []
    assert [r.id for r in client.runs.search(lifecycle="deleted")] == [run.id]
    assert [r.id for r in client.runs.search(lifecycle="all")] == [run.id]
    client.runs.restore(run.id)
    assert [r.id for r in client.runs.search()] == [run.id]
