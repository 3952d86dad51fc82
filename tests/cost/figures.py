"""The tables of docs/cost.md as they have to be by prices, measured units and flows."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from lineal.cost import Prices, activities, idle
from lineal.cost.prices import Quantities

PAGE = Path(__file__).parents[2] / "docs" / "cost.md"
_MILLION = 1_000_000


def page(text: str, prices: Prices) -> str:
    """Return the page with its tables made anew."""
    tables = {"active": _active(prices), "passed": _idle(prices), "prices": _prices(prices)}
    for name, rows in tables.items():
        block = re.compile(rf"(<!-- made: {name} -->\n\n).*?(\n\n<!-- end -->)", re.DOTALL)
        text, count = block.subn(lambda m, rows=rows: m[1] + "\n".join(rows) + m[2], text)  # type: ignore[misc]
        assert count == 1, name
    return text


def _active(prices: Prices) -> Iterable[str]:
    found: list[tuple[str, Quantities]] = [
        ("a run with a dataset and an artifact, without its points", activities.run()),
        ("a million points, 1,000 in a request", activities.points(_MILLION)),
        (
            f"a million points of a live plot, {activities.LIVE_FLUSH} in a request",
            activities.points(_MILLION, activities.LIVE_FLUSH),
        ),
        ("a version: registered, asked for, approved, deployed", activities.version()),
        ("a search of 1,000 runs", activities.search()),
        ("a search of a million runs that are folded", activities.folded_search()),
    ]
    yield "| what | requests | write units | read units | dollars |"
    yield "|---|---|---|---|---|"
    for what, taken in found:
        counts = (taken[name] for name in ("api_requests", "dynamodb_writes", "dynamodb_reads"))
        cells = " | ".join(f"{count:,.0f}" for count in counts)
        yield f"| {what} | {cells} | {prices.of(taken):.6f} |"


def _idle(prices: Prices) -> Iterable[str]:
    yield "| what | dollars a month | note |"
    yield "|---|---|---|"
    for each in idle.options():
        yield f"| {each.option} | {prices.of(each.taken):.2f} | {each.note} |"


def _prices(prices: Prices) -> Iterable[str]:
    yield "| unit | dollars | for | also named by |"
    yield "|---|---|---|---|"
    hours = {f"an hour of training on {name}": price for name, price in prices.training_hours.items()}
    for name, price in {**prices.units, **hours}.items():
        also = f"[{urlsplit(price.source).hostname}]({price.source})" if price.source else "nobody yet"
        yield f"| [{name.replace('_', ' ')}]({price.page}) | {price.usd:g} | {price.per:,.0f} | {also} |"
