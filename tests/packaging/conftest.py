"""The wheel, built once as from a clean clone: with what Git knows or would take, and nothing it ignores."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging import ROOT


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone, dist = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("dist")
    for name in _tracked():
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    build = [_uv(), "build", "--wheel", "--out-dir", str(dist), str(clone)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(dist.glob("*.whl"))


def _tracked() -> list[str]:
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(list_files, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name]


def _uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    assert found, "uv is neither on the PATH nor in .uv/bin: make setup"
    return found
