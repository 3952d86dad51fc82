"""What a run captures by itself, against the real API: a training that is killed, a SageMaker job."""

import json
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

EXAMPLE = Path(__file__).parents[2] / "examples" / "sagemaker" / "train.py"
TRAINING = """
import os, sys
import lineal
from sklearn.linear_model import Ridge

with lineal.run(experiment="captured") as run:
    run.describe_model(Ridge())
    while run.record is None or not run._context.capturing.sampled:
        pass
    for i in range(300):
        print("step", i)
        os.write(2, b"native %d\\n" % i)
    if "die" in sys.argv:
        os.kill(os.getpid(), 9)
"""


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    """What a training process is given: nothing is switched off."""
    ambient = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LINEAL_"))}
    own = {
        "LINEAL_PROJECT": world.project,
        "LINEAL_SPOOL_DIR": str(world.folder / "spool"),
        "PYTHONPATH": str(Path(lineal.__file__).parents[1]),
    }
    return ambient | world.stack.environment(Identity.SCIENTIST, world.project) | own


def execute(environment: dict[str, str], *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("end", ["die", "live"])
def test_a_training_is_captured_whether_it_lives_or_is_killed(
    world: World, environment: dict[str, str], end: str
) -> None:
    script = world.folder / "train.py"
    script.write_text(TRAINING)
    done = execute(environment, str(script), end)
    assert done.returncode == (-signal.SIGKILL if end == "die" else 0), done.stderr
    assert done.stdout.splitlines() == [f"step {i}" for i in range(300)]
    assert execute(environment, "-m", "lineal", "sync").returncode == 0
    (found,) = world.scientist.runs.search("attributes.model_type = 'Ridge'")
    run = world.scientist.runs.get(found.id)
    assert run.heartbeat_at is not None
    assert run.status == ("running" if end == "die" else "finished")
    assert [line.text for line in run.logs(stream="stdout")] == [f"step {i}" for i in range(300)]
    assert [line.text for line in run.logs(stream="stderr", tail=2)] == ["native 298", "native 299"]
    assert {"system/cpu_percent", "system/process_memory_bytes"} <= set(run.metrics)
    assert (run.code.source, run.code.script) == (TRAINING, "train.py")
    assert run.environment is not None
    assert run.environment.hardware is not None


def test_a_sagemaker_job_needs_one_added_line(world: World, environment: dict[str, str]) -> None:
    config, data = world.folder / "input" / "config", world.folder / "input" / "data" / "train"
    config.mkdir(parents=True)
    data.mkdir(parents=True)
    (data / "rows.csv").write_text("0,1\n1,3\n2,5\n")
    (config / "hyperparameters.json").write_text(
        json.dumps({"epochs": "5", "sagemaker_program": '"train.py"'})
    )
    (config / "resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))
    (config / "inputdataconfig.json").write_text(json.dumps({"train": {"TrainingInputMode": "File"}}))
    job = {
        "TRAINING_JOB_NAME": "example-1",
        "TRAINING_JOB_ARN": "arn:aws:sagemaker:us-east-1:000000000000:training-job/example-1",
        "SM_INPUT_CONFIG_DIR": str(config),
        "SM_CHANNEL_TRAIN": str(data),
        "SM_MODEL_DIR": str(world.folder / "model"),
    }
    done = execute(environment | job, str(EXAMPLE), "--epochs", "5")
    assert done.returncode == 0, done.stderr
    (found,) = world.scientist.runs.search("tags.`sagemaker.training_job_name` = 'example-1'")
    run = world.scientist.runs.get(found.id)
    assert (run.status, run.params, run.metrics["train/mse"].count) == ("finished", {"epochs": "5"}, 5)
    assert [(dataset.name, dataset.context) for dataset in run.datasets] == [("train", "train")]
    assert "model" in {artifact.name for artifact in run.artifacts}
    assert [line.text for line in run.logs(tail=1)] == done.stdout.splitlines()[-1:]
