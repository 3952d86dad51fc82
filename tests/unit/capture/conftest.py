"""A server in memory, a spool of the test's own, and trainings as processes of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import lineal
from tests.unit.spool.conftest import Cli, cli, client, server, spool

__all__ = ["Cli", "Train", "cli", "client", "server", "spool"]

Train = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def train(spool: Path, tmp_path: Path) -> Train:
    """Runs a script offline, with what it is to capture switched on in `capture`."""

    def run(
        script: str, *, capture: str = "STDOUT STDERR", **more: str
    ) -> "subprocess.CompletedProcess[bytes]":
        path = tmp_path / "train.py"
        path.write_text(script)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LINEAL_CAPTURE")} | {
            "LINEAL_MODE": "offline",
            "LINEAL_CAPTURE": "off",
            "PYTHONPATH": str(Path(lineal.__file__).parents[1]),
            **{f"LINEAL_CAPTURE_{item}": "on" for item in capture.split()},
            **more,
        }
        command = [sys.executable, str(path)]
        return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)

    return run
