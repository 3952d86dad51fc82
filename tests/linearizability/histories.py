"""A whole history of several clients, and the judgement of each thing that it is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.linearizability import specifications
from tests.linearizability.checker import Operation, linearizable
from tests.linearizability.clients import ALIASES, Client, Office
from tests.linearizability.specifications import Request, Stages

APPROVALS = 8
NUMBERS, STAGES = {"register", "latest"}, {"production", "stage", "evaluate", "decide", "apply"}
Together = Callable[[Sequence[Callable[[], None]]], None]
"""Does all jobs at once."""


@dataclass(frozen=True)
class Scene:
    """How clients are let loose: on a calm store to prepare, on a hostile one to work."""

    calm: Any
    hostile: Any
    together: Together
    pause: Callable[[float], None]
    named: bool = True

    def history(self, clients: int, operations: int, seed: int) -> list[Operation]:
        """Return what the clients asked and heard of a model that has versions to promote already."""
        office = Office(self.calm, self.pause)
        approvals = [office.ask(office.register(office.new_request())) for _ in range(APPROVALS)]
        busy = Office(self.hostile, self.pause, named=self.named)
        busy.new_request = office.new_request  # type: ignore[method-assign]
        history: list[Operation] = []
        moments = count()
        people = [Client(busy, approvals, history, moments, seed * 1_000 + n) for n in range(clients)]
        self.together([lambda each=each: each.work(operations) for each in people])  # type: ignore[misc]
        return history


def faults_of(history: Sequence[Operation]) -> list[str]:
    """Return what of a history no order explains: numbers, an alias, or stages and decisions."""
    parts: list[tuple[str, list[Operation], Any, Any]] = [
        ("numbers", [o for o in history if _kind(o) in NUMBERS], APPROVALS, specifications.numbers),
        ("stages", [o for o in history if _kind(o) in STAGES], _initial(), specifications.stages),
    ]
    for name in ALIASES:
        of_one = [
            _without_name(o) for o in history if _kind(o) in ("get", "set", "remove") and _names(o) == name
        ]
        parts.append((name, of_one, None, specifications.alias))
    return [name for name, part, initial, by in parts if not linearizable(part, initial, by)]


def _initial() -> Stages:
    return Stages(None, (Request(),) * APPROVALS)


def _kind(operation: Operation) -> Any:
    return operation.call[0]  # type: ignore[index]


def _names(operation: Operation) -> Any:
    return operation.call[1]  # type: ignore[index]


def _without_name(operation: Operation) -> Operation:
    kind, _, *rest = operation.call  # type: ignore[misc]
    return Operation((kind, *rest), operation.answer, operation.called, operation.answered)
