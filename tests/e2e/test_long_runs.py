"""Runs with children, runs that go on after a kill, and runs that people stop, label and delete."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lineal
from lineal.cli import app
from lineal.local import Identity
from lineal_contract.runs import RunStatus
from tests.e2e.conftest import World
from tests.patience import PATIENCE

TRAINING = """
import os, sys
from pathlib import Path
import lineal
from lineal.http.api import Api

call = Api.call

def dying(self, route, **given):
    body = given.get("body")
    if route.name == "log_artifact" and body.step == 2:
        os.kill(os.getpid(), 9)  # the second checkpoint's bytes are stored, its record is not
    return call(self, route, **given)

Api.call = dying
state = Path(sys.argv[1])
with lineal.run(experiment="long", params={"net": {"depth": 3}}) as run:
    print(run.id, flush=True)
    for step in range(1, 4):
        run.log({"loss": 1.0 / step}, step=step)
        (state / "weights.bin").write_bytes(b"%d" % step * 1000)
        run.checkpoint(state, step=step)
"""


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    ambient = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LINEAL_"))}
    own = {
        "LINEAL_SPOOL_DIR": str(world.folder / "spool"),
        "PYTHONPATH": str(Path(lineal.__file__).parents[1]),
    }
    return ambient | world.stack.environment(Identity.SCIENTIST, world.project) | own


def test_a_kill_in_the_middle_of_a_checkpoint_leaves_the_one_before(
    world: World, environment: dict[str, str]
) -> None:
    state = world.folder / "state"
    state.mkdir()
    command = [sys.executable, "-c", TRAINING, str(state)]
    died = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert died.returncode == -signal.SIGKILL, died.stderr
    run_id = died.stdout.strip()

    client = world.scientist
    with lineal.resume(run_id, to=world.folder / "back", params={"net": {"depth": 3}}, client=client) as run:
        assert run.restored is not None
        assert run.restored.step == 1
        assert (run.restored.path / "weights.bin").read_bytes() == b"1" * 1000
        for step in (2, 3, 4):
            run.checkpoint(state, step=step, keep=2)
    after = client.runs.get(run_id)
    assert after.status is RunStatus.FINISHED
    assert [(a.found, a.actor.person) for a in after.attempts] == [("running", "scientist")]
    assert sorted(a.step for a in after.artifacts if a.step is not None) == [3, 4]
    assert after.typed_params == {"net.depth": 3}
    with pytest.raises(lineal.ParamChangedError) as changed:
        lineal.run(resume=run_id, params={"net": {"depth": 4}}, client=client)
    assert [(c.key, c.recorded, c.sent) for c in changed.value.changed] == [("net.depth", "3", "4")]


def test_children_are_ranked_by_any_metric_in_one_query(world: World) -> None:
    client = world.scientist
    with lineal.run(experiment="sweep", client=client) as sweep:
        for number, experiment in enumerate([None, "other", None]):
            with sweep.child(f"trial {number}", experiment=experiment) as trial:
                trial.log({"mae": (2.0, 1.0, 3.0)[number]})
    ranked = list(client.runs.search(parent=sweep.id, order_by="metrics.mae DESC"))
    assert [r.name for r in ranked] == ["trial 2", "trial 0", "trial 1"]
    best = client.runs.get(sweep.id).children("metrics.mae < 3", order_by="metrics.mae")
    assert [r.name for r in best] == ["trial 1", "trial 0"]
    found = client.runs.search(f"attributes.parent_run_id = '{sweep.id}'", experiment="sweep")
    assert {r.name for r in found} == {"trial 0", "trial 2"}
    shown = CliRunner().invoke(app, ["runs", "tree", ranked[0].id], obj=lambda: client)
    assert len(shown.stdout.splitlines()) == 4


def test_a_training_hears_of_a_stop_with_what_it_delivers(world: World) -> None:
    with lineal.run(client=world.scientist) as run:
        world.scientist.runs.stop(run.id, "it overfits")
        run.log({"loss": 1.0})
        run.flush()
        assert (run.should_stop, run.stop_reason) == (True, "it overfits")
    with pytest.raises(lineal.PermissionDeniedError):
        world.auditor.runs.stop(run.id)
    with lineal.run(resume=run, client=world.scientist) as again:
        again.log({"loss": 1.0})
        again.flush()
        assert not again.should_stop


def test_labels_are_edited_searched_and_signed_and_a_run_comes_back(world: World) -> None:
    client = world.scientist
    with lineal.run(tags={"draft": "1"}, client=client) as run:
        pass
    client.runs.set_note(run.id, "better with **dropout**")
    client.runs.remove_tags(run.id, ["draft"])
    (found,) = client.runs.search("attributes.note ILIKE '%DROPOUT%' AND tags.draft IS NULL")
    assert found.edited is not None
    assert found.edited.actor.person == "scientist"
    client.runs.delete(run.id)
    assert list(client.runs.search()) == list(client.runs.search("attributes.status = 'finished'")) == []
    with pytest.raises(lineal.ConflictError, match="restore"):
        lineal.register("m", "model", run=run.id, client=client)
    client.runs.restore(run.id)
    assert [r.id for r in client.runs.search()] == [run.id]


def test_what_differs_and_what_is_recorded_can_be_looked_at(world: World) -> None:
    client = world.scientist
    ids = []
    for rate in (0.1, 0.2):
        with lineal.run(params={"lr": rate, "seed": 1}, client=client) as run:
            run.log({"train/loss": rate, "val/loss": rate})
        ids.append(run.id)
    assert [c.key for c in lineal.diff(*ids, client=client).params] == ["lr"]
    page = world.folder / "page.html"
    shown = CliRunner().invoke(app, ["runs", "show", ids[0], "--html", str(page)], obj=lambda: client)
    assert shown.exit_code == 0, shown.output
    assert "val/loss" in page.read_text()
