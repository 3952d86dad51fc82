"""Clients of one model: what they ask, by the use cases themselves, and what they heard."""

import random
from collections.abc import Callable, Hashable
from functools import partial
from itertools import count
from typing import Any

from functions.core.approvals.approving import Approving
from functions.core.approvals.asking import Asking
from functions.core.commits import Contention
from functions.core.errors import CoreError, UnavailableError
from functions.core.models.curating import Curating
from functions.core.models.registry import Registry
from functions.core.models.signing import Signing
from functions.core.policies.candidates import Candidates
from lineal_contract.approvals import Decide, RequestPromotion, Verdict
from lineal_contract.people import Actor
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.registry import RegisterVersion, SetAlias
from tests import builders
from tests.builders import BOB, CLEO, MODEL, PROJECT
from tests.linearizability.checker import LOST, Operation
from tests.unit.core.town import Town

ALIASES = ("blue", "green")
RULES = Policy(name="plain", stages={Stage.PRODUCTION: StagePolicy(approvals=1)})
Call = tuple[Hashable, ...]


class Office:
    """The use cases on a store. `pause` is what they do instead of sleeping."""

    def __init__(self, store: Any, pause: Callable[[float], None]) -> None:
        town = Town(RULES)
        run = builders.finished(1)
        town.runs.create(run)
        town.runs.put_artifact(run, builders.artifact())
        self.candidates = Candidates(store, town.runs, Signing(store, None))
        contention = Contention(lambda: 0.0, pause, lambda ceiling: ceiling)
        self.registry = Registry(store, town.runs, town.manifests, Signing(store, None), contention)
        self.asking = Asking(store, town.policies, town.workflows, contention, town.new_id)
        self.curating = Curating(store, town.policies, contention)
        self.approving = Approving(
            store, town.access, town.admission, town.policies, town.tokens, contention, lambda: town.now
        )
        self.waiting = town.workflows
        self._requests = map(builders.hex_id, count(1))

    def new_request(self) -> str:
        """Return an id for a registration."""
        return next(self._requests)

    def register(self, request_id: str) -> int:
        """Return the number of the version that a request makes."""
        wanted = RegisterVersion(run_id=builders.hex_id(1), artifact="model", request_id=request_id)
        return self.registry.register(PROJECT, MODEL, wanted, builders.cause()).version

    def ask(self, number: int) -> str:
        """Ask for production; return the approval's id."""
        asked = RequestPromotion(stage=Stage.PRODUCTION, reason="better")
        approval = self.asking.ask(PROJECT, MODEL, str(number), asked, builders.cause())
        return approval.approval_id


class Client:
    """Notes each operation with the moments between which it happened."""

    def __init__(
        self, office: Office, approvals: list[str], history: list[Operation], moments: Any, seed: int
    ) -> None:
        self._office = office
        self._approvals = approvals
        self._history = history
        self._moments = moments
        self._random = random.Random(seed)  # noqa: S311 - to be the same every time

    def work(self, operations: int) -> None:
        """Do some of everything, the approvals one after the other."""
        for done in range(operations):
            promote = partial(self._promote, done / operations)
            self._random.choice((self._count, self._point, promote, promote))()

    def _count(self) -> None:
        if self._random.random() < 0.5:
            self._note(("latest",), lambda: self._head().latest_version)
        else:
            again = self._random.random() < 0.7
            self._note(("register",), partial(self._office.register, self._office.new_request()), again=again)

    def _point(self) -> None:
        alias = self._random.choice(ALIASES)
        number = self._random.randint(1, len(self._approvals))
        calls: list[tuple[Call, Callable[[], Any]]] = [
            (("get", alias), lambda: self._head().aliases.get(alias)),
            (("set", alias, number), lambda: self._set(alias, number)),
            (("remove", alias), lambda: self._remove(alias)),
        ]
        self._note(*self._random.choices(calls, (4, 3, 1))[0])

    def _promote(self, progress: float) -> None:
        last = len(self._approvals)
        number = min(last, 1 + int(progress * last) + self._random.randint(0, 1))
        who, verdict = (
            self._random.choice((BOB, CLEO)),
            self._random.choice([Verdict.APPROVE] * 4 + [Verdict.REJECT]),
        )
        calls: list[tuple[Call, Callable[[], Any]]] = [
            (("production",), lambda: self._head().production_version),
            (("stage", number), lambda: self._stage(number)),
            (("evaluate", number), lambda: self._evaluate(number)),
            (("decide", number, who.person, verdict.value), lambda: self._decide(number, who, verdict)),
            (("apply", number), lambda: self._apply(number)),
        ]
        self._note(*self._random.choices(calls, (1, 1, 3, 3, 3))[0])

    def _note(self, call: Call, act: Callable[[], Any], *, again: bool = False) -> None:
        called = next(self._moments)
        answer = self._answer(act)
        while again and answer is LOST:
            answer = self._answer(act)
        if answer is LOST:
            self._history.append(Operation(call, LOST, called))
        else:
            self._history.append(Operation(call, answer, called, next(self._moments)))

    def _answer(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except UnavailableError:
            return LOST
        except CoreError as error:
            return error.code.value

    def _head(self) -> Any:
        return self._office.registry.model(PROJECT, MODEL)

    def _set(self, alias: str, number: int) -> str:
        wanted = SetAlias(version=str(number))
        self._office.curating.set_alias(PROJECT, MODEL, alias, wanted, builders.cause())
        return "set"

    def _remove(self, alias: str) -> str:
        self._office.curating.delete_alias(PROJECT, MODEL, alias, builders.cause())
        return "removed"

    def _stage(self, number: int) -> str:
        return self._office.registry.version(PROJECT, MODEL, str(number)).stage.value

    def _evaluate(self, number: int) -> str:
        approval_id = self._approvals[number - 1]
        return self._office.approving.evaluate(
            PROJECT, approval_id, self._office.candidates, builders.cause()
        ).outcome

    def _decide(self, number: int, who: Actor, verdict: Verdict) -> str:
        said = Decide(verdict=verdict, reason="so it is")
        return self._office.approving.decide(
            PROJECT, self._approvals[number - 1], said, self._office.waiting, builders.cause(who)
        ).status.value

    def _apply(self, number: int) -> str:
        return self._office.approving.apply(PROJECT, self._approvals[number - 1], builders.cause()).outcome
