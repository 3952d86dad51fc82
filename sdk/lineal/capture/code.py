"""The code of a run: commit and patch, the script or notebook, and its text where no commit has it."""

import hashlib
import sys
from collections.abc import Collection
from pathlib import Path

from lineal.capture.git import Repository
from lineal.capture.notebook import Source, running_notebook
from lineal.capture.switches import Item
from lineal_contract.runs import MAX_PATCH_CHARS, Code


def capture_code(script: Path | None = None, items: Collection[Item] = frozenset(Item)) -> Code:
    """Return the code that runs: `script`, by default the file Python was started with, and its repository.

    In a notebook it is the notebook without its outputs. An interactive session has neither. Outside Git
    `commit` is None.
    """
    path = script_of(script)
    notebook = running_notebook() if path is None else None
    repository = Repository.around(path.parent if path is not None else Path.cwd())
    base = repository.top if repository else Path.cwd()
    code = _notebook(notebook) if notebook else _script(path, base, repository)
    if Item.SOURCE not in items:
        code = code.model_copy(update={"source": None})
    return code if repository is None else _in_repository(code, repository, items)


def script_of(script: Path | None) -> Path | None:
    """Return the script that runs, if there is one, with its whole path."""
    path = (script or running_script() or Path()).resolve()
    return path if path.is_file() else None


def running_script() -> Path | None:
    """Return the file that Python was started with, if it was started with one."""
    name = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(name) if name and Path(name).is_file() else None


def _in_repository(code: Code, repository: Repository, items: Collection[Item]) -> Code:
    patch = repository.patch() if Item.PATCH in items else b""
    return code.model_copy(
        update={
            "commit": repository.commit(),
            "branch": repository.branch(),
            "remote": repository.remote(),
            "dirty": bool(patch) or (Item.PATCH not in items and repository.is_dirty()),
            "patch": _text(patch),
            "patch_digest": hashlib.sha256(patch).hexdigest() if patch else None,
        }
    )


def _notebook(notebook: Source) -> Code:
    data = notebook.text.encode(errors="surrogatepass")
    source = notebook.text if len(notebook.text) <= MAX_PATCH_CHARS else None
    return Code(script=notebook.name, script_digest=hashlib.sha256(data).hexdigest(), source=source)


def _script(path: Path | None, base: Path, repository: Repository | None) -> Code:
    try:
        data = path.read_bytes() if path is not None else None
    except OSError:
        data = None
    if path is None or data is None:
        return Code()
    known = repository is not None and repository.has(path)
    return Code(
        script=_relative(path, base),
        script_digest=hashlib.sha256(data).hexdigest(),
        source=None if known else _text(data),
    )


def _relative(script: Path, base: Path) -> str:
    """The script's path below `base`; elsewhere its name alone, for paths tell about their machine."""
    base = base.resolve()
    return script.relative_to(base).as_posix() if script.is_relative_to(base) else script.name


def _text(data: bytes) -> str | None:
    """Bytes as text; None where the contract has no room for it, or it is not text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if 0 < len(text) <= MAX_PATCH_CHARS else None
