"""What the documentation consists of: pages, code, tables, links."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|\$\()lineal ([^)\n]*)", re.MULTILINE)
_ENDS_A_COMMAND = {"|", ">", "&&", ";"}


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    return [code for found, code in _FENCE.findall(page.read_text()) if found == language]


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", page.read_text())


def inline_code(page: Path) -> list[str]:
    """What stands between backticks."""
    return _INLINE.findall(prose(page))


def links(page: Path) -> list[str]:
    """The targets of links and pictures that lie in the repository."""
    return [target for target in _LINK.findall(prose(page)) if "://" not in target]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in _HEADING.findall(prose(page))
    }


def rows(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, its head first."""
    section = page.read_text().partition(f"\n## {heading}\n")[2] or page.read_text()
    lines = section[section.index("\n|") + 1 :].splitlines()
    table = [line for _, line in zip(_while_table(lines), lines, strict=False)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [cells[0], *cells[2:]]


def _while_table(lines: list[str]) -> Iterator[None]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield None


def commands(page: Path) -> list[list[str]]:
    """The words after `lineal` of each command in a shell block."""
    return [_words(found) for block in blocks(page, "sh") for found in _COMMAND.findall(block)]


def mentions(page: Path) -> list[list[str]]:
    """The words after `lineal` of each command in the text."""
    return [_words(code.removeprefix("lineal ")) for code in inline_code(page) if _is_command(code)]


def _is_command(code: str) -> bool:
    return re.match(r"lineal [a-z-]", code) is not None


def _words(text: str) -> list[str]:
    words = shlex.split(text, comments=True)
    end = next((n for n, word in enumerate(words) if word in _ENDS_A_COMMAND), len(words))
    return words[:end]
