"""A model store between whose calls anything may happen, and which spoils commits."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.core.errors import StaleError, UnavailableError
from functions.core.ledger import Change, ModelHead


@dataclass(frozen=True)
class Odds:
    """How often, from 0 to 1, a commit meets a conflict, is refused, or is done and its answer lost."""

    conflict: float = 0.2
    refused: float = 0.03
    lost: float = 0.05


class HostileModels:
    """The `ModelStore` port on another one; `pause` lets other threads go on before and after each call."""

    def __init__(self, store: Any, pause: Callable[[], None], seed: int, odds: Odds | None = None) -> None:
        self._store = store
        self._pause = pause
        self._odds = odds or Odds()
        self._random = random.Random(seed)  # noqa: S311 - to be the same every time

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def call(*given: Any) -> Any:
            self._pause()
            answer = method(*given)
            self._pause()
            return answer

        return call

    def commit(self, before: ModelHead | None, change: Change) -> None:
        """Commit, or not, and say so, or not."""
        self._pause()
        odds, drawn = self._odds, self._random.random()
        if drawn < odds.conflict:
            raise StaleError
        if drawn < odds.conflict + odds.refused:
            raise UnavailableError("refused")
        self._store.commit(before, change)
        self._pause()
        if drawn > 1 - odds.lost:
            raise UnavailableError("the answer is lost")
