"""What commands print: tables and facts for people, one JSON document for programs.

Names, reasons and messages come from other people: they are never read as markup, and their control
characters never reach the terminal.
"""

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

_WIDTH_OF_A_FILE = 250  # where nobody sees the edge, lines are not broken at 80


def clean(value: object) -> str:
    """Return `value` as text for one line, with control and direction characters as escapes."""
    return "".join(_visible(c) for c in str(value))


def _visible(char: str) -> str:
    if char != " " and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return char.encode("unicode_escape").decode("ascii")
    return char


def say(message: object) -> None:
    """Print one line for people."""
    _console().print(Text(clean(message)))


def complain(message: object) -> None:
    """Print one line on stderr."""
    print(clean(f"lineal: {message}"), file=sys.stderr)  # noqa: T201


def print_json(value: BaseModel | Iterable[BaseModel] | Iterable[dict[str, Any]] | dict[str, Any]) -> None:
    """Print one JSON document; it is pure ASCII, NaN and infinities stand in it as strings."""
    text = json.dumps(_plain(value), indent=2).replace("\x7f", "\\u007f")
    sys.stdout.write(text + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return json.loads(value.model_dump_json())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; a cell that is None is empty."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else clean(cell)) for cell in row))
    _console().print(table)


def print_patch(lines: Iterable[str]) -> None:
    """Print a patch, a line each, in the colours that people know."""
    for line in lines:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        _console().print(Text(clean(line), style=style), soft_wrap=True)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print name and value, a line each; those that are None are left out. Values have half the room."""
    console = _console()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", overflow="fold", max_width=console.width // 2)
    table.add_column(overflow="fold")
    for name, value in facts:
        if value is not None:
            table.add_row(Text(clean(name)), Text(clean(value)))
    console.print(table)


def print_tree(tree: Tree) -> None:
    """Print a tree whose labels are made by `label`."""
    _console().print(tree)


def label(*parts: object, style: str = "") -> Text:
    """Return the label of a tree's node; parts that are None are left out."""
    return Text(" ".join(clean(p) for p in parts if p is not None), style=style, overflow="fold")


def moment(millis: int | None) -> str | None:
    """Return a time as UTC, to the second."""
    if millis is None:
        return None
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _console() -> Console:
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    return Console(markup=False, highlight=False, emoji=False, width=width)
