"""Third-party packages for the cloud bundles: the versions of uv.lock, as wheels for Lambda's machines.

boto3 is not among them: the Lambda runtime brings its own.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from infra.runtime import Runtime

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"

_EVERY_FUNCTION = ("aws-lambda-powertools", "pydantic")
_MODELS = ("numpy", "onnxruntime")
_ONLY = {"serving": _MODELS, "deployment_steps": _MODELS, "tracking": ("lark",), "mlflow": ("lark",)}
UNUSED_MODULES = (
    "pydantic/v1",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_classes",
)
"""Parts of packages that no handler imports: a fifth of an API function's bundle. A test sees to it."""
_UNUSED_AT_RUN_TIME = ("bin", "**/tests", "**/include", "**/*.pyi", *UNUSED_MODULES)
"""Besides these, scripts, test suites, headers and stubs: a third of numpy."""


class PackagingError(RuntimeError):
    """The packages of a bundle could not be put together; the message says why."""


def packages_for(folder: str, runtime: Runtime) -> Path:
    """Return a folder with the packages that function `folder` imports on `runtime`; do not write into it.

    Installed once per set of packages and lock file, then reused. Raises PackagingError.
    """
    wanted = (*_EVERY_FUNCTION, *_ONLY.get(folder, ()))
    pins = _pins()
    parts = (runtime.python, runtime.wheels, *wanted, *_UNUSED_AT_RUN_TIME, pins)
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    installed = BUILD / "packages" / key
    if not installed.is_dir():
        _install(wanted, pins, runtime, installed)
    return installed


def _install(wanted: Sequence[str], pins: str, runtime: Runtime, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent) as scratch:
        constraints = Path(scratch, "constraints.txt")
        constraints.write_text(pins)
        target = Path(scratch, "packages")
        _uv(
            "pip", "install", "--quiet", "--target", str(target),
            "--python-version", runtime.python, "--python-platform", runtime.wheels, "--only-binary", ":all:",
            "--link-mode", "copy", "--constraint", str(constraints), *wanted,
        )  # fmt: skip
        _prune(target)
        target.rename(destination)


def _prune(folder: Path) -> None:
    for pattern in _UNUSED_AT_RUN_TIME:
        for path in list(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _pins() -> str:
    """Return every version and hash of uv.lock, as constraints."""
    return _uv(
        "export", "--quiet", "--frozen", "--no-dev", "--extra", "local",
        "--no-emit-project", "--no-header", "--no-annotate",
    )  # fmt: skip


def _uv(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        [*find_uv(), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackagingError(f"uv {arguments[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def find_uv() -> list[str]:
    """Return uv's command: from the PATH, this environment, or where the Makefile puts its own.

    Raises PackagingError when there is none.
    """
    ours = ROOT / ".uv" / "bin"
    found = shutil.which("uv") or shutil.which("uv", path=os.fspath(ours))
    if found:
        return [found]
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    raise PackagingError(f"uv is neither on the PATH nor in {ours}; the cloud bundles need it")
