"""A tab of Chromium beside a local stack; `make browser` runs these tests, `make test` has no browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.finding import chromium
from tests.e2e.conftest import stack, world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

if "LINEAL_BROWSER" not in os.environ:
    collect_ignore_glob = ["test_*"]

__all__ = ["stack", "world"]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    path = chromium()
    assert path is not None
    with sync_playwright() as driver:
        # Root, as in containers, has no sandbox to be in.
        launched = driver.chromium.launch(executable_path=Path(path), chromium_sandbox=os.geteuid() != 0)
        yield launched
        launched.close()


@pytest.fixture
def tab(browser: "Browser") -> "Iterator[Page]":
    """Yield a page that fails the test for an error in its console, but for refusals it is meant to get."""
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    yield page
    context.close()
    assert wrong == []
