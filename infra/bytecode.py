"""Compiles a bundle's modules, so that a cold start reads bytecode instead of compiling sources.

Lambda's file system is read-only: what is not compiled here is compiled again by every new instance.
"""

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

from infra.packages import PackagingError, find_uv
from infra.runtime import Compiled, Python, Runtime

_TASK_ROOT = "/var/task"
"""Where Lambda unpacks a bundle: the paths in tracebacks."""


class UncompiledWarning(UserWarning):
    """Bundles hold sources alone."""


def compiler(runtime: Runtime) -> Path | None:
    """Return the interpreter that compiles for `runtime`, or None when its bundles are to hold sources alone.

    Raises PackagingError when bytecode is required and no interpreter of its version is found.
    """
    if runtime.compiled is Compiled.NEVER:
        return None
    found = interpreter(runtime.python)
    if found is None:
        missing = f"no Python {runtime.python} is here to compile the bundles with"
        if runtime.compiled is Compiled.REQUIRED:
            raise PackagingError(f"{missing}; `uv python install {runtime.python}` brings one")
        warnings.warn(f"{missing}: cold starts will take longer", UncompiledWarning, stacklevel=2)
    return found


def interpreter(version: Python) -> Path | None:
    """Return an interpreter of just this minor version, or None; nothing is fetched.

    Looked for where people have them: this one, the PATH, pyenv's versions, uv's.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates = [
        sys.executable,
        shutil.which(f"python{version}"),
        *sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True),
        _output([*find_uv(), "python", "find", "--no-project", "--no-python-downloads", version]),
    ]
    return next((Path(each) for each in candidates if each and _version(each) == version), None)


def _version(python: str | Path) -> str:
    return _output([str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])


def _output(command: list[str]) -> str:
    """Return what a command prints, or nothing when it fails: pyenv's stand-ins for other versions do."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""


def compile_bundle(bundle: Path, python: Path) -> None:
    """Write the bytecode of every module in `bundle` beside it.

    It is unchecked: the interpreter neither opens the source nor compares times, which zips do not keep.
    Raises PackagingError when a module does not compile.
    """
    for stale in list(bundle.rglob("__pycache__")):
        shutil.rmtree(stale)
    done = subprocess.run(  # noqa: S603
        [
            str(python), "-P", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
            "-s", str(bundle), "-p", _TASK_ROOT, str(bundle),
        ],
        # Sets are written in the order of their hashes; the bundle's own hash must not change by itself.
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise PackagingError(f"a module does not compile:\n{done.stdout.strip()}")


if __name__ == "__main__":
    sys.stdout.write(f"{compiler(Runtime(compiled=Compiled.REQUIRED))}\n")
