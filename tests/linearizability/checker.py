"""Is a concurrent history linearizable?

After Wing and Gong's search, with Lowe's memory of the configurations that were seen. An operation takes
effect at one moment between its call and its answer. One whose answer never came may take effect at any
moment after its call, or never.
"""

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Answer(Enum):
    """What stands in place of an answer."""

    LOST = "lost"


LOST = Answer.LOST
Specification = Callable[[Any, Any], tuple[Hashable, Any]]
"""Takes a state and a call; returns the state after it and the answer, as if nobody else were there."""


@dataclass(frozen=True)
class Operation:
    """What a client asked, what it heard and when, on one clock of all clients."""

    call: Hashable
    answer: Any
    called: float
    answered: float = math.inf

    @property
    def lost(self) -> bool:
        """Whether the operation may as well never have happened."""
        return self.answer is LOST


def linearizable(history: Sequence[Operation], initial: Hashable, specification: Specification) -> bool:
    """Say whether some order of the operations, each within its time, gives all answers that were heard."""
    operations = sorted(history, key=lambda each: each.called)
    heard = sum(1 << i for i, each in enumerate(operations) if not each.lost)
    seen: set[tuple[int, Hashable]] = set()
    paths = [_next(operations, 0, initial, specification)]
    if not heard:
        return True
    while paths:
        step = next(paths[-1], None)
        if step is None:
            paths.pop()
        elif step not in seen:
            done, state = step
            if done & heard == heard:
                return True
            seen.add(step)
            paths.append(_next(operations, done, state, specification))
    return False


def _next(
    operations: Sequence[Operation], done: int, state: Hashable, specification: Specification
) -> Iterator[tuple[int, Hashable]]:
    """Yield the configurations one operation further; those that were heard first, as they have to come."""
    lost: dict[Hashable, int] = {}
    for i in _possible(operations, done):
        if operations[i].lost:
            lost.setdefault(
                operations[i].call, i
            )  # of equal ones the earliest can do all that the others can
            continue
        after, answer = specification(state, operations[i].call)
        if answer == operations[i].answer:
            yield done | 1 << i, after
    for call, i in lost.items():
        after, _ = specification(state, call)
        if after != state:
            yield done | 1 << i, after


def _possible(operations: Sequence[Operation], done: int) -> list[int]:
    """Return what may be next: whatever was called before anything that is open was answered."""
    found: list[int] = []
    until = math.inf
    for i, operation in enumerate(operations):
        if operation.called > until:
            break
        if not done >> i & 1:
            found.append(i)
            until = min(until, operation.answered)
    return [i for i in found if operations[i].called <= until]
