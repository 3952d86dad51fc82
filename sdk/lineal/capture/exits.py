"""How the process ends: runs that are still open then are told, whichever way it is.

An uncaught exception, `sys.exit`, the end of the script, and the signals that end a process. What was there
before is called as ever: the excepthook, and handlers of signals that the program has set itself.
"""

import atexit
import builtins
import dis
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from types import FrameType, TracebackType
from typing import Any, Protocol

from lineal_contract.runs import RunStatus

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C is a KeyboardInterrupt, and comes as an exception."""
_SIGNAL_SECONDS = 10.0
_QUITTERS = ("exit", "quit")


class OpenRun(Protocol):
    """A run that wants to know."""

    def end(self, status: RunStatus | str = ..., error: str | None = ...) -> None:
        """End the run."""
        ...

    def end_with(self, error: BaseException) -> None:
        """End the run as an exception has it."""
        ...

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this for what is under way."""
        ...


@dataclass
class _Exits:
    """What is in place, and what has been heard."""

    open: list[OpenRun] = field(default_factory=list)
    pid: int = 0
    excepthook: Callable[..., Any] | None = None
    exit: Callable[..., Any] | None = None
    quitters: dict[str, Callable[..., Any]] = field(default_factory=dict)
    outermost: FrameType | None = None
    handlers: dict[int, Any] = field(default_factory=dict)
    error: BaseException | None = None
    signal: int | None = None


_exits = _Exits()


def watch(run: OpenRun) -> None:
    """Tell `run` when the process ends before it does."""
    if not _exits.open:
        _install()
    _exits.open.append(run)


def unwatch(run: OpenRun) -> None:
    """The run has ended: put back what was there when the first one began."""
    if run in _exits.open:
        _exits.open.remove(run)
        if not _exits.open:
            _remove()


def heard_signal() -> str | None:
    """Return the name of the signal that the process was told to end by, if it was."""
    return None if _exits.signal is None else signal.Signals(_exits.signal).name


def _install() -> None:
    _exits.pid, _exits.error, _exits.signal = os.getpid(), None, None
    atexit.unregister(_at_exit)
    atexit.register(_at_exit)  # before what was registered until now: the spool is still open then
    _exits.excepthook, sys.excepthook = sys.excepthook, _on_exception
    _exits.exit, sys.exit = sys.exit, _on_exit
    _exits.quitters = {name: getattr(builtins, name) for name in _QUITTERS if hasattr(builtins, name)}
    for name, quitter in _exits.quitters.items():
        setattr(builtins, name, _noting(quitter))
    _exits.outermost = _outermost_frame()
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            before = signal.getsignal(number)
            if before is signal.SIG_DFL or callable(before):  # what is ignored stays so
                _exits.handlers[number] = before
                signal.signal(number, _on_signal)


def _remove() -> None:
    if sys.excepthook is _on_exception and _exits.excepthook is not None:
        sys.excepthook = _exits.excepthook
    if sys.exit is _on_exit and _exits.exit is not None:
        sys.exit = _exits.exit
    for name, quitter in _exits.quitters.items():
        setattr(builtins, name, quitter)
    _exits.quitters, _exits.outermost = {}, None
    if threading.current_thread() is threading.main_thread():
        for number, before in _exits.handlers.items():
            if signal.getsignal(number) is _on_signal:
                signal.signal(number, before)
        _exits.handlers = {}


def _on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _exits.error = error
    (_exits.excepthook or sys.__excepthook__)(kind, error, trace)


def _on_exit(status: Any = None, /) -> Any:
    _note(status)
    return (_exits.exit or _raise_exit)(status)


def _noting(quitter: Callable[..., Any]) -> Callable[..., Any]:
    """`exit` and `quit`, which scripts use for `sys.exit`, do not call it."""

    @wraps(quitter)
    def noting(code: Any = None) -> Any:
        _note(code)
        return quitter(code)

    return noting


def _note(status: Any) -> None:
    if threading.current_thread() is threading.main_thread():  # elsewhere it ends its thread alone
        _exits.error = SystemExit(status)


def _raise_exit(status: Any) -> None:
    raise SystemExit(status)


def _on_signal(number: int, frame: FrameType | None) -> None:
    before = _exits.handlers.get(number, signal.SIG_DFL)
    if os.getpid() == _exits.pid:
        _exits.signal = number
    if callable(before):
        before(number, frame)
        return
    if os.getpid() == _exits.pid:
        _end_within(_SIGNAL_SECONDS, signal.Signals(number).name)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _end_within(seconds: float, name: str) -> None:
    """End the runs in another thread: this one may hold a lock that is needed."""

    def end() -> None:
        for run in list(_exits.open):
            run.hurry(seconds / 3)
            run.end(RunStatus.KILLED, name)

    thread = threading.Thread(target=end, name="lineal-end", daemon=True)
    thread.start()
    thread.join(seconds)


def _outermost_frame() -> FrameType | None:
    """Return the frame that the whole program runs in, in its main thread."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _returned(frame: FrameType | None) -> bool:
    """Whether the last that a frame did was to return."""
    return frame is not None and dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith("RETURN_")


def _at_exit() -> None:
    """End what nobody has ended; a forked child leaves its parent's runs alone."""
    if os.getpid() != _exits.pid:
        return
    if isinstance(_exits.error, SystemExit) and _returned(_exits.outermost):
        _exits.error = None  # somebody caught it, and the program went on to its end
    for run in list(_exits.open):
        if _exits.error is None:
            run.end()
        else:
            run.end_with(_exits.error)


def _after_fork_in_child() -> None:
    """A child dies of a signal as if nobody were watching."""
    for number, before in _exits.handlers.items():
        if signal.getsignal(number) is _on_signal:
            signal.signal(number, before)
    _exits.handlers = {}


os.register_at_fork(after_in_child=_after_fork_in_child)
