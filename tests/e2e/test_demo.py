"""The demo as a newcomer runs it, and what it says checked against the stack it leaves."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lineal.local
from lineal.client import Client
from lineal.demo import training
from lineal.local import Identity, Stack
from tests.e2e.conftest import World


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Stack]]:
    """Run the demo from an empty folder, keep its stack, and stop it in the end."""
    folder = tmp_path_factory.mktemp("newcomer")
    command = [sys.executable, "-m", "lineal", "demo", "--json", "--keep", "--data", "kept"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    data = folder / "kept"
    yield json.loads(done.stdout.splitlines()[-1]), lineal.local.connect(data)
    subprocess.run([sys.executable, "-m", "lineal", "local", "down", "--data", str(data)], check=True)


def test_the_demo_tells_the_whole_story(told: tuple[dict[str, Any], Stack]) -> None:
    story, stack = told
    assert (story["api_url"], story["project"]) == (stack.api_url, stack.project)
    assert (story["version"], story["refused_version"], story["rolled_back_to"]) == (3, 2, 1)
    assert (story["requested_by"], story["approved_by"]) == ("scientist", "approver")
    assert "not strictly below" in story["refusal"]
    assert story["trace_verified"]
    assert story["tamper_detected"]
    assert story["prediction"] != story["prediction_after_rollback"]
    assert ":execution:" in story["approval_execution_arn"]
    assert ":execution:" in story["deployment_execution_arn"]


def test_the_bytes_are_where_the_demo_says(told: tuple[dict[str, Any], Stack]) -> None:
    story, stack = told
    s3 = stack.root_session().client("s3", endpoint_url=stack.endpoint_url)
    at = {"Bucket": story["artifact_bucket"], "Key": story["artifact_key"]}
    body = s3.get_object(**at, VersionId=story["artifact_version_id"])["Body"].read()
    plain = hashlib.sha256(body)
    assert plain.hexdigest() == story["artifact_sha256"]
    assert hashlib.sha256(plain.digest()).hexdigest() == story["artifact_digest"]


def test_the_endpoint_still_answers_as_the_demo_says(told: tuple[dict[str, Any], Stack]) -> None:
    story, stack = told
    client = Client(stack.api_url, stack.project, stack.session(Identity.SCIENTIST))
    answer = client.endpoints.predict(story["endpoint"], story["prediction_input"])
    assert list(answer.outputs) == story["prediction_after_rollback"]
    assert client.runs.get(story["run_id"]).datasets[0].digest == story["dataset_digest"]


def test_outside_git_the_script_stands_for_the_code(world: World) -> None:
    script = world.folder / "train.py"
    shutil.copy(training.SCRIPT, script)
    data = training.write_data(world.folder)
    who = world.stack.environment(Identity.SCIENTIST, world.project)
    command = [sys.executable, str(script), "--data", str(data), "--name", "n", "--eta0", "0.001"]
    done = subprocess.run(
        [*command, "--epochs", "2"],
        cwd=world.folder,
        env=os.environ | who | {"GIT_CEILING_DIRECTORIES": str(world.folder.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    code = world.scientist.runs.get(done.stdout.split()[-1]).code
    assert code.commit is None
    assert code.script_digest == hashlib.sha256(script.read_bytes()).hexdigest()
    assert not any(Path(world.folder).glob(".git"))
