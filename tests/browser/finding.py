"""Which Chromium there is."""

import os
from shutil import which

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the browser to drive: what LINEAL_CHROMIUM names, else the first one in PATH."""
    return os.environ.get("LINEAL_CHROMIUM") or next(filter(None, map(which, NAMES)), None)
