"""What the example workflow runs, run here: register and promote from a pipeline, by exit codes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lineal.local import Identity
from lineal_contract.approvals import ApprovalStatus
from tests.e2e.conftest import WAIT, World
from tests.patience import PATIENCE

EXAMPLE = Path(__file__).parents[2] / "examples" / "github-actions"


def release(world: World) -> "subprocess.CompletedProcess[str]":
    """Run the script as the workflow does, in a copy of the folder."""
    folder = world.folder / "pipeline"
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    who = world.stack.environment(Identity.SCIENTIST, world.project)
    tools = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "release.sh", "m", "5"],
        cwd=folder,
        env={**os.environ, **who, **tools},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_release_waits_for_people_and_an_equal_one_is_refused(world: World) -> None:
    first = release(world)
    assert first.returncode == 0, first.stderr
    assert "m@v1 waits for people" in first.stdout
    (asked,) = world.approver.approvals.list(status=ApprovalStatus.PENDING)
    asked.approve("looks right")
    asked.wait(timeout=WAIT)

    equal = release(world)
    assert "registered m@v2" in equal.stdout, equal.stderr
    assert equal.returncode == 4
