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

import lineal

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
    """The help of every command, as Typer writes it."""
    typer = [sys.executable, "-m", "typer", "lineal.cli", "utils", "docs", "--name", "lineal"]
    text = subprocess.run(typer, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return text.replace("# `lineal`", "# Every command", 1)


def _sdk() -> str:
    """Every public name, with its docstring, signature and members."""
    parts = ["# Every class and function", "```{eval-rst}"]
    for name in sorted(lineal.__all__):
        value = getattr(lineal, name)
        if inspect.isclass(value):
            parts.append(f".. autoclass:: lineal.{name}\n   :members:\n   :exclude-members: model_config\n")
        elif inspect.isfunction(value):
            parts.append(f".. autofunction:: lineal.{name}\n")
    return "\n".join([*parts, "```", ""])


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT)
