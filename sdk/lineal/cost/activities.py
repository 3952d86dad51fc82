"""What one run, a million points, one version take of each service.

Capacity units are the measured ones of `lineal/capacity.json`. A function's time is an assumption, stated
here once; whatever else is counted, such as requests and state transitions, follows from the flow.
"""

import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from lineal.cost.prices import Quantities

ANSWER_SECONDS = 0.025
"""How long a warm function is assumed to take for a request; a cold start takes some twenty times as long."""
ANSWER_GB = 1.0
"""Its memory behind the API."""
HASH_GB = 1769 / 1024
"""The memory of functions that hash and that run the registry."""
STEP_SECONDS = 0.2
"""How long a step of a workflow is assumed to take."""
HASH_SECONDS = 1.0
"""How long it is assumed to hash a model of some 100 MB."""
TRANSITIONS = 25
"""Of an approval and a deployment of one share: at most all states of both workflows."""
EVENTS = 6
"""Of a version that is registered, asked for, approved, promoted and deployed."""
FOLDED_SEARCH_SECONDS = 1.0
"""How long a search of a million folded runs is assumed to take, with waiting for S3."""
FOLDED_SEARCH_GETS = 80
"""Ranges that it reads, at most: of each of twenty blocks the head, the run ids, and two columns."""
POINT_BYTES = 7.5
FLUSH = 1_000
LIVE_FLUSH = 50
"""Points that leave in one request while a plot is live: a metric logged ten times a second for 5 s."""


@cache
def _measured() -> dict[str, dict[str, float]]:
    text = files("lineal").joinpath("capacity.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = json.loads(text)["operations"]
    return found


def units(*operations: str) -> Counter[str]:
    """Return the capacity units of operations by their published names."""
    taken: Counter[str] = Counter()
    for name in operations:
        each = _measured()[name]
        _add(taken, {"dynamodb_reads": each["read"], "dynamodb_writes": each["write"]})
    return taken


def request(*operations: str, gb: float = ANSWER_GB, seconds: float = ANSWER_SECONDS) -> Counter[str]:
    """Return what one request takes: of the API, a function, and of the tables what its operations take."""
    return together(
        [{"api_requests": 1, "lambda_requests": 1, "lambda_gb_seconds": gb * seconds}, units(*operations)]
    )


def times(amount: float, taken: Quantities) -> Counter[str]:
    """Return quantities so many times."""
    return together([{name: amount * each for name, each in taken.items()}])


def together(parts: Iterable[Quantities]) -> Counter[str]:
    """Return the sum of quantities."""
    taken: Counter[str] = Counter()
    for part in parts:
        _add(taken, part)
    return taken


def run() -> Counter[str]:
    """A run with a dataset and one artifact of one part, without its points."""
    return together(
        [
            *(request(name) for name in ("start a run", "tracking.use_dataset", "tracking.begin_upload")),
            *(request(name) for name in ("tracking.complete_upload", "tracking.log_artifact", "end a run")),
            {"s3_writes": 1, "s3_reads": 1},
        ]
    )


def points(amount: float, flush: int = FLUSH) -> Counter[str]:
    """So many points of a loss curve, `flush` of them in a request."""
    name = "log 1,000 points" if flush >= FLUSH else "tracking.log_chunk"
    return times(amount / flush, request(name))


def version() -> Counter[str]:
    """A version that is registered, asked for, approved by one person, and deployed."""
    steps = ("evaluate", "ask", "apply")
    return together(
        [
            request("registry.register_version", gb=HASH_GB),
            request("registry.request_promotion", gb=HASH_GB),
            request("approvals.decide"),
            units(*(f"approval_steps.{name}" for name in steps)),
            units(*(f"deployment_steps.{name}" for name in ("open", "plan", "verify", "compare", "switch"))),
            {"lambda_requests": 8 + EVENTS, "lambda_gb_seconds": (8 + EVENTS) * STEP_SECONDS * 0.5},
            {"lambda_gb_seconds": HASH_SECONDS * HASH_GB, "s3_reads": 3, "s3_writes": 1},
            {"state_transitions": TRANSITIONS, "events": EVENTS},
        ]
    )


def search() -> Counter[str]:
    """A page of a search among 1,000 runs."""
    return request("search 1,000 runs", seconds=0.2)


def folded_search() -> Counter[str]:
    """A filtered and ordered page among a million folded runs, by a function that has read no block yet."""
    asked = request("search 1,000,000 folded runs", gb=HASH_GB, seconds=FOLDED_SEARCH_SECONDS)
    return together([asked, {"s3_reads": FOLDED_SEARCH_GETS}])


def _add(taken: "Counter[str]", more: Quantities) -> None:
    for name, amount in more.items():
        taken[name] += amount  # type: ignore[assignment]
