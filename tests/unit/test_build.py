"""The build backend under both kinds of frontend: for pip, hatchling leaves the metadata hooks out."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
METADATA_HOOK = "def prepare_metadata_for_build_editable(*_, **__): ..."
ASK = """
import hatch_build
hooks = "build_wheel", "build_editable", "get_requires_for_build_wheel", "prepare_metadata_for_build_editable"
for hook in hooks:
    print(hook, hasattr(hatch_build, hook))
"""


@pytest.mark.parametrize("has_metadata_hook", [False, True], ids=["pip", "other frontends"])
def test_hooks_are_those_that_hatchling_has(tmp_path: Path, has_metadata_hook: bool) -> None:
    plugin = tmp_path / "hatchling" / "builders" / "hooks" / "plugin"
    plugin.mkdir(parents=True)
    for folder in (plugin, *plugin.parents[:3]):
        (folder / "__init__.py").touch()
    (plugin / "interface.py").write_text(
        "from typing import Generic, TypeVar\nclass BuildHookInterface(Generic[TypeVar('T')]): ..."
    )
    always = "def build_wheel(*_, **__): ...\ndef build_editable(*_, **__): ...\n"
    (tmp_path / "hatchling" / "build.py").write_text(always + METADATA_HOOK * has_metadata_hook)
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert dict(line.split() for line in asked.stdout.splitlines()) == {
        "build_wheel": "True",
        "build_editable": "True",
        "get_requires_for_build_wheel": "True",
        "prepare_metadata_for_build_editable": str(has_metadata_hook),
    }
