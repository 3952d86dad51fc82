"""Clients that speak of one run and one experiment, by the use cases themselves, and what they heard."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any

from functions.core.causes import KEPT_SECONDS, Said
from functions.core.commits import Contention
from functions.core.errors import CoreError, UnavailableError
from functions.core.runs.editing import Editing
from functions.core.runs.experiments import Experiments
from lineal_contract.experiments import UpdateExperiment
from lineal_contract.runs import UpdateRun
from tests import builders
from tests.builders import ANN, NOW, PROJECT
from tests.fakes.blocks import MemoryFoldingList
from tests.linearizability import specifications
from tests.linearizability.checker import LOST, Operation, linearizable

RUN = builders.run(1, metrics={}, datasets=(), artifacts=())
EXPERIMENT = builders.experiment(RUN.experiment)
SUBJECTS = ("run's tag", "run's note", "run's life", "experiment's tag", "experiment's note")
INITIAL = {"run's note": "", "run's life": "active", "experiment's note": ""}
LATE = 0.3
"""How often a request comes again before a client asks for something, from 0 to 1."""
Call = tuple[str, ...]


class Words:
    """What may be said, on stores that are there. Requests have a name, but where `named` is False."""

    def __init__(
        self, runs: Any, experiments: Any, pause: Callable[[float], None], *, named: bool = True
    ) -> None:
        contention = Contention(lambda: 0.0, pause, lambda ceiling: ceiling)
        clock = lambda: NOW  # noqa: E731 - it stands still, so that no time tells two states apart
        self._runs, self._named, self._numbers = runs, named, count(1)
        self._editing = Editing(runs, contention, clock, MemoryFoldingList())
        self._experiments = Experiments(experiments, contention, clock)

    def said(self, words: Call) -> Said | None:
        """Return what a request says, under a name of its own."""
        if not self._named:
            return None
        ends = NOW // 1000 + KEPT_SECONDS
        return Said(builders.hex_id(next(self._numbers)), builders.sha(str(words)), expires_at=ends)

    def say(self, subject: str, words: Call, said: Said | None) -> str:
        """Say how something shall be from now on."""
        change: dict[str, Any] = {"remove_tags": ("a",)}
        if words[0] == "set":
            change = {
                "tag": {"tags": {"a": words[-1]}},
                "note": {"note": words[-1]},
                "life": {"lifecycle": words[-1]},
            }[subject.split()[1]]
        if subject.startswith("run"):
            self._editing.update(PROJECT, RUN.run_id, UpdateRun.model_validate(change), ANN, said)
        else:
            wanted = UpdateExperiment(**change)
            self._experiments.update(PROJECT, EXPERIMENT.experiment_id, wanted, ANN, said)
        return "set" if words[0] == "set" else "removed"

    def hear(self, subject: str) -> str | None:
        """Return how something is."""
        found: Any = self._runs.get(PROJECT, RUN.run_id)
        if not subject.startswith("run"):
            found = self._experiments.get(PROJECT, EXPERIMENT.experiment_id)
        kind = subject.split()[1]
        if kind == "life":
            return str(found.lifecycle.value)
        return str(found.note) if kind == "note" else found.tags.get("a")


class Speaker:
    """Notes each operation with the moments between which it happened, by subject."""

    def __init__(self, words: Words, history: list[tuple[str, Operation]], moments: Any, seed: int) -> None:
        self._words, self._history, self._moments = words, history, moments
        self._random = random.Random(seed)  # noqa: S311 - to be the same every time
        self._sent: list[Callable[[], str]] = []

    def work(self, operations: int) -> None:
        """Say and hear things. What comes again is in no history: it has to be as if nothing had been."""
        for number in range(operations):
            if self._sent and self._random.random() < LATE:
                self._answer(self._random.choice(self._sent))
            subject = self._random.choice(SUBJECTS)
            if self._random.random() < 0.4:
                self._note(subject, ("get",), partial(self._words.hear, subject))
            else:
                self._say(subject, self._wanted(subject, number))

    def _wanted(self, subject: str, number: int) -> Call:
        if subject.endswith("life"):
            return ("set", self._random.choice(["active", "deleted"]))
        if subject.endswith("tag") and self._random.random() < 0.3:
            return ("remove",)
        return ("set", str(self._random.choice([1, 2, 3, number + 10])))

    def _say(self, subject: str, words: Call) -> None:
        act = partial(self._words.say, subject, words, self._words.said(words))
        self._note(subject, words, act, again=self._random.random() < 0.5)
        self._sent.append(act)

    def _note(self, subject: str, call: Call, act: Callable[[], Any], *, again: bool = False) -> None:
        called = next(self._moments)
        answer = self._answer(act)
        while again and answer is LOST:
            answer = self._answer(act)
        ended = {} if answer is LOST else {"answered": next(self._moments)}
        self._history.append((subject, Operation(call, answer, called, **ended)))

    def _answer(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except UnavailableError:
            return LOST
        except CoreError as error:
            return error.code.value


def conversation(
    words: Words, together: Callable[[Sequence[Callable[[], None]]], None], operations: int, seed: int
) -> list[tuple[str, Operation]]:
    """Return what six clients said and heard, each with its subject."""
    history: list[tuple[str, Operation]] = []
    moments = count()
    people = [Speaker(words, history, moments, seed * 1_000 + n) for n in range(6)]
    together([partial(each.work, operations) for each in people])
    return history


def misunderstood(history: Sequence[tuple[str, Operation]]) -> list[str]:
    """Return the subjects that no order of what was said of them explains."""
    parts = {each: [operation for about, operation in history if about == each] for each in SUBJECTS}
    return [
        each
        for each, part in parts.items()
        if not linearizable(part, INITIAL.get(each), specifications.alias)
    ]
