"""Clients of one model: what they ask, by the use cases themselves, and what they heard."""

import random
from collections.abc import Callable, Hashable
from functools import partial
from itertools import count
from typing import Any

from functions.core.approvals.approving import Approving
from functions.core.approvals.asking import Asking
from functions.core.causes import Cause, Said
from functions.core.commits import Contention
from functions.core.errors import CoreError, UnavailableError
from functions.core.models.curating import Curating
from functions.core.models.registry import Registry
from functions.core.models.signing import Signing
from functions.core.policies.candidates import Candidates
from lineal_contract.approvals import Decide, RequestPromotion, Verdict
from lineal_contract.people import Actor
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.problems import ProblemCode
from lineal_contract.registry import RegisterVersion, SetAlias
from tests import builders
from tests.builders import ANN, BOB, CLEO, MODEL, PROJECT
from tests.linearizability.checker import LOST, Operation
from tests.unit.core.town import Town

ALIASES = ("blue", "green")
RULES = Policy(name="plain", stages={Stage.PRODUCTION: StagePolicy(approvals=1)})
Call = tuple[Hashable, ...]
LATE = 0.2
"""How often a request comes again before a client asks for something, from 0 to 1."""


class Office:
    """The use cases on a store. `pause` is what they do instead of sleeping.

    Requests that are done once have a name, but where clients are `named` is False.
    """

    def __init__(self, store: Any, pause: Callable[[float], None], *, named: bool = True) -> None:
        self._named = named
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

    def cause(self, words: Call, actor: Actor = ANN) -> Cause:
        """Return what a request of a client is, the same whenever it is sent."""
        said = Said(self.new_request(), str(words)) if self._named else None
        return builders.cause(actor, said=said)

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
        self._sent: list[Callable[[], Any]] = []

    def work(self, operations: int) -> None:
        """Do some of everything, the approvals one after the other.

        Now and then a request that was sent before arrives once more. That is in no history: it has to be as
        if nothing had been.
        """
        for done in range(operations):
            if self._sent and self._random.random() < LATE:
                self._answer(self._random.choice(self._sent))
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
            self._once(("set", alias, number), partial(self._set, alias, number)),
            self._once(("remove", alias), partial(self._remove, alias)),
        ]
        self._send(*self._random.choices(calls, (4, 3, 1))[0])

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
            self._once(
                ("decide", number, who.person, verdict.value), partial(self._decide, number, verdict), who
            ),
            (("apply", number), lambda: self._apply(number)),
        ]
        self._send(*self._random.choices(calls, (1, 1, 3, 3, 3))[0])

    def _once(
        self, call: Call, act: Callable[[Cause], Any], who: Actor = ANN
    ) -> tuple[Call, Callable[[], Any]]:
        return call, partial(act, self._office.cause(call, who))

    def _send(self, call: Call, act: Callable[[], Any]) -> None:
        """Ask for something, of which a copy may be under way for long."""
        answer = self._note(call, act)
        if call[0] in ("set", "remove", "decide") and answer not in set(ProblemCode):
            self._sent.append(act)  # what was refused is not kept, and may be done when it comes again

    def _note(self, call: Call, act: Callable[[], Any], *, again: bool = False) -> Any:
        called = next(self._moments)
        answer = self._answer(act)
        while again and answer is LOST:
            answer = self._answer(act)
        if answer is LOST:
            self._history.append(Operation(call, LOST, called))
        else:
            self._history.append(Operation(call, answer, called, next(self._moments)))
        return answer

    def _answer(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except UnavailableError:
            return LOST
        except CoreError as error:
            return error.code.value

    def _head(self) -> Any:
        return self._office.registry.model(PROJECT, MODEL)

    def _set(self, alias: str, number: int, cause: Cause) -> str:
        wanted = SetAlias(version=str(number))
        self._office.curating.set_alias(PROJECT, MODEL, alias, wanted, cause)
        return "set"

    def _remove(self, alias: str, cause: Cause) -> str:
        self._office.curating.delete_alias(PROJECT, MODEL, alias, cause)
        return "removed"

    def _stage(self, number: int) -> str:
        return self._office.registry.version(PROJECT, MODEL, str(number)).stage.value

    def _evaluate(self, number: int) -> str:
        approval_id = self._approvals[number - 1]
        return self._office.approving.evaluate(
            PROJECT, approval_id, self._office.candidates, builders.cause()
        ).outcome

    def _decide(self, number: int, verdict: Verdict, cause: Cause) -> str:
        said = Decide(verdict=verdict, reason="so it is")
        return self._office.approving.decide(
            PROJECT, self._approvals[number - 1], said, self._office.waiting, cause
        ).status.value

    def _apply(self, number: int) -> str:
        return self._office.approving.apply(PROJECT, self._approvals[number - 1], builders.cause()).outcome
