"""The wheel: a thin SDK with its command line, and the local stack's template beside it."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lineal.local import assembly, shared_code
from lineal.local.assets import packaged, read_assets
from tests.packaging import ROOT

MAX_INSTALLED_MB = 30
MAX_WHEEL_MB = 2
ASSEMBLY = "lineal/local/_assembly/"
TEMPLATE = f"{assembly.STACK_NAME}.template.json"


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def metadata(unpacked: Path) -> Message:
    return Parser().parsestr(next(unpacked.glob("*.dist-info/METADATA")).read_text())


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def python(unpacked: Path, code: str) -> str:
    """Run `code` on the wheel's own files, in a new interpreter."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=unpacked, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


class TestContents:
    def test_it_holds_both_packages_whole_and_nothing_else(self, unpacked: Path) -> None:
        modules = {name for name in files(unpacked) if not name.startswith((ASSEMBLY, "lineal-"))}
        sources = {
            path.relative_to(ROOT / "sdk").as_posix()
            for package in ("lineal", "lineal_contract")
            for path in (ROOT / "sdk" / package).rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }
        assert modules == sources

    def test_the_assembly_is_template_assets_and_one_zip_of_code(self, unpacked: Path) -> None:
        found = files(unpacked / ASSEMBLY)
        assert {name for name in found if not name.endswith(".json")} == {shared_code.NAME}
        assert TEMPLATE in found

    def test_no_third_party_package_is_in_a_function(self, unpacked: Path) -> None:
        functions = [
            each.source.path
            for each in read_assets(unpacked / ASSEMBLY, assembly.STACK_NAME)
            if each.source.packaging == "zip"
        ]
        assert functions
        for path in functions:
            names = list(shared_code.read(unpacked / ASSEMBLY / path) or ())
            assert {name.partition("/")[0] for name in names} == {"functions", "lineal_contract"}
            assert not [name for name in names if name.endswith((".pyc", ".so"))]

    def test_no_path_of_the_building_machine_is_in_the_assembly(self, unpacked: Path) -> None:
        for path in (unpacked / ASSEMBLY).glob("*.json"):
            text = path.read_text()
            assert not [place for place in (ROOT, Path.home(), tempfile.gettempdir()) if f"{place}/" in text]

    def test_our_license_is_in_it(self, unpacked: Path, metadata: Message) -> None:
        assert metadata["License-Expression"] == "Apache-2.0"
        shipped = next(unpacked.glob("*.dist-info/licenses/LICENSE"))
        assert shipped.read_bytes() == (ROOT / "LICENSE").read_bytes()


class TestAssembly:
    def test_it_is_what_the_clone_synthesizes(self, unpacked: Path) -> None:
        fresh = assembly.synthesized(ROOT)
        shipped = unpacked / ASSEMBLY
        assert (shipped / TEMPLATE).read_bytes() == (fresh / TEMPLATE).read_bytes()
        for kept, made in zip(
            read_assets(shipped, assembly.STACK_NAME), read_assets(fresh, assembly.STACK_NAME), strict=True
        ):
            assert kept.destinations == made.destinations
            assert packaged(shipped / kept.source.path, kept.source.packaging) == packaged(
                fresh / made.source.path, made.source.packaging
            )

    def test_an_installed_lineal_takes_it(self, unpacked: Path) -> None:
        found = python(unpacked, "from lineal.local import assembly; print(assembly.own())")
        assert Path(found) == unpacked / ASSEMBLY


class TestRequirements:
    def test_alone_it_asks_for_little(self, metadata: Message) -> None:
        assert names(metadata) == {"boto3", "psutil", "pydantic", "rich", "typer"}

    def test_the_local_stack_asks_for_neither_cdk_nor_node(self, metadata: Message) -> None:
        local = names(metadata, "local") | names(metadata, "demo")
        assert not {name for name in local if "cdk" in name or "node" in name or name == "constructs"}
        assert {"ministack", "onnxruntime", "scikit-learn"} <= local

    def test_importing_it_loads_nothing_of_them(self, unpacked: Path) -> None:
        code = "import lineal, sys; print(lineal.__file__, *{name.partition('.')[0] for name in sys.modules})"
        file, *loaded = python(unpacked, code).split()
        assert Path(file).is_relative_to(unpacked)
        assert not {"boto3", "botocore", "pydantic", "rich", "typer", "urllib3", "lineal_contract"} & set(
            loaded
        )


def names(metadata: Message, extra: str = "") -> set[str]:
    declared = (Requirement(line) for line in metadata.get_all("Requires-Dist", []))
    return {one.name for one in declared if one.marker is None or one.marker.evaluate({"extra": extra})}


class TestSize:
    def test_the_wheel_is_small(self, wheel: Path) -> None:
        megabytes = wheel.stat().st_size / 1e6
        sys.stdout.write(f"wheel: {megabytes:.2f} MB\n")
        assert megabytes <= MAX_WHEEL_MB

    def test_it_adds_little_to_boto3(self, unpacked: Path, metadata: Message) -> None:
        """Counts the files that installers record; `make package` measures what pip compiles besides."""
        ours = sum(path.stat().st_size for path in unpacked.rglob("*") if path.is_file())
        beyond = closure(names(metadata)) - closure({"boto3"})
        sizes = {name: installed_bytes(name) for name in beyond}
        megabytes = (ours + sum(sizes.values())) / 1e6
        sys.stdout.write(f"beyond boto3: {megabytes:.1f} MB, {json.dumps(sizes)}\n")
        assert megabytes <= MAX_INSTALLED_MB


def closure(wanted: set[str]) -> set[str]:
    """Return the distributions that installing `wanted` brings."""
    found: set[str] = set()
    pending = set(wanted)
    while pending:
        name = pending.pop()
        found.add(name)
        for line in distribution(name).requires or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                pending |= {needed.name.lower()} - found
    return found


def installed_bytes(name: str) -> int:
    located = (Path(str(file.locate())) for file in distribution(name).files or [])
    return sum(path.stat().st_size for path in located if path.is_file())
