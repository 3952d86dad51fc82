"""The published figures: units of each operation as data, and as the table of docs/capacity.md."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.capacity.units import Units

ROOT = Path(__file__).parents[2]
DATA = ROOT / "sdk" / "lineal" / "capacity.json"
PAGE = ROOT / "docs" / "capacity.md"


def published() -> dict[str, Units]:
    """Return the units of each operation, as they are published."""
    found = json.loads(DATA.read_text())["operations"]
    return {name: Units(each["read"], each["write"]) for name, each in found.items()}


def rows(figures: Mapping[str, Units]) -> list[str]:
    """Return the lines of the table."""
    return [f"| {name} | {each.read:g} | {each.write:g} |" for name, each in figures.items()]
