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

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"

PYTHON = "3.13"
PLATFORM = "aarch64-manylinux_2_28"
"""Amazon Linux 2023 on Graviton has a newer glibc than the 2.28 these wheels ask for."""

_EVERY_FUNCTION = ("aws-lambda-powertools", "pydantic")
_MODELS = ("numpy", "onnxruntime")
_ONLY = {"serving": _MODELS, "deployment_steps": _MODELS, "tracking": ("lark",)}
_UNUSED_AT_RUN_TIME = ("bin", "**/tests", "**/include", "**/*.pyi")
"""Scripts, test suites, headers and stubs: a third of numpy, none of it imported."""


class PackagingError(RuntimeError):
    """The packages of a bundle could not be put together; the message says why."""


def packages_for(folder: str) -> Path:
    """Return a folder with the packages that function `folder` imports; do not write into it.

    Installed once per set of packages and lock file, then reused. Raises PackagingError.
    """
    wanted = (*_EVERY_FUNCTION, *_ONLY.get(folder, ()))
    pins = _pins()
    key = hashlib.sha256("\n".join((PYTHON, PLATFORM, *wanted, pins)).encode()).hexdigest()[:16]
    installed = BUILD / "packages" / key
    if not installed.is_dir():
        _install(wanted, pins, installed)
    return installed


def _install(wanted: Sequence[str], pins: str, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent) as scratch:
        constraints = Path(scratch, "constraints.txt")
        constraints.write_text(pins)
        target = Path(scratch, "packages")
        _uv(
            "pip", "install", "--quiet", "--target", str(target),
            "--python-version", PYTHON, "--python-platform", PLATFORM, "--only-binary", ":all:",
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
        [*_uv_command(), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackagingError(f"uv {arguments[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def _uv_command() -> list[str]:
    """Find uv: on the PATH, in this environment, or where the Makefile puts its own."""
    ours = ROOT / ".uv" / "bin"
    found = shutil.which("uv") or shutil.which("uv", path=os.fspath(ours))
    if found:
        return [found]
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    raise PackagingError(f"uv is neither on the PATH nor in {ours}; the cloud bundles need it")
