"""What goes into each function's bundle: a folder of its own, with only the code that function needs.

Folders of their own matter: given one source path for several functions, the CDK takes the first one's output
for all.
"""

import os
import shutil
import sys
from pathlib import Path

import functions
import lineal_contract

_SHARED_PACKAGES = ("bootstrap", "core", "adapters")
_NOT_CODE = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")

_FUNCTIONS = Path(functions.__file__).parent
_CONTRACT = Path(lineal_contract.__file__).parent


class MissingHandlerError(LookupError):
    """There is no handler in the folder of a function that the stack declares."""


def stage(folder: str, destination: Path, packages: Path | None = None) -> Path:
    """Fill `destination` with the code of function `folder` and return it.

    Its files may be the sources' own: add to them, but change none. `packages` is a folder of installed
    third-party packages to put beside it. Raises MissingHandlerError.
    """
    handler = _FUNCTIONS / folder / "handler.py"
    if not handler.is_file():
        raise MissingHandlerError(f"functions/{folder}/handler.py is not there")
    if packages is not None:
        # Linked, not copied: ten bundles share the same hundred megabytes until the CDK copies them.
        shutil.copytree(packages, destination, copy_function=os.link)
    _take(_CONTRACT, destination / _CONTRACT.name)
    _stage_functions(folder, destination / _FUNCTIONS.name)
    return destination


def handler_folders() -> list[str]:
    """Return the names of the folders that have a handler."""
    return sorted(path.parent.name for path in _FUNCTIONS.glob("*/handler.py"))


def _stage_functions(folder: str, destination: Path) -> None:
    destination.mkdir(parents=True)
    for module in _FUNCTIONS.glob("*.py"):
        _link(module, destination / module.name)
    for package in (*_SHARED_PACKAGES, folder):
        _take(_FUNCTIONS / package, destination / package)


def _take(package: Path, destination: Path) -> None:
    shutil.copytree(package, destination, ignore=_NOT_CODE, copy_function=_link)


def _link(source: Path | str, destination: Path | str) -> None:
    """Link a module, which takes a tenth of a copy's time, or copy it where links are refused.

    They are to another file system, and on Linux to a file that one may not write.
    """
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)


def stage_all(destination: Path) -> None:
    """Stage every function's own code, without packages, in a folder of its own below `destination`."""
    for folder in handler_folders():
        stage(folder, destination / folder)


if __name__ == "__main__":
    stage_all(Path(sys.argv[1]))
