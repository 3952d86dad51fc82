"""Delivering the files of printed lines that wait in a writer's folder, one after the other."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lineal.errors import LinealError
from lineal.spool import lines
from lineal.spool.folders import REFUSED

logger = logging.getLogger("lineal")


class LineDestination(Protocol):
    """Where lines go. Raises LinealError, and may be given the same lines again."""

    def lines(self, seq: int, first_line: int, data: bytes) -> None:
        """Deliver whole lines as they stand in a file."""
        ...


@dataclass
class Printed:
    """What a process printed, in the writer's folder `home`; `complete` ends the file being written."""

    home: Path
    complete: Callable[[], object] = lambda: None
    delivered: int = 0
    refused: int = 0

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.home / lines.FOLDER

    def wait(self) -> bool:
        """Whether there is something to deliver."""
        return lines.waiting(self.folder)

    def deliver(
        self, destination: LineDestination, for_good: tuple[type[LinealError], ...], *, ended: bool = False
    ) -> None:
        """Deliver what is complete; everything, once nobody writes any more.

        What is refused with an error of `for_good` is set aside. Raises LinealError for any other.
        """
        if not ended and self.wait():
            self.complete()
        for path in lines.complete_files(self.folder, ended=ended):
            self._deliver(path, destination, for_good)

    def _deliver(
        self, path: Path, destination: LineDestination, for_good: tuple[type[LinealError], ...]
    ) -> None:
        try:
            number, first, data = lines.read(path)
        except (OSError, ValueError) as error:
            return self._set_aside(path, error)
        try:
            if data:
                destination.lines(number, first, data)
                self.delivered += data.count(b"\n")
        except for_good as error:
            return self._set_aside(path, error)
        return path.unlink(missing_ok=True)

    def _set_aside(self, path: Path, error: Exception) -> None:
        self.refused += 1
        logger.warning("some of what the run printed is not taken: %s", error)
        with suppress(OSError):  # it stays where it is, and is tried again
            aside = self.home / REFUSED
            aside.mkdir(exist_ok=True)
            path.rename(aside / path.name)
            (aside / f"{path.name}.json").write_text(json.dumps({"reason": str(error)}))
