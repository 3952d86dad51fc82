"""The process that shows what a program prints and keeps a copy; from the standard library alone.

    python -c ... <folder> <first bytes> <last bytes> <lock> <source>...

A source is `<o or e>:<descriptor to read>:<descriptor to show it on, or -1>`. On stdin come commands of one
byte: `s` to complete the file that is being written, `q` to keep no more copies and go on showing. Each is
answered by the same byte once everything printed before it was seen. It ends with its sources, whatever
happens to the program.
"""

import fcntl
import os
import select
import signal
import sys
import termios
import time
from pathlib import Path
from types import FrameType

from lineal.capture.console.lines import Lines
from lineal.capture.redaction import HIDDEN, redacted, secret_values
from lineal.spool.lines import LineFiles

_READ_BYTES = 256 * 1024
_PROGRESS_SECONDS = 10.0
_COMMANDS, _ANSWERS = 0, 1


class Source:
    """One stream: where it comes from, where it is shown, and its lines."""

    def __init__(self, description: str) -> None:
        self.stream, read, show = description.split(":")
        self.read, self.show = int(read), int(show)
        self.lines = Lines()
        self.resize()

    def take(self) -> bytes:
        """Read and show what is there; nothing at the end."""
        try:
            data = os.read(self.read, _READ_BYTES)
        except OSError:  # a terminal whose other side is closed says so
            return b""
        if self.show >= 0:
            self._show(data)
        return data

    def resize(self) -> None:
        """Give the program's terminal the size of the real one, if these are terminals."""
        try:
            size = fcntl.ioctl(self.show, termios.TIOCGWINSZ, bytes(8))
            fcntl.ioctl(self.read, termios.TIOCSWINSZ, size)
        except (OSError, ValueError):
            return

    def _show(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.show, view) :]
            except BlockingIOError:
                select.select([], [self.show], [])
            except OSError:  # nobody looks any more; the copy goes on
                self.show = -1
                return


class Tee:
    """Copies until all sources have ended."""

    def __init__(self, files: LineFiles, lock: int, sources: list[Source]) -> None:
        self._files: LineFiles | None = files
        self._lock = lock
        self._sources = {source.read: source for source in sources}
        self._secrets = secret_values()
        self._last_look = time.monotonic()
        self._offset = time.time_ns() - time.monotonic_ns()
        self._poll = select.poll()
        for descriptor in (*self._sources, _COMMANDS):
            self._poll.register(descriptor, select.POLLIN)

    def run(self) -> None:
        """Copy."""
        while self._sources:
            ready = [descriptor for descriptor, _ in self._poll.poll(1_000)]
            for descriptor in ready:
                if descriptor != _COMMANDS:
                    self._copy(self._sources[descriptor])
            if _COMMANDS in ready:
                self._obey()
            self._look_at_progress()
        self._end()

    def resize(self, _number: int, _frame: FrameType | None) -> None:
        """Follow a terminal that changes its size."""
        for source in self._sources.values():
            source.resize()

    def _copy(self, source: Source) -> None:
        data = source.take()
        if not data:
            self._poll.unregister(source.read)
            del self._sources[source.read]
            self._keep(source, [last] if (last := source.lines.end()) is not None else [])
        elif self._files is not None:
            self._keep(source, source.lines.feed(data))

    def _keep(self, source: Source, lines: list[str]) -> None:
        if self._files is None or not lines:
            return
        text = "\n".join(lines)
        clean = redacted(text)
        if self._secrets is not None:
            clean = self._secrets.sub(HIDDEN, clean)
        kept = lines if clean == text else clean.split("\n")
        self._files.append(self._now(), source.stream, kept)

    def _now(self) -> int:
        """UTC milliseconds that follow the wall clock forward alone."""
        self._offset = max(self._offset, time.time_ns() - time.monotonic_ns())
        return (time.monotonic_ns() + self._offset) // 1_000_000

    def _look_at_progress(self) -> None:
        if time.monotonic() < self._last_look + _PROGRESS_SECONDS:
            return
        self._last_look = time.monotonic()
        for source in self._sources.values():
            if (shown := source.lines.progress()) is not None:
                self._keep(source, [shown])

    def _obey(self) -> None:
        commands = os.read(_COMMANDS, 64)
        if not commands:  # the program has ended; what its children print still counts
            self._poll.unregister(_COMMANDS)
            return
        self._drain()
        if b"q" in commands:
            self._end()
        elif self._files is not None:
            self._files.complete()
        try:
            os.write(_ANSWERS, commands)
        except OSError:
            return

    def _drain(self) -> None:
        """Copy what was printed before now."""
        while ready := [d for d, _ in self._poll.poll(0) if d != _COMMANDS]:
            for descriptor in ready:
                self._copy(self._sources[descriptor])

    def _end(self) -> None:
        """Keep no more, and let others have the folder."""
        if self._files is None:
            return
        for source in self._sources.values():
            if (last := source.lines.end()) is not None:
                self._keep(source, [last])
        self._files.end()
        self._files = None
        if self._lock >= 0:
            os.close(self._lock)


def main() -> None:
    """Copy as the arguments say."""
    for each in (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGQUIT,
        signal.SIGTTOU,
        signal.SIGPIPE,
    ):
        signal.signal(each, signal.SIG_IGN)  # it ends after the program, and not with it
    folder, first_bytes, last_bytes, lock, *sources = sys.argv[1:]
    files = LineFiles(Path(folder), int(first_bytes), int(last_bytes))
    tee = Tee(files, int(lock), [Source(source) for source in sources])
    signal.signal(signal.SIGWINCH, tee.resize)
    tee.run()
