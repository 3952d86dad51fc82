"""Bringing a local stack up and down."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lineal.local import assembly, emulator, locks
from lineal.local import state as states
from lineal.local.deploy import deploy
from lineal.local.directory import DEFAULT_DIRECTORY, DataDirectory
from lineal.local.errors import CrashedError, LocalError, StateError
from lineal.local.identities import ensure_identities
from lineal.local.stack import Stack
from lineal.local.state import AccessKey, StackState
from lineal.local.status import Condition, inspect, require_up

DEFAULT_PROJECT = "demo"
_STOP_PATIENCE = emulator.STOP_SECONDS + 30.0

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    pass


@dataclass(frozen=True)
class Blueprint:
    """What to run: an assembly, which stack of it, and what to do once that is deployed."""

    assembly: Callable[[], Path]
    stack: str
    prepare: Callable[[StackState], None]


def own_blueprint() -> Blueprint:
    """Return lineal itself, as this package has it."""
    from lineal.local.project import prepare

    return Blueprint(assembly.own, assembly.STACK_NAME, prepare)


def start(
    data: DataDirectory,
    *,
    port: int | None = None,
    project: str | None = None,
    blueprint: Blueprint | None = None,
    progress: Progress = _silent,
) -> Stack:
    """Bring a stack up, or one that is up to the present code, and return it when it can be used.

    Without `port` a free one is taken; without `project` the last one, at first `demo`.
    Raises LocalError, or what the deployed API answers to its first calls (ApiError, TransportError).
    """
    assembly.require_extra()
    plan = blueprint or own_blueprint()
    data.create()
    with locks.held(data.command_lock, busy=f"another lineal local command works on {data.root}"):
        remembered = states.load(data.state_file)
        if emulator.is_alive(data):
            stack = Stack(data, _same_port(data, remembered, port))
            progress("preparing the template")
            built = plan.assembly()
        else:
            stack, built = _launch(data, remembered, port, plan, progress)
        if project is not None:
            stack = _kept(stack, project=project)
        try:
            return _furnish(stack, built, plan, progress)
        except BaseException:
            if stack.process is not None:
                _halt(stack)
            raise


def _same_port(data: DataDirectory, remembered: StackState | None, port: int | None) -> StackState:
    if remembered is None:
        raise StateError(f"an emulator runs in {data.root}, but its state is gone")
    if port not in (None, remembered.port):
        raise LocalError(f"the local stack in {data.root} is up already, on port {remembered.port}")
    return remembered


def _launch(
    data: DataDirectory, remembered: StackState | None, port: int | None, plan: Blueprint, progress: Progress
) -> tuple[Stack, Path]:
    """Start an emulator. The port is claimed first: whoever gave a taken one should not wait to hear so."""
    root = AccessKey(key_id=f"LINEAL{secrets.token_hex(16).upper()}", secret=secrets.token_hex(32))
    with emulator.claim_port(port) as listener:
        progress("preparing the template")
        built = plan.assembly()
        progress("starting the emulator")
        number = int(listener.getsockname()[1])
        process = emulator.start(data, listener, root)
    state = remembered or StackState(project=DEFAULT_PROJECT, port=number, root=root)
    stack = Stack(data, state, process)
    return _kept(stack, port=number, root=root, pid=process.pid, ready=False, tokens={}), built


def _furnish(stack: Stack, built: Path, plan: Blueprint, progress: Progress) -> Stack:
    progress("deploying the template")
    stack = _kept(stack, outputs=deploy(stack.state, built, plan.stack))
    progress("creating users, people and promotion rules")
    stack = _kept(stack, identities=ensure_identities(stack.state))
    plan.prepare(stack.state)
    return _kept(stack, ready=True)


def _kept(stack: Stack, **changes: object) -> Stack:
    """Return the stack with changes to its state, which are on disk by then."""
    state = stack.state.model_copy(update=changes)
    states.save(stack.data.state_file, state)
    return replace(stack, state=state)


def _halt(stack: Stack) -> None:
    """End the emulator and remember that it ended well; EmulatorError leaves it remembered as crashed."""
    if stack.state.pid is not None:
        emulator.stop(stack.data, stack.state.pid)
    if stack.process is not None:
        emulator.reap(stack.process)
    _kept(stack, pid=None, ready=False)


def stop(data: DataDirectory) -> None:
    """Bring a stack down so that it can come up again as it was.

    Raises NotRunningError if it is down, CrashedError if it ended by itself, EmulatorError if it was killed.
    """
    if not data.root.is_dir():
        require_up(data)
    with _patiently(data):
        found = inspect(data)
        if found.state is None or found.condition in (Condition.DOWN, Condition.CRASHED):
            require_up(data)
        else:
            _halt(Stack(data, found.state))


def wait_for_end(stack: Stack) -> None:
    """Wait until the emulator that this process started ends. Raises CrashedError if nobody stopped it."""
    if stack.process is None:
        return
    stack.process.wait()
    with _patiently(stack.data):  # a command that stops it has written so by then
        emulator.reap(stack.process)
        if inspect(stack.data).condition is Condition.CRASHED:
            raise CrashedError(f"the emulator ended by itself:\n{emulator.log_tail(stack.data)}")


def _patiently(data: DataDirectory) -> AbstractContextManager[None]:
    return locks.held(data.command_lock, busy=f"another command works on {data.root}", wait=_STOP_PATIENCE)


@contextmanager
def running(
    data: Path | str = DEFAULT_DIRECTORY,
    port: int | None = None,
    project: str | None = None,
    *,
    blueprint: Blueprint | None = None,
    progress: Progress = _silent,
) -> Iterator[Stack]:
    """Keep a stack up within a `with` block, and stop it cleanly at its end.

    One that was up before is brought up to date and left up.
    """
    directory = DataDirectory.at(data)
    stack = start(directory, port=port, project=project, blueprint=blueprint, progress=progress)
    try:
        yield stack
    finally:
        if stack.process is not None:
            stop(directory)
            emulator.reap(stack.process)
