"""What is in a function's bundle, and that it is enough."""

import subprocess
import sys
from pathlib import Path

import pytest

import functions
import lineal_contract
from infra.functions import RUNTIME, SIZES
from infra.packages import PYTHON, packages_for
from infra.staging import MissingHandlerError, stage
from tests.infra.templates import Assembly

_LAMBDA_LIMIT = 250 * 1024 * 1024
"""Bytes that a function's code may have unzipped."""

_IMPORT = """
import importlib, sys
from pathlib import Path
bundle, folder = Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(bundle))
module = importlib.import_module(f"functions.{folder}.handler")
assert callable(module.handler)
for name in ("functions", "lineal_contract"):
    assert Path(sys.modules[name].__file__).is_relative_to(bundle), name
"""


@pytest.mark.parametrize("folder", SIZES)
def test_a_bundle_has_all_the_code_its_handler_imports(local: Assembly, folder: str, tmp_path: Path) -> None:
    """In an interpreter that has the bundle and third-party packages, and no other code of ours first."""
    result = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _IMPORT, str(_bundle(local, folder)), folder],
        cwd=tmp_path,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("folder", SIZES)
def test_a_bundle_has_no_other_functions_code(assembly: Assembly, folder: str) -> None:
    bundle = _bundle(assembly, folder)
    handlers = bundle.glob("functions/*/handler.py")
    assert [path.parent.name for path in handlers] == [folder]
    assert {path.name for path in bundle.iterdir()} == {"functions", "lineal_contract"}


def test_bundles_have_nothing_compiled(assembly: Assembly) -> None:
    assert not [path for path in assembly.folder.glob("asset.*/**/*") if path.suffix == ".pyc"]


def test_a_function_without_a_handler_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingHandlerError, match=r"functions/absent/handler\.py"):
        stage("absent", tmp_path / "absent")


@pytest.mark.timeout(600)
def test_the_cloud_bundle_of_serving_fits_lambda_and_its_processor(tmp_path: Path) -> None:
    bundle = stage("serving", tmp_path / "serving", packages_for("serving"))
    assert {"onnxruntime", "numpy", "pydantic", "aws_lambda_powertools", "functions"} <= {
        path.name for path in bundle.iterdir()
    }
    assert sum(path.stat().st_size for path in bundle.rglob("*")) < _LAMBDA_LIMIT
    libraries = list(bundle.rglob("*.cpython-*.so"))
    tag = f"cpython-{PYTHON.replace('.', '')}-aarch64-linux-gnu"
    assert libraries
    assert [path.name for path in libraries if tag not in path.name] == []


@pytest.mark.timeout(600)
def test_other_cloud_bundles_have_only_what_they_import() -> None:
    names = {path.name for path in packages_for("audit").iterdir()}
    assert {"pydantic", "pydantic_core", "aws_lambda_powertools"} <= names
    assert not names & {"boto3", "botocore", "numpy", "onnxruntime", "bin"}


def test_wheels_are_for_the_runtime_of_the_functions() -> None:
    assert RUNTIME.name == f"python{PYTHON}"


def test_our_own_code_is_staged_from_this_checkout() -> None:
    root = Path(__file__).parents[2]
    assert Path(functions.__file__).is_relative_to(root)
    assert Path(lineal_contract.__file__).is_relative_to(root)


def _bundle(assembly: Assembly, folder: str) -> Path:
    archive = Path(assembly.functions()[folder]["Code"]["S3Key"])
    return assembly.folder / f"asset.{archive.stem}"
