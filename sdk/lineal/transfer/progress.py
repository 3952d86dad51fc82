"""How far a long transfer is: a bar on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_WORTH_A_BAR_BYTES = 64 * 1024 * 1024


class Progress(Protocol):
    """Told of each step; may be told from several threads."""

    def advance(self, count: int) -> None:
        """Note that `count` more bytes are done."""
        ...


class Silent:
    """Shows nothing."""

    def advance(self, count: int) -> None:
        """Note nothing."""


@contextmanager
def progress_bar(what: str, size: int) -> Iterator[Progress]:
    """Show a bar on stderr where that is a terminal and `size` bytes take their time."""
    if size < _WORTH_A_BAR_BYTES or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bar(bars, bars.add_task(escape(what), total=size))


class _Bar:
    def __init__(self, bars: "Bars", task: "TaskID") -> None:
        self._bars = bars
        self._task = task

    def advance(self, count: int) -> None:
        self._bars.advance(self._task, count)
