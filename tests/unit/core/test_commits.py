"""Decide, commit, and look again when somebody was faster."""

from itertools import chain, repeat

import pytest

from functions.core.commits import Contention
from functions.core.errors import ContentionError, CoreError, NotFoundError, StaleError, UnavailableError


class World:
    """A clock that moves as it is slept on, and attempts that fail as told."""

    def __init__(self, stale: int) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self._failures = chain(repeat(True, stale), repeat(False))

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def attempt(self) -> str:
        if next(self._failures):
            raise StaleError
        return "done"

    def contention(self, budget: float = 20.0) -> Contention:
        return Contention(lambda: self.now, self.sleep, lambda ceiling: ceiling, budget)


def test_the_first_attempt_that_nobody_spoilt_counts() -> None:
    world = World(stale=3)
    assert world.contention().run(world.attempt) == "done"
    assert world.pauses == [0.02, 0.04, 0.08]


def test_pauses_grow_up_to_one_second() -> None:
    world = World(stale=9)
    world.contention().run(world.attempt)
    assert world.pauses[-3:] == [1.0, 1.0, 1.0]


def test_an_undisturbed_attempt_never_sleeps() -> None:
    world = World(stale=0)
    assert world.contention().run(world.attempt) == "done"
    assert world.pauses == []


def test_the_budget_ends_it_before_it_is_overdrawn() -> None:
    world = World(stale=1_000)
    with pytest.raises(ContentionError):
        world.contention(budget=5.0).run(world.attempt)
    assert world.now < 5.0


@pytest.mark.parametrize("error", [NotFoundError("gone"), ContentionError("no"), ValueError("other")])
def test_only_a_stale_record_is_tried_again(error: Exception) -> None:
    def attempt() -> None:
        attempts.append(1)
        raise error

    attempts: list[int] = []
    with pytest.raises(type(error)):
        World(stale=0).contention().run(attempt)
    assert attempts == [1]


def test_a_stale_record_is_no_refusal_that_a_client_could_see() -> None:
    assert not issubclass(StaleError, CoreError)


def test_who_insists_tries_again_without_an_answer_as_long_as_there_is_time() -> None:
    world = World(stale=1_000)

    def attempt() -> str:
        if world.now < 1.0:
            raise UnavailableError("no answer")
        return "done"

    assert world.contention().run(attempt, insistent=True) == "done"
    world.now = 0.0
    with pytest.raises(UnavailableError):
        world.contention(budget=0.5).run(attempt, insistent=True)
    with pytest.raises(UnavailableError):
        world.contention().run(attempt)
