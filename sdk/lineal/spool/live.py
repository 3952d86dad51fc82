"""The spool of a process that is logging: writer and sender, made when there is something to take over."""

import atexit
import logging
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path

from lineal.errors import ConfigurationError
from lineal.spool import folders, lines
from lineal.spool.clock import Clock
from lineal.spool.delivering import Deliveries, Destination
from lineal.spool.folders import About, WriterFolder
from lineal.spool.printed import Printed
from lineal.spool.records import POINT_BYTES, Kind, record
from lineal.spool.sender import Pace, Sender
from lineal.spool.waiting import Left, Waiting, waiting_in
from lineal.spool.writer import Key, Writer

logger = logging.getLogger("lineal")

_AT_EXIT_SECONDS = 10.0
_main_process = os.getpid()
_live: "weakref.WeakSet[Spool]" = weakref.WeakSet()

NewDestination = Callable[[About], Destination]
"""Makes the destination of a writer."""


@dataclass
class _Own:
    """What one process has: a writer, its folder where the disk gave one, and what delivers."""

    writer: Writer
    folder: WriterFolder | None
    deliveries: Deliveries | None = None
    sender: Sender | None = None
    operations: int = 0
    copies: int = 0

    @property
    def path(self) -> Path | None:
        return self.folder.path if self.folder else None


