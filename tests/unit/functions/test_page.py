"""The approver's page: our own files, a strict policy, and nothing of anybody's project."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.page.handler import handler

STATIC = Path(__file__).parents[3] / "functions" / "page" / "static"
FILES = sorted(path.name for path in STATIC.iterdir())


def get(file: str | None) -> dict[str, Any]:
    return handler({"pathParameters": {"file": file} if file else None}, None)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_as_what_it_is(name: str) -> None:
    answer = get(name)
    assert (answer["statusCode"], answer["body"]) == (200, (STATIC / name).read_text())
    kind = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    assert answer["headers"]["content-type"].startswith(kind[Path(name).suffix])


def test_without_a_name_the_page_itself_is_served() -> None:
    assert get(None)["body"] == get("index.html")["body"]


ELSEWHERE = ["../handler.py", "handler.py", "%2e%2e/handler.py", "APP.JS", "app.js/", "", "/etc/passwd"]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_nothing_else_is_there(name: str) -> None:
    answer = handler({"pathParameters": {"file": name}}, None)
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize("name", [*FILES, "nothing"])
def test_the_browser_loads_nothing_from_elsewhere(name: str) -> None:
    policy = get(name)["headers"]["content-security-policy"]
    rules = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    for kind in ("script-src", "style-src", "connect-src", "img-src"):
        assert rules[kind] == "'self'"
    assert get(name)["headers"]["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", FILES)
def test_files_name_no_other_host_and_write_no_markup(name: str) -> None:
    text = (STATIC / name).read_text()
    hosts = set(re.findall(r"https?://[^\s\"'`)]+", text)) - {"http://www.w3.org/2000/svg"}
    assert hosts == set()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage", text)
    assert not re.search(r"\son\w+=[\"']|\sstyle=[\"']|<script>", text)


def test_everything_that_is_linked_is_there() -> None:
    page = (STATIC / "index.html").read_text()
    linked = set(re.findall(r'(?:href|src)="page/([^"]+)"', page))
    for name in FILES:
        linked |= set(re.findall(r'from "\./([^"]+)"', (STATIC / name).read_text()))
    assert linked | {"index.html"} == set(FILES)


def test_the_page_calls_routes_that_there_are() -> None:
    from lineal_contract.routes.table import ROUTES

    text = (STATIC / "api.js").read_text()
    called = re.findall(r'call\("(GET|POST)", `([^`?]+)', text)
    assert len(called) >= 8
    known = {(route.method, re.sub(r"\{\w+\}", "*", route.path)) for route in ROUTES}
    actions = re.findall(r'about\(id, "(\w+)"', text)
    paths = {(method, re.sub(r"\$\{[^}]*\}", "*", path)) for method, path in called}
    (about,) = {path for _, path in paths if path.startswith("/approvals/")}
    paths = {p for p in paths if p[1] != about} | {("POST", f"/approvals/*/*/{action}") for action in actions}
    assert paths <= known, json.dumps(sorted(paths - known))
