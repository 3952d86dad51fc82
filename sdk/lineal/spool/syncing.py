"""Delivering what ended processes left: the work of `lineal sync`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from lineal.client import Client
from lineal.errors import ConnectionFailedError, LinealError
from lineal.spool import folders
from lineal.spool.cursor import Cursor, Position
from lineal.spool.cutting import Cutter
from lineal.spool.delivering import Deliveries, Destination, Server, Tally
from lineal.spool.folders import About, WriterFolder
from lineal.spool.printed import Printed
from lineal.spool.records import HEADER_BYTES, DamagedError, Header, damaged_bytes
from lineal.spool.segments import segment_files
from lineal.spool.waiting import NOTHING, Waiting, waiting_in

NewDestination = Callable[[About], Destination]
ClientFor = Callable[[About], Client]
Unreachable = dict[str | None, ConnectionFailedError]
"""The addresses that gave no answer, each with what was told of it."""


class State(StrEnum):
    """How far a writer's folder is."""

    DELIVERED = "delivered"
    IN_USE = "in_use"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True)
class Report:
    """What became of one writer's folder.

    `set_aside` counts what was refused, by now and before; `left` what was not delivered and waits on.
    """

    run_id: str
    writer: str
    state: State
    tally: Tally
    damaged_bytes: int = 0
    set_aside: int = 0
    error: LinealError | None = None
    left: Waiting = NOTHING


def sync(spool: Path, destination: NewDestination) -> Iterator[Report]:
    """Deliver every folder whose process has ended, and yield what became of each.

    Running it twice at once is safe: each folder is locked. The writer that makes a run comes first; while
    that one cannot be delivered, the run's others wait. An API that does not answer is asked once.
    """
    unreachable: Unreachable = {}
    for _, found in groupby(folders.writers(spool), key=lambda path: path.parent):
        waiting = False
        for path in sorted(found, key=lambda p: not _creates(p)):
            creates = _creates(path)
            if waiting:
                yield _skipped(path, State.WAITING)
                continue
            report = _sync_writer(path, destination, unreachable)
            waiting = creates and report.state is not State.DELIVERED
            yield report


def to_server(client_for: ClientFor) -> NewDestination:
    """Return what makes destinations of clients."""
    return lambda about: Server(client_for(about), about.run_id, about.writer)


def _creates(path: Path) -> bool:
    try:
        return folders.about(path).creates
    except (LinealError, FileNotFoundError):
        return False


def _skipped(path: Path, state: State, error: LinealError | None = None) -> Report:
    left = NOTHING if state is State.IN_USE else _left(path)
    return Report(
        path.parent.name, path.name, state, Tally(), set_aside=_set_aside(path), error=error, left=left
    )


def _sync_writer(path: Path, destination: NewDestination, unreachable: Unreachable) -> Report:
    try:
        with folders.taken(path) as folder:
            if folder is None:
                return _skipped(path, State.IN_USE)
            address = folder.about.api_url
            if address in unreachable:
                return _skipped(path, State.FAILED, unreachable[address])
            report = _Syncing(folder, destination).report()
            if isinstance(report.error, ConnectionFailedError):
                unreachable[address] = report.error
            return report
    except LinealError as error:
        return _skipped(path, State.FAILED, error)


def _left(path: Path) -> Waiting:
    try:
        return waiting_in(path)
    except (OSError, ValueError):
        return NOTHING


class _Syncing:
    """Delivers one folder, whose lock is held."""

    def __init__(self, folder: WriterFolder, destination: NewDestination) -> None:
        self._folder = folder
        self._cursor = Cursor(folder.path / folders.CURSOR)
        self._deliveries = Deliveries(
            destination(folder.about), folder.path, missing_for_good=True, printed=Printed(folder.path)
        )
        self._damaged = 0

    def report(self) -> Report:
        """Deliver what can be delivered."""
        error: LinealError | None = None
        try:
            for path in segment_files(self._folder.path):
                self._segment(path)
            self._deliveries.settle_lines(ended=True)
        except LinealError as failure:
            error = failure
        left = _left(self._folder.path) if error else NOTHING
        set_aside = _set_aside(self._folder.path)
        if error is None:
            self._folder.remove_if_empty()
        about, state = self._folder.about, State.FAILED if error else State.DELIVERED
        return Report(
            about.run_id, about.writer, state, self._deliveries.tally, self._damaged, set_aside, error, left
        )

    def _segment(self, path: Path) -> None:
        data = path.read_bytes()
        done = self._cursor.read()
        try:
            header = Header.unpack(data)
        except DamagedError:
            # A header that was cut short has nothing behind it: nobody was told of anything in there.
            return self._remove(path, len(data[HEADER_BYTES:].rstrip(b"\0")))
        cutter = Cutter(header.number, HEADER_BYTES)
        for delivery in cutter.cut(data[HEADER_BYTES:], last=True):
            if delivery.end > done:
                self._deliveries.settle(delivery)
        self._cursor.write(max(done, Position(header.number, len(data))))
        return self._remove(path, damaged_bytes(data[cutter.offset :]))

    def _remove(self, path: Path, damaged: int) -> None:
        """Remove a segment that is delivered; one with damage is kept for people to look at."""
        if damaged:
            self._damaged += damaged
            aside = self._folder.path / folders.REFUSED
            aside.mkdir(exist_ok=True)
            path.rename(aside / f"{path.name}.damaged")
        else:
            path.unlink(missing_ok=True)


def _set_aside(path: Path) -> int:
    """How many deliveries were refused, and how many segments were found damaged."""
    return sum(1 for p in (path / folders.REFUSED).glob("*") if p.suffix in {".json", ".damaged"})
