"""Builds the documentation's site: these pages, and references made from the command line and from the SDK.

`python docs/site.py [DIRECTORY]`. Any warning, such as a broken link, fails it.
"""

import inspect
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

import lineal
from lineal.cli import app

DOCS = Path(__file__).resolve().parent
DEFAULT_OUTPUT = DOCS.parent / "build" / "site"

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+[^)]*\)")
"""A link to a file beside the documentation: there in the repository, not on the site."""


def build(output: Path) -> None:
    """Write the site into `output`. Raises CalledProcessError when anything is wrong with a page."""
    with tempfile.TemporaryDirectory() as scratch:
        pages = shutil.copytree(DOCS, Path(scratch, "docs"), ignore=shutil.ignore_patterns("__pycache__"))
        for page in pages.rglob("*.md"):
            page.write_text(_for_the_site(page, pages))
        reference = pages / "reference"
        reference.mkdir()
        (reference / "cli.md").write_text(_command_line())
        (reference / "sdk.md").write_text(_sdk())
        sphinx = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
        subprocess.run([*sphinx, str(pages), str(output)], check=True)  # noqa: S603


def _for_the_site(page: Path, pages: Path) -> str:
    inside = page.parent != pages
    return page.read_text() if inside else _OUTSIDE.sub(r"\1", page.read_text())


def _command_line() -> str:
    """The help of every command, as Typer writes it, but each command's line in full."""
    command = get_command(app)
    (owner,) = (kind for kind in type(command).__mro__ if "get_short_help_str" in vars(kind))
    with patch.object(owner, "get_short_help_str", _first_sentence):
        text: str = get_docs_for_click(obj=command, ctx=typer.Context(command), name="lineal")
    return text.replace("# `lineal`", "# Every command", 1)


def _first_sentence(command: Any) -> str:
    paragraph = inspect.cleandoc(command.help or "").partition("\n\n")[0].replace("\n", " ")
    return paragraph.partition(". ")[0].removesuffix(".") + "."


def _sdk() -> str:
    """Every public name, with its docstring, signature and members."""
    parts = ["# Every class and function"]
    for title, names in _public().items():
        parts += [f"## {title}", "```{eval-rst}", *map(_directive, names), "```"]
    return "\n".join([*parts, ""])


def _public() -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {"Functions": [], "Classes": [], "Errors": []}
    for name in sorted(lineal.__all__):
        value = getattr(lineal, name)
        kind = "Functions" if inspect.isfunction(value) else "Classes"
        kinds["Errors" if inspect.isclass(value) and issubclass(value, BaseException) else kind].append(name)
    return kinds


def _directive(name: str) -> str:
    if inspect.isfunction(getattr(lineal, name)):
        return f".. autofunction:: lineal.{name}\n"
    return f".. autoclass:: lineal.{name}\n   :members:\n   :exclude-members: model_config\n"


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT)
