"""File assets of an assembly."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from lineal.local import shared_code
from lineal.local.assets import contents, packaged, read_assets
from lineal.local.errors import AssemblyError


def write_manifest(folder: Path) -> None:
    destination = {
        "bucketName": "assets-${AWS::AccountId}-${AWS::Region}",
        "objectKey": "a.zip",
        "region": "x",
    }
    files = {"a": {"source": {"path": "asset.a", "packaging": "zip"}, "destinations": {"here": destination}}}
    (folder / "stack.assets.json").write_text(json.dumps({"version": "1", "files": files}))


def test_a_destination_is_resolved_for_the_emulator(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    (asset,) = read_assets(tmp_path, "stack")
    assert asset.destinations["here"].bucket == "assets-000000000000-us-east-1"


@pytest.mark.parametrize("text", ["", "[]", '{"files": {"a": {}}}'])
def test_another_file_is_no_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.assets.json").write_text(text)
    with pytest.raises(AssemblyError, match=r"stack\.assets\.json"):
        read_assets(tmp_path, "stack")


def test_a_missing_manifest_is_an_assembly_error(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError):
        read_assets(tmp_path, "stack")


def test_the_zip_of_a_folder_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "package").mkdir(parents=True)
        (tmp_path / name / "package" / "b.py").write_text("b = 1")
        (tmp_path / name / "a.py").write_text("a = 1")
    os.utime(tmp_path / "two" / "a.py", (0, 0))
    assert packaged(tmp_path / "one", "zip") == packaged(tmp_path / "two", "zip")
    with zipfile.ZipFile(io.BytesIO(packaged(tmp_path / "one", "zip"))) as archive:
        assert archive.namelist() == ["a.py", "package/b.py"]


def test_code_that_is_shared_is_packed_once_and_comes_out_as_it_was(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "functions").mkdir(parents=True)
        (tmp_path / name / "functions" / "core.py").write_text("core = 1")
        (tmp_path / name / "handler.py").write_text(f"me = {name!r}")
    folders = {name: contents(tmp_path / name) for name in ("one", "two")}
    (tmp_path / "packed").mkdir()
    shared_code.write(tmp_path / "packed", folders)
    with zipfile.ZipFile(tmp_path / "packed" / shared_code.NAME) as archive:
        assert len(archive.namelist()) == 1 + 3
    for name in ("one", "two"):
        assert packaged(tmp_path / "packed" / name, "zip") == packaged(tmp_path / name, "zip")


def test_a_file_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "template.json").write_bytes(b"{}")
    assert packaged(tmp_path / "template.json", "file") == b"{}"
