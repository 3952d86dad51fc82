"""The documentation's site: every page, and references made from the command line and the code."""

import runpy
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import lineal
from tests.packaging import ROOT
from tests.unit.command_line import leaves

DOCS = ROOT / "docs"


@pytest.fixture(scope="session")
def script() -> dict[str, Any]:
    return runpy.run_path(str(DOCS / "site.py"))


@pytest.fixture(scope="session")
def site(script: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("site")
    script["build"](output)
    return output


def test_every_page_is_on_it(site: Path) -> None:
    for page in DOCS.rglob("*.md"):
        assert (site / page.relative_to(DOCS).with_suffix(".html")).is_file(), page


def test_every_command_and_every_public_name_is_in_its_reference(site: Path) -> None:
    commands = _text(site / "reference" / "cli.html")
    assert [leaf for leaf in leaves() if leaf not in commands] == []
    assert [line for line in commands.splitlines() if line.endswith("…")] == [], "help that was cut short"
    names = (site / "reference" / "sdk.html").read_text()
    functions_and_classes = [name for name in lineal.__all__ if callable(getattr(lineal, name))]
    assert [name for name in functions_and_classes if f'id="lineal.{name}"' not in names] == []


def test_it_asks_no_other_host_for_anything(site: Path) -> None:
    for page in site.rglob("*.html"):
        loads = _Loads()
        loads.feed(page.read_text())
        assert [address for address in loads.addresses if "//" in address] == [], page


def test_a_broken_link_stops_the_build(
    script: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("conf.py",):
        (tmp_path / "docs" / name).write_text((DOCS / name).read_text())
    (tmp_path / "docs" / "index.md").write_text("# Title\n\n[gone](missing.md)\n")
    monkeypatch.setitem(script["build"].__globals__, "DOCS", tmp_path / "docs")
    with pytest.raises(subprocess.CalledProcessError):
        script["build"](tmp_path / "site")
    assert "missing.md" in capfd.readouterr().err


def _text(page: Path) -> str:
    words = _Words()
    words.feed(page.read_text())
    return "".join(words.parts)


class _Words(HTMLParser):
    """What a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


class _Loads(HTMLParser):
    """What a browser loads without being asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "iframe"}:
            self.addresses.append(given.get("src") or "")
        if tag == "link" and given.get("rel") in {"stylesheet", "preload", "icon"}:
            self.addresses.append(given.get("href") or "")
