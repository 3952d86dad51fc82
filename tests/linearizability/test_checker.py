"""The checker itself: histories known to be good and bad, and all small ones against every order there is."""

import math
from collections.abc import Iterable, Sequence
from itertools import chain, combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.linearizability.checker import LOST, Operation, linearizable

WRITE_1, WRITE_2, READ, NEXT = ("write", 1), ("write", 2), ("read",), ("next",)


def register(state: int, call: tuple[str, int] | tuple[str]) -> tuple[int, int | None]:
    """A register that also counts: `next` adds one and says what it is then."""
    if call[0] == "read":
        return state, state
    if call[0] == "next":
        return state + 1, state + 1
    return int(call[-1]), None


GOOD = {
    "one after the other": [Operation(WRITE_1, None, 0, 1), Operation(READ, 1, 2, 3)],
    "a read beside a write sees it": [Operation(WRITE_1, None, 0, 9), Operation(READ, 1, 1, 2)],
    "a read beside a write does not see it": [Operation(WRITE_1, None, 0, 9), Operation(READ, 0, 1, 2)],
    "a lost write happened": [Operation(WRITE_1, LOST, 0), Operation(READ, 1, 5, 6)],
    "a lost write never happened": [Operation(WRITE_1, LOST, 0), Operation(READ, 0, 5, 6)],
    "a lost write happened late": [
        Operation(WRITE_1, LOST, 0),
        Operation(READ, 0, 5, 6),
        Operation(READ, 1, 7, 8),
    ],
    "numbers in any order of those at once": [Operation(NEXT, 2, 0, 9), Operation(NEXT, 1, 1, 8)],
}
BAD = {
    "a stale read": [Operation(WRITE_1, None, 0, 1), Operation(READ, 0, 2, 3)],
    "two reads beside a write that go back": [
        Operation(WRITE_1, None, 0, 9),
        Operation(READ, 1, 1, 2),
        Operation(READ, 0, 3, 4),
    ],
    "a value from before its write": [Operation(READ, 1, 0, 1), Operation(WRITE_1, None, 2, 3)],
    "a number given twice": [Operation(NEXT, 1, 0, 9), Operation(NEXT, 1, 1, 8)],
    "a number left out": [Operation(NEXT, 1, 0, 1), Operation(NEXT, 3, 2, 3)],
    "a lost write that happened twice": [
        Operation(WRITE_1, LOST, 0),
        Operation(READ, 1, 1, 2),
        Operation(WRITE_2, None, 3, 4),
        Operation(READ, 1, 5, 6),
    ],
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_history_is_found_good(name: str) -> None:
    assert linearizable(GOOD[name], 0, register)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_history_is_found_bad(name: str) -> None:
    assert not linearizable(BAD[name], 0, register)


def test_a_hundred_lost_operations_are_no_burden() -> None:
    lost = [Operation(NEXT, LOST, at) for at in range(100)]
    assert linearizable([*lost, Operation(READ, 57, 200, 201)], 0, register)
    assert not linearizable([*lost, Operation(READ, 101, 200, 201)], 0, register)


def by_every_order(history: Sequence[Operation]) -> bool:
    """Say the same by trying each order of each choice of lost operations."""
    heard = [each for each in history if not each.lost]
    lost = [each for each in history if each.lost]
    chosen = chain.from_iterable(combinations(lost, n) for n in range(len(lost) + 1))
    return any(explains(order) for also in chosen for order in permutations([*heard, *also]))


def explains(order: Iterable[Operation]) -> bool:
    state, latest = 0, -math.inf
    for operation in order:
        latest = max(latest, operation.called)
        state, answer = register(state, operation.call)  # type: ignore[arg-type]
        if operation.answered < latest or (not operation.lost and answer != operation.answer):
            return False
    return True


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    call = draw(st.sampled_from([WRITE_1, WRITE_2, READ, NEXT]))
    called = draw(st.integers(0, 6))
    if draw(st.integers(0, 3)) == 0:
        return Operation(call, LOST, called)
    answer = None if call[0] == "write" else draw(st.integers(0, 3))
    return Operation(call, answer, called, called + draw(st.integers(1, 6)))


@given(st.lists(operations(), max_size=5))
def test_a_small_history_is_judged_as_by_every_order(history: list[Operation]) -> None:
    assert linearizable(history, 0, register) is by_every_order(history)