class Spool:
    """One process's part of a run in the folder `root`; without a destination nothing is delivered.

    Each process has a writer of its own, a forked child too: it is made at the first record.
    """

    def __init__(
        self,
        root: Path,
        run_id: str,
        *,
        api_url: str | None = None,
        project: str | None = None,
        destination: NewDestination | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.clock = Clock()
        self._root = root
        self._where = (run_id, api_url, project)
        self._destination = destination
        self._pace = pace or Pace(fsync=os.environ.get("LINEAL_SPOOL_FSYNC") == "1")
        self._closed = False
        self._lost = 0
        self._left = Left()
        self._begin_anew()
        _live.add(self)

    def _begin_anew(self) -> None:
        self.writer = Writer(None, "", "")
        """Takes points over; until there is something to take over, it is one that is closed."""
        self.writer.close()
        self._lock = threading.RLock()
        self._own: _Own | None = None

    @property
    def lost_points(self) -> int:
        """How many points were taken over and will never be delivered."""
        deliveries = self._own.deliveries if self._own else None
        held = self._own.writer.lost if self._own else 0
        return self._lost + held + (deliveries.tally.refused_points if deliveries else 0)

    @property
    def is_closed(self) -> bool:
        """Whether it takes nothing more over, because the run has ended."""
        return self._closed

    @property
    def operations_waiting(self) -> bool:
        """Whether an operation was spooled and is not settled: others then have to wait behind it."""
        return self._own is not None and self._own.operations > 0

    @property
    def folder(self) -> Path | None:
        """The writer's folder, where there is one."""
        return self._own.path if self._own else None

    def intern(self, name: str) -> Key | None:
        """Return the key of a name, or None where there is no room for it."""
        own = self._born()
        return own.writer.intern(name) if own else None

    def put(self, document: bytes, *, creates: bool = False) -> None:
        """Take an operation over; `creates` says that it makes the run, so that others wait for this writer.

        Raises ConfigurationError where disk and memory have no room for it.
        """
        own = self._born(creates=creates)
        self._count_operation(+1)
        if own is None or not own.writer.append(record(Kind.OPERATION, document)):
            self._count_operation(-1)
            raise ConfigurationError("the spool has no room for it: the disk takes nothing, or the run ended")

    def folder_for_files(self) -> Path:
        """Return a fresh folder that goes with the spool. Raises ConfigurationError, OSError."""
        own = self._born()
        if own is None or own.path is None:
            raise ConfigurationError("the spool has no room for files: its folder cannot be written")
        home = own.path / folders.ARTIFACTS
        home.mkdir(exist_ok=True)
        with self._lock:
            own.copies += 1
            folder = home / str(own.copies)
        folder.mkdir()
        return folder

    def place_for_lines(self) -> tuple[Path, int] | None:
        """Return a folder for files of lines, and the lock that keeps others from it; None without a disk."""
        own = self._born()
        if own is None or own.folder is None:
            return None
        folder = own.folder.path / lines.FOLDER
        folder.mkdir(exist_ok=True)
        return folder, own.folder.lock

    def complete_lines_by(self, complete: Callable[[], object]) -> None:
        """Say how the file of lines that is being written is completed, so that it can be delivered."""
        if self._own is not None and self._own.deliveries is not None and self._own.path is not None:
            self._own.deliveries.printed = Printed(self._own.path, complete)

    def in_no_hurry(self, points: int) -> None:
        """Say that nobody waits for the last so many points."""
        if self._own is not None and self._own.sender is not None:
            self._own.sender.unhurried += points * POINT_BYTES

    def drain(self, timeout: float) -> bool:
        """Deliver what was taken over, within `timeout` seconds; say whether nothing is left."""
        if self._own is None:
            return True
        return self._own.sender is not None and self._own.sender.drain(timeout)

    def close(self, timeout: float) -> bool:
        """Deliver what is left, and say whether nothing is. What is not stays for `lineal sync`."""
        with self._lock:
            first, self._closed = not self._closed, True
        if self._own is None or not first:
            return True
        self._own.writer.close()
        done = self.drain(timeout)
        self._let_go(self._own, done=done)
        return done

    @property
    def left(self) -> Left:
        """What it did not deliver, once it is closed."""
        return self._left

    def _let_go(self, own: _Own, *, done: bool) -> None:
        if own.sender is not None:
            own.sender.stop()
        held = own.writer.kinds_in_memory()
        if not done:
            self._left = Left(_waiting_in(own.path), held[Kind.OPERATION])
        self._lost = self.lost_points + held[Kind.POINT]
        self._own = None
        if own.folder is not None:
            if not own.writer.segments:
                own.folder.remove_if_empty()
            own.folder.release()

    def _born(self, *, creates: bool = False) -> _Own | None:
        """Return what this process has, made at its first call; None once the spool is closed."""
        with self._lock:
            if self._own is None and not self._closed:
                self._own = self._new(creates=creates)
                self.writer = self._own.writer
                if os.getpid() != _main_process:
                    # Children of multiprocessing skip atexit, and run what is registered here.
                    Finalize(self, Spool.close, (self, _AT_EXIT_SECONDS), exitpriority=0)
            return None if self._closed else self._own

    def _new(self, *, creates: bool) -> _Own:
        run_id, api_url, project = self._where
        about = About(run_id, folders.new_writer(), api_url, project, creates)
        folder = self._new_folder(about)
        own = _Own(Writer(folder.path if folder else None, run_id, about.writer), folder)
        if self._destination is not None:
            own.deliveries = Deliveries(
                self._destination(about), own.path, on_operation=lambda: self._count_operation(-1)
            )
            own.sender = Sender(own.writer, own.deliveries, self.clock, self._pace)
        return own

    def _new_folder(self, about: About) -> WriterFolder | None:
        try:
            return folders.create(self._root, about)
        except OSError as error:
            logger.warning("what is logged is kept in memory, for the spool cannot be made: %s", error)
            return None

    def _count_operation(self, change: int) -> None:
        with self._lock:
            if self._own is not None:
                self._own.operations += change

    def leave_to_parent(self) -> None:
        """In a forked child: let go of the parent's writer, which the parent goes on with."""
        if self._own is not None:
            self._own.writer.abandon()
            if self._own.folder is not None:
                self._own.folder.release()
        self._lost = 0
        self._begin_anew()


def _waiting_in(folder: Path | None) -> Waiting | None:
    if folder is None:
        return None
    try:
        return waiting_in(folder)
    except OSError:
        return Waiting()


def _after_fork_in_child() -> None:
    for spool in list(_live):
        spool.leave_to_parent()


def _at_exit() -> None:
    """A run that nobody ended still delivers what it has; what takes too long stays in the spool."""
    for spool in list(_live):
        spool.close(_AT_EXIT_SECONDS)


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_at_exit)
