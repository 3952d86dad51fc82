"""What the emulator and the functions of a local stack print."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineal.local.directory import DataDirectory
from lineal.local.errors import LocalError
from lineal.local.sessions import client_for
from lineal.local.state import StackState

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient

_PAUSE = 0.3


@dataclass(frozen=True)
class Line:
    """What a function printed, and when in milliseconds."""

    function: str
    timestamp: int
    text: str


@dataclass(frozen=True)
class _Source:
    """Where a function logs, and how many events of each stream were seen."""

    folder: str
    group: str
    seen: Counter[str] = field(default_factory=Counter)


def emulator_lines(data: DataDirectory, last: int, *, follow: bool) -> Iterator[str]:
    """Yield the last lines of the emulator's log and, with `follow`, all that come after. Ends never then."""
    if not data.emulator_log.exists():
        return
    with data.emulator_log.open(errors="replace") as file:
        lines = file.read().splitlines()
        yield from lines[-last:] if last else ()
        rest = ""
        while follow:
            rest += file.read()
            *whole, rest = rest.split("\n")
            yield from whole
            if not whole:
                time.sleep(_PAUSE)


def function_lines(state: StackState, function: str, last: int, *, follow: bool) -> Iterator[str]:
    """Yield the last lines that a function logged and, with `follow`, all that come after.

    `function` is a part of its name, such as its folder. Raises LocalError unless one function has it.
    """
    functions = _functions(state)
    names = _called(function, list(functions))
    if len(names) != 1:
        known = ", ".join(sorted(names or functions)) or "none"
        raise LocalError(f"{len(names)} functions are called {function!r}; there are: {known}")
    return (line.text for line in _lines(state, [functions[names[0]]], last, follow=follow))


def all_lines(state: StackState, last: int, *, follow: bool) -> Iterator[Line]:
    """Yield the last lines that any function logged, by time, and, with `follow`, all that come after."""
    return _lines(state, list(_functions(state).values()), last, follow=follow)


def _lines(state: StackState, sources: list[_Source], last: int, *, follow: bool) -> Iterator[Line]:
    logs: CloudWatchLogsClient = client_for(state.root, "logs", state.endpoint_url)
    lines = _new_lines(logs, sources)
    yield from lines[-last:] if last else ()
    while follow:
        lines = _new_lines(logs, sources)
        yield from lines
        if not lines:
            time.sleep(_PAUSE)


def _new_lines(client: "CloudWatchLogsClient", sources: list[_Source]) -> list[Line]:
    found = [line for source in sources for line in _new_events(client, source)]
    return sorted(found, key=lambda line: line.timestamp)


def _functions(state: StackState) -> dict[str, _Source]:
    """Return where each function logs, by its name; a function is known by the folder its handler is in."""
    client: LambdaClient = client_for(state.root, "lambda", state.endpoint_url)
    pages = client.get_paginator("list_functions").paginate()
    found = {}
    for config in (function for page in pages for function in page["Functions"]):
        name = config["FunctionName"]
        group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"
        found[name] = _Source(folder=config["Handler"].split(".")[-3], group=group)
    return found


def _called(part: str, names: list[str]) -> list[str]:
    """Return the names that have `part`; case, `_` and `-` do not count, and a whole name goes first."""
    wanted = _letters(part)
    whole = [name for name in names if f"{wanted}function" in _letters(name)]
    return whole or [name for name in names if wanted in _letters(name)]


def _letters(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _new_events(client: "CloudWatchLogsClient", source: _Source) -> list[Line]:
    """Return the lines past those of each stream that were seen.

    The emulator gives events no id; within a stream they keep their order.
    """
    try:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=source.group)
        events = [event for page in pages for event in page["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []  # the function was never called
    fresh, position = [], Counter[str]()
    for event in events:
        stream = event["logStreamName"]
        position[stream] += 1
        if position[stream] > source.seen[stream]:
            fresh.append(event)
    source.seen.update(event["logStreamName"] for event in fresh)
    return [Line(source.folder, e["timestamp"], e["message"].rstrip("\n")) for e in fresh]
