"""Reading what runs printed."""

import time
from collections.abc import Callable, Iterable, Iterator

from lineal.http.api import Api, checked_input, paged
from lineal_contract.base import Page
from lineal_contract.logs import LogLine, LogPart, LogQuery, Stream, unpack
from lineal_contract.routes import tracking as routes

_OVERLAP_MILLIS = 60_000
"""How far back a look goes: another writer's chunk may begin earlier and be delivered later."""


def read_logs(
    api: Api, run_id: str, *, tail: int | None = None, stream: Stream | None = None
) -> Iterator[LogLine]:
    """Yield lines in order; where some were dropped a line says how many."""
    if tail is None:
        yield from _lines(_parts(api, run_id, LogQuery()), stream, {})
        return
    lines = list(_lines(_last(api, run_id, tail, stream), stream, {}))
    yield from lines[max(0, len(lines) - tail) :]


def follow_logs(
    api: Api,
    run_id: str,
    has_ended: Callable[[str], bool],
    *,
    tail: int,
    stream: Stream | None,
    interval: float,
) -> Iterator[LogLine]:
    """Yield the last `tail` lines, then what comes, until the run has ended and all of it was read."""
    seen: set[tuple[str, int]] = set()
    nexts: dict[str, int] = {}
    ended, fresh = has_ended(run_id), _last(api, run_id, tail, stream)
    lines = list(_lines(fresh, stream, nexts))
    yield from lines[max(0, len(lines) - tail) :]
    latest = 0
    while True:
        seen |= {(part.writer, part.seq) for part in fresh}
        latest = max([latest, *(unpack(part.data)[0].timestamp for part in fresh)])
        if ended:
            return
        time.sleep(interval)
        ended = has_ended(run_id)
        query = LogQuery(since=max(0, latest - _OVERLAP_MILLIS))
        fresh = [p for p in _parts(api, run_id, query) if (p.writer, p.seq) not in seen]
        yield from _lines(fresh, stream, nexts)


def _last(api: Api, run_id: str, tail: int, stream: Stream | None) -> list[LogPart]:
    """The last chunks that have at least `tail` lines between them, in order."""
    found: list[LogPart] = []
    count = 0
    for part in _parts(api, run_id, LogQuery(newest_first=True, page_size=5)):
        if count >= tail:
            break
        found.append(part)
        count += sum(stream in (None, line.stream) for line in unpack(part.data))
    return found[::-1]


def _parts(api: Api, run_id: str, query: LogQuery) -> Iterator[LogPart]:
    def fetch(token: str | None) -> Page[LogPart]:
        with checked_input():
            page = query.model_copy(update={"page_token": token})
        return api.call(routes.GET_LOGS, query=page, run_id=run_id)

    return paged(fetch)


def _lines(parts: Iterable[LogPart], stream: Stream | None, nexts: dict[str, int]) -> Iterator[LogLine]:
    """The lines of chunks; `nexts` has the number of the next line of each writer that was met."""
    for part in parts:
        lines = unpack(part.data)
        missing = part.first_line - nexts.get(part.writer, part.first_line)
        if missing > 0:
            yield LogLine(
                lines[0].timestamp,
                Stream.STDERR,
                f"[{missing} lines were dropped here: too many, or no room]",
            )
        nexts[part.writer] = part.first_line + len(lines)
        yield from (line for line in lines if stream in (None, line.stream))
