"""The example for pre-commit, by the real pre-commit: a file of rules with a mistake is not committed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

POLICIES = Path(__file__).parents[2] / "examples" / "policies"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "rules").mkdir(parents=True)
    shutil.copy(POLICIES / ".pre-commit-config.yaml", folder)
    shutil.copy(POLICIES / "first.toml", folder / "rules" / "diabetes.toml")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def checked(repository: Path) -> "subprocess.CompletedProcess[str]":
    """Let pre-commit check what is staged."""
    home = repository.parent / "home"
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
    }
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    command = [sys.executable, "-m", "pre_commit", "run"]
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )


def test_rules_that_hold_pass(repository: Path) -> None:
    done = checked(repository)
    assert done.returncode == 0, done.stdout
    assert "promotion rules" in done.stdout
    assert "Passed" in done.stdout


def test_rules_with_a_mistake_are_not_committed(repository: Path) -> None:
    rules = repository / "rules" / "diabetes.toml"
    rules.write_text(rules.read_text() + '\n[[stages.production.rules]]\ncheck = "no_such_rule"\n')
    done = checked(repository)
    assert done.returncode == 1
    assert "rules/diabetes.toml" in done.stdout


def test_other_files_are_not_looked_at(repository: Path) -> None:
    (repository / "rules" / "diabetes.toml").unlink()
    (repository / "settings.toml").write_text("nonsense = 1\n")
    assert "no files to check" in checked(repository).stdout
