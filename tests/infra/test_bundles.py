"""What is in a function's bundle, and that it is enough."""

import errno
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import functions.settings
import lineal_contract
from infra.bytecode import UncompiledWarning, compile_bundle, compiler, interpreter
from infra.functions import SIZES
from infra.packages import UNUSED_MODULES, PackagingError, packages_for
from infra.runtime import Architecture, Compiled, Python, Runtime
from infra.staging import MissingHandlerError, stage
from lineal.local.assets import contents
from lineal_contract.routes.table import ROUTES
from tests.infra.templates import Assembly
from tests.patience import PATIENCE

_LAMBDA_LIMIT = 250 * 1024 * 1024
"""Bytes that a function's code may have unzipped."""

_API_LIMIT = 6_000_000
"""Bytes that a function behind the API may have zipped and compiled, without the runtime's own boto3."""

_API_FUNCTIONS = sorted({route.function for route in ROUTES} - {"serving"})
"""Serving loads models, and needs what runs them."""

_IMPORT = """
import importlib, sys
from pathlib import Path
bundle, folder = Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(bundle))
module = importlib.import_module(f"functions.{folder}.handler")
assert callable(module.handler)
for name in {"functions", "lineal_contract"} & set(sys.modules):
    assert Path(sys.modules[name].__file__).is_relative_to(bundle), name
print(*sys.modules)
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
        timeout=PATIENCE,
    )
    assert result.returncode == 0, result.stderr
    unused = {module.replace("/", ".") for module in UNUSED_MODULES}
    assert not unused & set(result.stdout.split())


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


def test_modules_are_copied_where_they_cannot_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = stage("page", tmp_path / "linked")
    monkeypatch.setattr(os, "link", _refuse)
    copied = stage("page", tmp_path / "copied")
    assert contents(copied) == contents(linked)
    assert len(contents(copied)) > 100
    assert not (copied / "functions/settings.py").samefile(functions.settings.__file__)


def test_an_assembly_has_its_own_copies(assembly: Assembly) -> None:
    bundle = _bundle(assembly, "page")
    assert not (bundle / "functions/settings.py").samefile(functions.settings.__file__)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("architecture", "machine"), [(Architecture.ARM_64, "aarch64"), (Architecture.X86_64, "x86_64")]
)
def test_the_cloud_bundle_of_serving_fits_lambda_and_its_processor(
    tmp_path: Path, architecture: Architecture, machine: str
) -> None:
    runtime = Runtime(architecture=architecture)
    bundle = stage("serving", tmp_path / "serving", packages_for("serving", runtime))
    assert {"onnxruntime", "numpy", "pydantic", "aws_lambda_powertools", "functions"} <= {
        path.name for path in bundle.iterdir()
    }
    assert sum(path.stat().st_size for path in bundle.rglob("*")) < _LAMBDA_LIMIT
    libraries = list(bundle.rglob("*.cpython-*.so"))
    tag = f"cpython-{runtime.python.replace('.', '')}-{machine}-linux-gnu"
    assert libraries
    assert [path.name for path in libraries if tag not in path.name] == []


@pytest.mark.timeout(600)
def test_other_cloud_bundles_have_only_what_they_import() -> None:
    names = {path.name for path in packages_for("audit", Runtime()).iterdir()}
    assert {"pydantic", "pydantic_core", "aws_lambda_powertools"} <= names
    assert not names & {"boto3", "botocore", "numpy", "onnxruntime", "bin"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("folder", _API_FUNCTIONS)
def test_a_function_behind_the_api_is_small_when_compiled(tmp_path: Path, folder: str) -> None:
    """By the interpreter at hand: another minor version's bytecode is as long to a few parts in 100."""
    bundle = stage(folder, tmp_path / folder, packages_for(folder, Runtime()))
    compile_bundle(bundle, Path(sys.executable))
    assert _zipped(bundle) < _API_LIMIT


def test_compiled_modules_are_used_without_looking_at_their_sources(local: Assembly, tmp_path: Path) -> None:
    bundle = shutil.copytree(_bundle(local, "audit"), tmp_path / "bundle")
    compile_bundle(bundle, Path(sys.executable))
    module = bundle / "functions" / "settings.py"
    module.write_text("raise SystemError('the source was compiled again')")
    command = [sys.executable, "-B", "-c", "import functions.settings"]
    subprocess.run(command, cwd=bundle, check=True)


def test_compiling_twice_gives_the_same_bytes(local: Assembly, tmp_path: Path) -> None:
    written = []
    for name in ("one", "other"):
        bundle = shutil.copytree(_bundle(local, "tracking"), tmp_path / name)
        compile_bundle(bundle, Path(sys.executable))
        written.append({path.relative_to(bundle): path.read_bytes() for path in bundle.rglob("*.pyc")})
    assert written[0]
    assert written[0] == written[1]


def test_a_module_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def")
    with pytest.raises(PackagingError, match=r"broken\.py"):
        compile_bundle(tmp_path, Path(sys.executable))


def test_only_an_interpreter_of_the_declared_version_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = next(version for version in Python if not sys.version.startswith(f"{version}."))
    stand_in = tmp_path / f"python{elsewhere}"
    stand_in.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr("infra.bytecode.find_uv", lambda: ["false"])
    assert interpreter(elsewhere) is None
    with pytest.raises(PackagingError, match=f"uv python install {elsewhere}"):
        compiler(Runtime(python=elsewhere, compiled=Compiled.REQUIRED))
    with pytest.warns(UncompiledWarning, match="cold starts"):
        assert compiler(Runtime(python=elsewhere)) is None
    assert compiler(Runtime(python=elsewhere, compiled=Compiled.NEVER)) is None


def test_our_own_code_is_staged_from_this_checkout() -> None:
    root = Path(__file__).parents[2]
    assert Path(functions.__file__).is_relative_to(root)
    assert Path(lineal_contract.__file__).is_relative_to(root)


def _refuse(*given: object) -> None:
    raise OSError(errno.EXDEV, "Invalid cross-device link")


def _bundle(assembly: Assembly, folder: str) -> Path:
    archive = Path(assembly.functions()[folder]["Code"]["S3Key"])
    return assembly.folder / f"asset.{archive.stem}"


def _zipped(bundle: Path) -> int:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in bundle.rglob("*"):
            archive.write(path, path.relative_to(bundle))
    return len(packed.getvalue())
