"""The code of a run: commit and uncommitted patch, and the script with its digest."""

import hashlib
import sys
from pathlib import Path

from lineal.capture.git import Repository
from lineal_contract.runs import MAX_PATCH_CHARS, Code


def capture_code(script: Path | None = None) -> Code:
    """Return the code that runs: `script`, by default the file Python was started with, and its repository.

    In a notebook or an interactive session there is no script. Outside Git `commit` is None.
    """
    script = (script or running_script() or Path()).resolve()
    folder = script.parent if script.is_file() else Path.cwd()
    repository = Repository.around(folder)
    digest = _digest_of(script)
    base = repository.top if repository else Path.cwd()
    shown = _relative(script, base) if digest else None
    if repository is None:
        return Code(script=shown, script_digest=digest)
    patch = repository.patch()
    return Code(
        commit=repository.commit(),
        branch=repository.branch(),
        remote=repository.remote(),
        dirty=bool(patch),
        patch=_text(patch),
        patch_digest=hashlib.sha256(patch).hexdigest() if patch else None,
        script=shown,
        script_digest=digest,
    )


def running_script() -> Path | None:
    """Return the file that Python was started with, if it was started with one."""
    name = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(name) if name and Path(name).is_file() else None


def _digest_of(script: Path) -> str | None:
    try:
        return hashlib.sha256(script.read_bytes()).hexdigest()
    except OSError:
        return None


def _relative(script: Path, base: Path) -> str:
    """The script's path below `base`; elsewhere its name alone, for paths tell about their machine."""
    base = base.resolve()
    return script.relative_to(base).as_posix() if script.is_relative_to(base) else script.name


def _text(patch: bytes) -> str | None:
    """The patch as text; None where the contract has no room for it, or it is not text."""
    try:
        text = patch.decode()
    except UnicodeDecodeError:
        return None
    return text if 0 < len(text) <= MAX_PATCH_CHARS else None
