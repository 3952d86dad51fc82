"""Notebooks: found where they run, and the same text however often they are executed."""

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from lineal.capture import notebook
from lineal.capture.code import capture_code
from lineal.capture.notebook import running_notebook, stripped


def document(*, executed: bool) -> dict[str, Any]:
    """A notebook as Jupyter writes it, before and after it was executed."""
    output = {"output_type": "stream", "name": "stdout", "text": ["secret output\n"]}
    times = {"execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"}}
    return {
        "cells": [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title\n", "text"]},
            {
                "cell_type": "code",
                "id": "b",
                "execution_count": 7 if executed else None,
                "metadata": times if executed else {},
                "outputs": [output] if executed else [],
                "source": "import lineal\nx = 1",
            },
        ],
        "metadata": {
            "kernelspec": {"name": "python3", "language": "python"},
            "language_info": {"name": "python", "version": "3.12.1" if executed else "3.11.0"},
            **({"widgets": {"state": {}}} if executed else {}),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


class Shell:
    """IPython's shell with a kernel."""

    kernel = object()

    def __init__(self, **names: Any) -> None:
        self.user_ns = names


def in_shell(monkeypatch: pytest.MonkeyPatch, shell: object) -> None:
    module = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", module)  # type: ignore[arg-type]
    monkeypatch.setattr("lineal.capture.code.running_script", lambda: None)


def test_executing_changes_nothing() -> None:
    before, after = (stripped(json.dumps(document(executed=e))) for e in (False, True))
    assert before == after
    assert "secret output" not in after
    read = json.loads(after)
    assert (read["nbformat"], read["nbformat_minor"]) == (4, 4)
    assert [cell["source"] for cell in read["cells"]] == ["# Title\ntext", "import lineal\nx = 1"]
    assert stripped(after) == after


def test_other_code_is_another_text() -> None:
    other = document(executed=True)
    other["cells"][1]["source"] += "\ny = 2"
    assert stripped(json.dumps(other)) != stripped(json.dumps(document(executed=True)))


def test_an_old_notebook_is_brought_to_the_format_of_now() -> None:
    old = {
        "nbformat": 3,
        "metadata": {},
        "worksheets": [
            {"cells": [
                {"cell_type": "heading", "level": 2, "source": ["Old"]},
                {"cell_type": "code", "input": ["x = 1"], "outputs": [1], "prompt_number": 3},
            ]}
        ],
    }  # fmt: skip
    cells = json.loads(stripped(json.dumps(old)))["cells"]
    assert [(cell["cell_type"], cell["source"]) for cell in cells] == [
        ("markdown", "## Old"),
        ("code", "x = 1"),
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense"])
def test_what_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"notebook|Expecting"):
        stripped(text)


@pytest.mark.parametrize("how", ["VS Code", "Jupyter", "Jupyter below the server's root"])
def test_the_notebook_is_found_and_is_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    file = folder / "analysis.ipynb"
    file.write_text(json.dumps(document(executed=True)))
    monkeypatch.chdir(folder)
    names = {"__vsc_ipynb_file__": str(file)} if how == "VS Code" else {}
    if how.startswith("Jupyter"):
        monkeypatch.setenv("JPY_SESSION_NAME", "work/analysis.ipynb" if "root" in how else str(file))
    in_shell(monkeypatch, Shell(**names))
    code = capture_code()
    assert code.script == "analysis.ipynb"
    assert code.source == stripped(file.read_text())
    file.write_text(json.dumps(document(executed=False)))
    assert capture_code().script_digest == code.script_digest


def test_colab_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    message = types.SimpleNamespace(
        blocking_request=lambda name, timeout_sec: {"ipynb": document(executed=True)}
    )
    colab = types.SimpleNamespace(_message=message)
    monkeypatch.setitem(sys.modules, "google.colab", colab)  # type: ignore[arg-type]
    in_shell(monkeypatch, Shell())
    found = notebook.running_notebook()
    assert found is not None
    assert found.text == stripped(json.dumps(document(executed=False)))


def test_without_a_file_there_is_what_was_executed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    in_shell(monkeypatch, Shell(In=["", "x = 1", "import lineal"]))
    found = running_notebook()
    assert found is not None
    assert [cell["source"] for cell in json.loads(found.text)["cells"]] == ["x = 1", "import lineal"]


def test_outside_ipython_there_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    in_shell(monkeypatch, None)
    assert running_notebook() is None
