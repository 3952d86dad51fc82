"""Processes that log until they are killed, by somebody else or by themselves at a chosen point."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lineal.spool import folders, segments, sender
from lineal.spool.buffers import Buffer
from lineal.spool.cursor import Cursor
from lineal.spool.delivering import Deliveries
from lineal.spool.live import Spool
from lineal.spool.segments import Segment
from lineal.spool.sender import Pace
from lineal.spool.syncing import sync
from lineal.spool.writer import Writer
from lineal.tracking.metrics import SpoolSink
from tests.proof.shelf import Shelf

RUN = "01" * 16
PACE = Pace(interval=0.001, linger=0.001)


def log_until_killed(root: Path, seed: int, points: int | None = None, *, online: bool = True) -> None:
    """Log 0.0, 1.0, 2.0 and so on; a byte in `acknowledged` follows each call that returned."""
    sender._LONGEST_PAUSE = 0.005
    Writer.__init__.__kwdefaults__["segment_bytes"] = 2_000
    shelf = Shelf(root / "shelf", unreliable=seed)
    spool = Spool(root / "spool", RUN, destination=(lambda about: shelf) if online else None, pace=PACE)
    sink = SpoolSink(spool)
    acknowledged = os.open(root / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    count = 0
    while points is None or count < points:
        sink.log({"loss": float(count)}, step=count)
        os.write(acknowledged, b".")
        count += 1
        if count % 500 == 0:
            spool.put(f'"{count}"'.encode())
            if online:
                spool.drain(0.05)  # no further ahead of its sender than what is then delivered in good time
    spool.close(1)


def die() -> None:
    """End this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, at: int) -> None:
    """Kill this process when `owner.name` is called for the `at`th time."""
    _wrap(owner, name, at, first=die, then=lambda: None)


def after(owner: Any, name: str, at: int) -> None:
    """Kill this process when the `at`th call of `owner.name` returns, or one after it."""
    _wrap(owner, name, at, first=lambda: None, then=die)


def _wrap(owner: Any, name: str, at: int, first: Callable[[], None], then: Callable[[], None]) -> None:
    inner = getattr(owner, name)
    calls = 0

    def outer(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls >= at:
            first()
        result = inner(*arguments, **options)
        if calls >= at:  # it may be an earlier call that did not return
            then()
        return result

    setattr(owner, name, outer)


class Countdown:
    """The `at`th record of this process is the one to end with, whichever segment it falls into."""

    def __init__(self, at: int, doom: Callable[[Buffer, bytes], object]) -> None:
        self._left = at
        self._doom = doom

    def write(self, inner: Buffer, data: bytes) -> int:
        """Write to `inner`, or do what `doom` wants of it and die."""
        self._left -= 1
        if self._left <= 0:  # it may be a later one: what finds its segment full goes to the next
            self._doom(inner, data)
            die()
        return inner.write(data)


class Watched:
    """A buffer whose records are counted down."""

    def __init__(self, inner: Buffer, countdown: Countdown) -> None:
        self._inner = inner
        self._countdown = countdown
        self.tell, self.close = inner.tell, inner.close

    def write(self, data: bytes) -> int:
        return self._countdown.write(self._inner, data)

    def __getitem__(self, where: slice) -> bytes:
        return self._inner[where]


def at_record(at: int, doom: Callable[[Buffer, bytes], object]) -> None:
    """Kill this process with its `at`th record, when `doom` has done what it wants of it."""
    create = segments.create_file
    countdown = Countdown(at, doom)

    def create_watched(path: Path, size: int, *, mapped: bool) -> Any:
        return Watched(create(path, size, mapped=mapped), countdown)

    segments.create_file = create_watched  # type: ignore[assignment]


KILLS: dict[str, Callable[[int], None]] = {
    "in the middle of a record": lambda at: at_record(
        at, lambda file, data: file.write(data[: len(data) // 2])
    ),
    "before the folder": lambda at: before(folders, "create", 1),
    "after the folder": lambda at: after(folders, "create", 1),
    "before a segment": lambda at: before(segments, "create_file", at),
    "a segment without header": lambda at: after(segments, "create_file", at),
    "a segment with a header": lambda at: after(Segment, "begin", at),
    "before a segment is sealed": lambda at: before(Segment, "seal", at),
    "after a segment is sealed": lambda at: after(Segment, "seal", at),
    "before a record": lambda at: at_record(at * 40, lambda file, data: None),
    "after a record": lambda at: at_record(at * 40, lambda file, data: file.write(data)),
    "after a mark": lambda at: after(Writer, "mark", at),
    "before a delivery": lambda at: before(Deliveries, "_deliver", at),
    "after a delivery": lambda at: after(Deliveries, "_deliver", at),
    "before the cursor": lambda at: before(Cursor, "write", at),
    "after the cursor": lambda at: after(Cursor, "write", at),
    "before a segment is dropped": lambda at: before(Writer, "drop", at),
    "after a segment is dropped": lambda at: after(Writer, "drop", at),
}


def log_until_point(root: Path, seed: int, where: str, at: int) -> None:
    """Log until this process kills itself at a point of `KILLS`."""
    KILLS[where](at)
    log_until_killed(root, seed)


def log_offline(root: Path, points: int) -> None:
    """Log some points for later."""
    root.mkdir()
    spool = Spool(root / "spool", RUN)
    sink = SpoolSink(spool)
    for i in range(points):
        sink.log({"loss": float(i)}, step=i)
    spool.close(0)


def count_in(root: Path, copy: Path) -> int:
    """Return how many points of a copy of the spool are delivered; they must be the first ones, each once."""
    shutil.copytree(root, copy)
    (copy / "shelf").mkdir()
    shelf = Shelf(copy / "shelf")
    for _ in range(2):
        assert all(report.error is None for report in sync(copy / "spool", lambda about: shelf))
    found = [p.value for p in shelf.points]
    assert found == [float(i) for i in range(len(found))]
    shutil.rmtree(copy)
    return len(found)


def sync_until_point(root: Path, seed: int, where: str) -> None:
    """Deliver what a killed process left until this one kills itself."""
    KILLS[where](2)
    shelf = Shelf(root / "shelf", unreliable=seed)
    for _ in range(20):
        list(sync(root / "spool", lambda about: shelf))
