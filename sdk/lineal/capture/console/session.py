"""One run's capture of stdout and stderr, from its beginning to its end."""

import os
import select
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import lineal
from lineal.capture.console.redirect import Copying, Redirection, by_line, flush, identity, pipe, redirect

_START = "import sys; sys.path.append(sys.argv.pop(1)); from lineal.capture.console.tee import main; main()"
_CAPTURED = "LINEAL_CAPTURED_OUTPUT"
_DESCRIPTORS = {"stdout": 1, "stderr": 2}
_ANSWER_SECONDS = 5.0
_left: list["subprocess.Popen[bytes]"] = []
"""Processes that still show what children print; asked after when the next capture begins."""


class Console:
    """Captures the streams named `stdout` and `stderr` into files of lines in `folder`.

    Raises OSError where that cannot be begun; afterwards nothing of it raises.
    """

    def __init__(self, folder: Path, names: list[str], *, lock: int | None, limit: int, run_id: str) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._redirections: list[Redirection] = []
        self._undo: list[Callable[[], None]] = []
        self._copies: list[int] = []
        self._ended = False
        sources: list[str] = []
        passed = [] if lock is None else [lock]
        try:
            for name in names:
                sources += self._begin(name, run_id, passed)
            self._process = self._start(folder, limit, lock, sources, passed)
        except (OSError, termios.error, ValueError):
            self._put_back()
            self._close()
            raise
        self._announce(run_id)

    def _begin(self, name: str, run_id: str, passed: list[int]) -> list[str]:
        stream: TextIO | None = getattr(sys, name)
        descriptor = _DESCRIPTORS[name]
        sources: list[str] = []
        if _is_open(descriptor) and not _is_captured(descriptor, run_id):
            made = redirect(descriptor)
            self._redirections.append(made)
            sources.append(f"{name[3]}:{made.read}:{made.saved}")
            passed += [made.read, made.saved]
        if stream is None or _descriptor_of(stream) == descriptor:
            self._undo += [by_line(stream)] if stream is not None else []
        else:
            read, write = pipe()
            self._copies += [read, write]
            sources.append(f"{name[3]}:{read}:-1")
            passed.append(read)
            self._replace(name, stream, write)
        return sources

    def _replace(self, name: str, stream: TextIO, descriptor: int) -> None:
        copying = Copying(stream, descriptor)
        setattr(sys, name, copying)

        def undo() -> None:
            if getattr(sys, name) is copying:
                setattr(sys, name, stream)

        self._undo.append(undo)

    def _start(
        self, folder: Path, limit: int, lock: int | None, sources: list[str], passed: list[int]
    ) -> "subprocess.Popen[bytes] | None":
        if not sources:  # the run's parent process hears everything already
            return None
        if not sys.executable:
            raise OSError("it is not known which Python this is")
        _left[:] = [process for process in _left if process.poll() is None]
        last = limit // 8
        return subprocess.Popen(  # noqa: S603 -- this very interpreter and our own code
            [
                sys.executable, "-I", "-S", "-c", _START, str(Path(lineal.__file__).parents[1]),
                str(folder), str(limit - last), str(last), str(-1 if lock is None else lock), *sources,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=passed,
            bufsize=0,  # nothing is left to be sent to a process that is gone when its ends are closed
        )  # fmt: skip

    def _announce(self, run_id: str) -> None:
        """Tell child processes that join the run that their output is heard."""
        held = [f"{device}:{inode}" for r in self._redirections for device, inode in [r.where]]
        if held:
            before = os.environ.get(_CAPTURED)
            os.environ[_CAPTURED] = f"{run_id},{','.join(held)}"
            self._undo.append(lambda: _restore(before))

    def complete(self) -> bool:
        """Let what was printed so far be delivered; false if the copying process does not answer in time."""
        with self._lock:
            return not self._ended and self._process is not None and self._ask(b"s")

    def is_alive(self) -> bool:
        """Whether the copying process is; if it is not, the program goes on with its own terminal."""
        with self._lock:
            if self._ended or self._process is None or self._process.poll() is None:
                return True
            self._ended = True
            self._put_back()
            for each in self._redirections:
                threading.Thread(target=_show, args=(each,), name="lineal-show", daemon=True).start()
            self._redirections = []
            self._close()
            return False

    def end(self) -> bool:
        """Put everything back; false if not all that was printed is known to be kept."""
        with self._lock:
            if self._ended or self._owner != os.getpid():
                return True
            self._ended = True
            flush()
            self._put_back()
            asked = self._process is None or self._ask(b"q")
            self._close()
            return asked or self._heard_it_out()

    def _ask(self, command: bytes) -> bool:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(command)
            while select.select([process.stdout], [], [], _ANSWER_SECONDS)[0]:
                answer = os.read(process.stdout.fileno(), 64)
                if command in answer or not answer:
                    return bool(answer)
        except (OSError, ValueError):
            pass
        return False

    def _heard_it_out(self) -> bool:
        """Whether the copying process ended by itself, all it listened to being over before it was asked."""
        return self._process is not None and self._process.poll() == 0

    def _put_back(self) -> None:
        for each in self._redirections:
            each.undo()
        for undo in reversed(self._undo):
            undo()
        self._undo = []

    def _close(self) -> None:
        for each in self._redirections:
            each.close()
        for descriptor in self._copies:
            os.close(descriptor)
        self._redirections, self._copies = [], []
        process = getattr(self, "_process", None)
        if process is not None:
            for end in (process.stdin, process.stdout):
                end.close()
            try:
                process.wait(1.0)
            except subprocess.TimeoutExpired:  # children hold the other end; it shows what they print
                _left.append(process)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _is_captured(descriptor: int, run_id: str) -> bool:
    owner, *held = os.environ.get(_CAPTURED, "").split(",")
    device, inode = identity(descriptor)
    return owner == run_id and f"{device}:{inode}" in held


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(_CAPTURED, None)
    else:
        os.environ[_CAPTURED] = before


def _descriptor_of(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _show(redirection: Redirection) -> None:
    """Show what comes through a descriptor whose copying process is gone, until nobody writes to it."""
    try:
        while data := os.read(redirection.read, 65536):
            os.write(redirection.saved, data)
    except OSError:
        return
    finally:
        redirection.close()
