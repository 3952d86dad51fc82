"""What is captured while a run goes on: its output, its machine, that it lives, and how its process ends."""

import logging
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from lineal.capture import exits
from lineal.capture.console.session import Console
from lineal.capture.periodic import Periodic
from lineal.capture.switches import Item
from lineal.capture.system import INTERVAL_SECONDS, System
from lineal.spool.live import Spool
from lineal.tracking.metrics import SpoolSink

logger = logging.getLogger("lineal")

HEARTBEAT_SECONDS = 30.0
_WATCH_SECONDS = 1.0
_LIMIT_VARIABLE = "LINEAL_LOG_LIMIT_MB"
_LIMIT_MB = 64


@dataclass
class Capturing:
    """Begins with a run and ends with it. Nothing of it raises: what does not work is told in the log.

    `beat` tells the server that the process lives; None where there is no server to tell.
    """

    items: Collection[Item]
    run_id: str
    spool: Spool
    beat: Callable[[], None] | None = None
    owned: bool = True
    sampled: int = 0
    """How many samples of the machine were taken."""
    _console: Console | None = None
    _threads: list[Periodic] = field(default_factory=list)
    _owner: int = field(default_factory=os.getpid)

    def begin(self, run: exits.OpenRun) -> None:
        """Capture from here on."""
        self._begin_console()
        if Item.HEARTBEAT in self.items and self.beat is not None:
            self._threads.append(Periodic("heartbeat", HEARTBEAT_SECONDS, self.beat))
        if Item.SYSTEM in self.items and self._samples():
            self._threads.append(Periodic("system", INTERVAL_SECONDS, self._sampler()))
        if Item.EXIT in self.items:
            exits.watch(run)

    def end(self, run: exits.OpenRun) -> None:
        """Put everything back as it was."""
        if self._owner != os.getpid():
            return
        exits.unwatch(run)
        for thread in self._threads:
            thread.stop()
        if self._console is not None and not self._console.end():
            logger.warning("not all that the run printed at its end may be recorded")

    def _begin_console(self) -> None:
        names = [item.value for item in (Item.STDOUT, Item.STDERR) if item in self.items]
        place = self.spool.place_for_lines() if names else None
        if place is None:
            return
        folder, lock = place
        try:
            console = Console(folder, names, lock=lock, limit=log_limit(), run_id=self.run_id)
        except (OSError, ValueError) as error:
            logger.warning("what the run prints is not recorded: %s", error)
            return
        self._console = console
        self.spool.complete_lines_by(console.complete)
        self._threads.append(Periodic("console", _WATCH_SECONDS, lambda: self._watch(console)))

    def _watch(self, console: Console) -> None:
        if not console.is_alive():
            logger.warning("what the run prints is recorded no more: the process that copied it has ended")

    def _samples(self) -> bool:
        """Whether this process measures: the one that started the run, or the first of another host."""
        rank = os.environ.get("LOCAL_RANK")
        return self.owned or (rank == "0" and os.environ.get("GROUP_RANK", "0") != "0")

    def _sampler(self) -> Callable[[], None]:
        sink = SpoolSink(self.spool)
        node = "" if self.owned else f"node{os.environ.get('GROUP_RANK')}/"
        systems: list[System] = []

        def sample() -> None:
            if not systems:
                systems.append(System(node))
            seconds, values = systems[0].sample()
            sink.log(values, seconds)
            self.spool.in_no_hurry(len(values))
            self.sampled += 1

        return sample


def log_limit() -> int:
    """Return how many bytes of output a process may keep. Raises ValueError for what is no number."""
    value = os.environ.get(_LIMIT_VARIABLE) or str(_LIMIT_MB)
    if not value.isdigit() or int(value) == 0:
        raise ValueError(f"{_LIMIT_VARIABLE} is a number of megabytes, not {value!r:.40}")
    return int(value) * 1024 * 1024
