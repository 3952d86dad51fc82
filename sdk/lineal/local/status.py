"""What is to be seen of a local stack from outside."""

from dataclasses import dataclass
from enum import StrEnum

from lineal.local import emulator, state
from lineal.local.directory import DataDirectory
from lineal.local.errors import CrashedError, NotRunningError
from lineal.local.state import StackState


class Condition(StrEnum):
    """How a local stack is."""

    UP = "up"
    STARTING = "starting"
    UNRESPONSIVE = "unresponsive"
    DOWN = "down"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Status:
    """A condition, what is remembered of the stack, and what to do about it."""

    condition: Condition
    state: StackState | None
    advice: str


_ADVICE = {
    Condition.UP: "stop it with `lineal local down`",
    Condition.STARTING: "it is being deployed; ask again in some seconds",
    Condition.UNRESPONSIVE: "look at `lineal local logs`, then `lineal local down` and `up` again",
    Condition.DOWN: "start it with `lineal local up`",
    Condition.CRASHED: "`lineal local up` starts it again as it was at its last clean stop; "
    "`lineal local logs` shows its last words",
}


def inspect(data: DataDirectory) -> Status:
    """Return how the stack in `data` is. Raises StateError if its state is not readable."""
    remembered = state.load(data.state_file)
    condition = _condition(data, remembered)
    return Status(condition, remembered, _ADVICE[condition])


def _condition(data: DataDirectory, remembered: StackState | None) -> Condition:
    if not emulator.is_alive(data):
        crashed = remembered is not None and remembered.pid is not None
        return Condition.CRASHED if crashed else Condition.DOWN
    if remembered is None or not remembered.ready:
        return Condition.STARTING
    return Condition.UP if emulator.is_healthy(remembered.port) else Condition.UNRESPONSIVE


def require_up(data: DataDirectory) -> StackState:
    """Return the state of a stack that can be used. Raises NotRunningError or CrashedError with advice."""
    found = inspect(data)
    if found.condition is Condition.UP and found.state is not None:
        return found.state
    kind = CrashedError if found.condition is Condition.CRASHED else NotRunningError
    is_so = "has crashed" if found.condition is Condition.CRASHED else f"is {found.condition}"
    raise kind(f"the local stack in {data.root} {is_so}: {found.advice}")
