"""The spool against the real API: killed trainings, lost networks, many processes at one run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import lineal
from lineal.local import Identity
from tests.e2e.conftest import World
from tests.patience import PATIENCE

PROCESSES = int(os.environ.get("PROOF_PROCESSES", "8"))

TRAINING = """
import os, sys
import lineal

points = int(sys.argv[1])
with lineal.run(experiment="spool", params={"points": points}) as run:
    print(run.id, flush=True)
    run.use_dataset("rows", b"1,2,3")
    for i in range(points):
        run.log({"loss": 1.0 / (i + 1)}, step=i)
        os.write(2, b".")
    if "die" in sys.argv:
        os.kill(os.getpid(), 9)
"""

RANK = """
import sys
import lineal

with lineal.run() as run:
    for i in range(50):
        run.log({"rank%s/loss" % sys.argv[1]: float(i)}, step=i)
"""


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    """What a training process is given: the stack's address, a scientist's credentials, a spool."""
    ambient = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LINEAL_"))}
    return (
        ambient
        | world.stack.environment(Identity.SCIENTIST, world.project)
        | {
            "LINEAL_SPOOL_DIR": str(world.folder / "spool"),
            "LINEAL_QUIET": "1",
            "PYTHONPATH": str(Path(lineal.__file__).parents[1]),
        }
    )


def train(environment: dict[str, str], *arguments: str) -> tuple[str, int, int]:
    """Run the training and return the run's id, how many points were acknowledged, and how it ended."""
    command = [sys.executable, "-c", TRAINING, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=PATIENCE)
    return done.stdout.decode().strip(), done.stderr.count(b"."), done.returncode


def sync(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lineal", "sync", "--json"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def values(world: World, run_id: str, key: str = "loss") -> list[float]:
    return [p.value for p in world.scientist.runs.metric(run_id, key)]


def test_what_a_killed_training_acknowledged_is_there_after_sync_each_once(
    world: World, environment: dict[str, str]
) -> None:
    run_id, acknowledged, code = train(environment, "3000", "die")
    assert (acknowledged, code) == (3_000, -signal.SIGKILL)
    for _ in range(2):
        assert sync(environment).returncode == 0
        assert values(world, run_id) == [1.0 / (i + 1) for i in range(3_000)]
    assert world.scientist.runs.get(run_id).metrics["loss"].count == 3_000
    assert not list((world.folder / "spool").glob("*/*/*.segment"))


def test_a_training_without_a_network_is_whole_after_sync(world: World, environment: dict[str, str]) -> None:
    offline = environment | {"LINEAL_MODE": "offline"}
    run_id, acknowledged, code = train(offline, "500")
    assert (acknowledged, code) == (500, 0)
    done = sync(environment)
    assert done.returncode == 0, done.stderr
    run = world.scientist.runs.get(run_id)
    assert (run.status, run.params, [d.name for d in run.datasets]) == (
        "finished",
        {"points": "500"},
        ["rows"],
    )
    assert values(world, run_id) == [1.0 / (i + 1) for i in range(500)]


def test_a_model_logged_offline_can_be_registered_after_sync(
    world: World, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAL_SPOOL_DIR", environment["LINEAL_SPOOL_DIR"])
    monkeypatch.setenv("LINEAL_MODE", "offline")
    (world.folder / "weights.bin").write_bytes(b"weights")
    with lineal.run(client=world.scientist) as run:
        run.log_artifact(world.folder / "weights.bin", "model")
    monkeypatch.delenv("LINEAL_MODE")
    assert sync(environment).returncode == 0
    (artifact,) = world.scientist.runs.get(run.id).artifacts
    assert (artifact.name, artifact.size) == ("model", 7)


def test_many_processes_log_into_one_run_at_once(world: World, environment: dict[str, str]) -> None:
    with lineal.run(client=world.scientist) as run:
        joined = environment | {"LINEAL_RUN_ID": run.id}
        ranks = [subprocess.Popen([sys.executable, "-c", RANK, str(n)], env=joined) for n in range(PROCESSES)]
        assert [rank.wait(280) for rank in ranks] == [0] * PROCESSES
    assert sync(environment).returncode == 0
    found = world.scientist.runs.get(run.id)
    assert {key: m.count for key, m in found.metrics.items()} == {
        f"rank{n}/loss": 50 for n in range(PROCESSES)
    }
    assert found.status == "finished"
    for n in range(PROCESSES):
        assert values(world, run.id, f"rank{n}/loss") == [float(i) for i in range(50)]
