"""The README's example, as it stands there."""

import os
import subprocess
import sys

from lineal.local import Identity
from tests.e2e.conftest import World
from tests.patience import PATIENCE
from tests.unit.test_docs import readme_example


def test_the_readmes_example_runs(world: World) -> None:
    script = world.folder / "train.py"
    script.write_text(readme_example())
    who = world.stack.environment(Identity.SCIENTIST, world.project)
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=world.folder,
        env=os.environ | who,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "is pending" in done.stdout
