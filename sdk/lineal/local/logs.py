"""What the emulator and the functions of a local stack print."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lineal.local.directory import DataDirectory
from lineal.local.errors import LocalError
from lineal.local.sessions import client_for
from lineal.local.state import StackState

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient

_PAUSE = 0.3


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
    group = _log_group(client_for(state.root, "lambda", state.endpoint_url), function)
    logs: CloudWatchLogsClient = client_for(state.root, "logs", state.endpoint_url)
    seen: Counter[str] = Counter()
    events = _new_events(logs, group, seen)
    yield from events[-last:] if last else ()
    while follow:
        events = _new_events(logs, group, seen)
        yield from events
        if not events:
            time.sleep(_PAUSE)


def _log_group(client: "LambdaClient", part: str) -> str:
    """Return the log group of the one function that is called so."""
    pages = client.get_paginator("list_functions").paginate()
    found = {function["FunctionName"]: function for page in pages for function in page["Functions"]}
    names = _called(part, list(found))
    if len(names) != 1:
        known = ", ".join(sorted(names or found)) or "none"
        raise LocalError(f"{len(names)} functions are called {part!r}; there are: {known}")
    config = found[names[0]].get("LoggingConfig", {})
    return config.get("LogGroup") or f"/aws/lambda/{names[0]}"


def _called(part: str, names: list[str]) -> list[str]:
    """Return the names that have `part`; case, `_` and `-` do not count, and a whole name goes first."""
    wanted = _letters(part)
    whole = [name for name in names if f"{wanted}function" in _letters(name)]
    return whole or [name for name in names if wanted in _letters(name)]


def _letters(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _new_events(client: "CloudWatchLogsClient", group: str, seen: Counter[str]) -> list[str]:
    """Return the messages past the first `seen` of each stream, in the order of time.

    The emulator gives events no id; within a stream they keep their order.
    """
    try:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
        events = [event for page in pages for event in page["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []  # the function was never called
    fresh, position = [], Counter[str]()
    for event in events:
        stream = event["logStreamName"]
        position[stream] += 1
        if position[stream] > seen[stream]:
            fresh.append(event)
    seen.update(event["logStreamName"] for event in fresh)
    return [e["message"].rstrip("\n") for e in sorted(fresh, key=lambda e: e["timestamp"])]
