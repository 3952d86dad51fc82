"""Code that changes reaches a stack that is up."""

import os
import shutil
from pathlib import Path

import pytest

from lineal.errors import LinealError
from lineal.local import reloading
from lineal.local.assembly import find_clone
from lineal.local.errors import AssemblyError
from tests.e2e.conftest import World

TEAPOT = """

def handler(event, context):
    return {"statusCode": 418, "headers": {}, "body": "{}", "isBase64Encoded": False}
"""


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A clone in which people work."""
    clone = tmp_path / "clone"
    for folder in ("functions", "infra"):
        shutil.copytree(find_clone() / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return clone


def test_a_changed_handler_answers_without_a_deployment_and_so_does_the_old_one(
    world: World, edited: Path
) -> None:
    assert reloading.refresh(world.stack.state, find_clone()) == []
    with (edited / "functions" / "tracking" / "handler.py").open("a") as source:
        source.write(TEAPOT)
    try:
        assert reloading.refresh(world.stack.state, edited) == ["tracking"]
        with pytest.raises(LinealError, match="418"):
            list(world.scientist.runs.search())
    finally:
        assert reloading.refresh(world.stack.state, find_clone()) == ["tracking"]
    assert list(world.scientist.runs.search()) == []


def test_code_that_cannot_be_staged_changes_nothing(world: World, edited: Path) -> None:
    (edited / "infra" / "staging.py").write_text("raise SystemExit('half an edit')")
    with pytest.raises(AssemblyError, match="half an edit"):
        reloading.refresh(world.stack.state, edited)


def test_a_saved_file_is_seen(tmp_path: Path) -> None:
    source = tmp_path / "functions" / "a.py"
    source.parent.mkdir()
    source.write_text("1")
    before = reloading.glimpse(tmp_path)
    os.utime(source, ns=(1, 1))
    assert reloading.glimpse(tmp_path) != before
    source.unlink()
    assert reloading.glimpse(tmp_path) == {}
