"""Finding and synthesizing the assembly, with an `infra.app` that writes what it was told."""

from pathlib import Path

import pytest

from lineal.local import assembly
from lineal.local.errors import AssemblyError, MissingExtraError

APP = """
import json, os, pathlib
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True, exist_ok=True)
aws = [name for name in os.environ if name.startswith("AWS_")]
seen = {"context": json.loads(os.environ["CDK_CONTEXT_JSON"]), "aws": aws}
(out / "manifest.json").write_text(json.dumps(seen))
with open("runs", "a") as runs:
    runs.write("x")
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("infra", "functions", "sdk/lineal_contract"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "infra" / "app.py").write_text(APP)
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / "uv.lock").write_text("")
    return tmp_path


def runs(clone: Path) -> int:
    return len((clone / "runs").read_text())


def test_the_app_is_told_that_it_builds_for_the_local_stack(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    manifest = (assembly.synthesized(clone) / "manifest.json").read_text()
    assert manifest == '{"context": {"lineal:target": "local"}, "aws": []}'


def test_an_assembly_of_the_same_sources_is_kept(clone: Path) -> None:
    first = assembly.synthesized(clone)
    assert assembly.synthesized(clone) == first
    assert runs(clone) == 1


@pytest.mark.parametrize(
    "name", ["functions/new.py", "infra/workflow.json", "sdk/lineal_contract/x.py", "cdk.json"]
)
def test_a_changed_source_gives_a_new_assembly(clone: Path, name: str) -> None:
    assembly.synthesized(clone)
    (clone / name).write_text("changed = 1")
    assembly.synthesized(clone)
    assert runs(clone) == 2


def test_compiled_files_are_no_sources(clone: Path) -> None:
    before = assembly.sources_digest(clone)
    (clone / "infra" / "__pycache__").mkdir()
    (clone / "infra" / "__pycache__" / "app.pyc").write_bytes(b"x")
    assert assembly.sources_digest(clone) == before


def test_a_failure_shows_what_the_app_said_and_is_not_kept(clone: Path) -> None:
    (clone / "infra" / "app.py").write_text("raise SystemExit('no such bucket')")
    for _ in range(2):
        with pytest.raises(AssemblyError, match="no such bucket"):
            assembly.synthesized(clone)


def test_the_clone_is_found() -> None:
    assert (assembly.find_clone() / "infra" / "app.py").is_file()


def test_outside_a_clone_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineal.__file__", str(tmp_path / "lineal" / "__init__.py"))
    with pytest.raises(AssemblyError, match="clone"):
        assembly.find_clone()


def test_an_assembly_that_came_with_the_package_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lineal"
    (package / "local" / "_assembly").mkdir(parents=True)
    monkeypatch.setattr("lineal.__file__", str(package / "__init__.py"))
    assert assembly.own() == package / "local" / "_assembly"


def test_a_clone_without_the_cdk_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "find_spec", lambda name: None if name == "aws_cdk" else object())
    assembly.require_extra()
    with pytest.raises(MissingExtraError, match=r'aws_cdk.*pip install "lineal\[infra\]"'):
        assembly.own()


def test_missing_packages_are_named_with_the_way_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "find_spec", lambda name: None if name == "ministack" else object())
    with pytest.raises(MissingExtraError, match=r'ministack.*pip install "lineal\[local\]"'):
        assembly.require_extra()
