"""A store between whose calls anything may happen, and which spoils what is written."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.core.errors import StaleError, UnavailableError


@dataclass(frozen=True)
class Odds:
    """How often, from 0 to 1, a write meets a conflict, is refused, or is done and its answer lost."""

    conflict: float = 0.2
    refused: float = 0.03
    lost: float = 0.05


class Hostile:
    """A store's port on another one; `pause` lets other threads go on before and after each call.

    `spoilt` is the method that writes: it does so or not, and says so or not.
    """

    def __init__(
        self,
        store: Any,
        pause: Callable[[], None],
        seed: int,
        odds: Odds | None = None,
        spoilt: str = "commit",
    ) -> None:
        self._store = store
        self._pause = pause
        self._odds = odds or Odds()
        self._random = random.Random(seed)  # noqa: S311 - to be the same every time
        self._spoilt = spoilt

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def call(*given: Any, **named: Any) -> Any:
            self._pause()
            answer = method(*given, **named)
            self._pause()
            return answer

        def spoil(*given: Any, **named: Any) -> None:
            self._pause()
            odds, drawn = self._odds, self._random.random()
            if drawn < odds.conflict:
                raise StaleError
            if drawn < odds.conflict + odds.refused:
                raise UnavailableError("refused")
            method(*given, **named)
            self._pause()
            if drawn > 1 - odds.lost:
                raise UnavailableError("the answer is lost")

        return spoil if name == self._spoilt else call
