"""The notebook that runs, as its code alone: without outputs it is the same however often it is executed."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SESSION_NAME = "JPY_SESSION_NAME"
_COLAB_SECONDS = 10


@dataclass(frozen=True)
class Source:
    """The text of what runs and a name for it."""

    name: str
    text: str


def running_notebook() -> Source | None:
    """Return the notebook of this kernel, stripped; where its file is not known, what was executed so far.

    Known are Jupyter, SageMaker Studio, VS Code and Colab. None outside IPython.
    """
    shell = _shell()
    if shell is None:
        return None
    if (path := _path(shell)) is not None:
        try:
            return Source(path.name, stripped(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return _history(shell)
    return _colab() or _history(shell)


def stripped(notebook: str) -> str:
    """Return a notebook with its cells' kinds and sources alone, in a fixed form. Raises ValueError.

    Outputs, counts, ids, timings and the kernel's version go: executing it again gives the same text. It is a
    notebook still (nbformat 4.4); one of an older format is brought to it.
    """
    document = json.loads(notebook)
    if not isinstance(document, dict) or not ("cells" in document or "worksheets" in document):
        raise ValueError("not a notebook")
    cells = document.get("cells")
    if cells is None:
        cells = [cell for sheet in document.get("worksheets", ()) for cell in sheet.get("cells", ())]
    return _written([_cell(cell) for cell in cells], _language(document.get("metadata", {})))


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    kind = cell.get("cell_type", "raw")
    source = cell.get("source", cell.get("input", ""))
    text = source if isinstance(source, str) else "".join(source)
    if kind == "heading":
        kind, text = "markdown", f"{'#' * int(cell.get('level', 1))} {text}"
    if kind != "code":
        return {"cell_type": kind, "metadata": {}, "source": text}
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text}


def _language(metadata: Mapping[str, Any]) -> str:
    for holder in ("kernelspec", "language_info"):
        found = metadata.get(holder, {})
        if name := found.get("language") or found.get("name"):
            return "python" if str(name).startswith("python") else str(name)
    return "python"


def _written(cells: list[dict[str, Any]], language: str) -> str:
    document = {
        "cells": cells,
        "metadata": {"language_info": {"name": language}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _shell() -> Any:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell if shell is not None and hasattr(shell, "kernel") else None


def _path(shell: Any) -> Path | None:
    """Where the notebook's file is, as VS Code or the Jupyter server say it."""
    names = (shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get(_SESSION_NAME))
    for name in names:
        if name and (path := _found(str(name))) is not None:
            return path
    return None


def _found(name: str) -> Path | None:
    """The file of a session's name: a path, or the end of one below a folder above this one."""
    path = Path(name)
    folders = [Path("/")] if path.is_absolute() else [Path.cwd(), *Path.cwd().parents]
    tried = [folder / path for folder in folders] + [Path.cwd() / path.name]
    return next((each for each in tried if each.suffix == ".ipynb" and each.is_file()), None)


def _colab() -> Source | None:
    """The notebook as Colab's page has it."""
    if "google.colab" not in sys.modules:
        return None
    try:
        from google.colab import _message

        answer = _message.blocking_request("get_ipynb", timeout_sec=_COLAB_SECONDS)
        return Source("notebook.ipynb", stripped(json.dumps(answer["ipynb"])))
    except (ImportError, AttributeError, KeyError, TypeError, ValueError):
        return None


def _history(shell: Any) -> Source | None:
    """What was executed so far, as a notebook."""
    executed = [text for text in shell.user_ns.get("In", ()) if text.strip()]
    if not executed:
        return None
    cells = [_cell({"cell_type": "code", "source": text}) for text in executed]
    return Source("session.ipynb", _written(cells, "python"))
