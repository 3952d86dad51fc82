"""Decide on what is there, commit if it still is, else look again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from functions.core.errors import ContentionError, StaleError, UnavailableError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Contention:
    """How long to try: full jitter between attempts, `budget` seconds in all.

    `monotonic` and `sleep` are the clock's; `jitter` returns a number from 0 to its argument.
    """

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    jitter: Callable[[float], float]
    budget: float = 20.0

    def run(self, attempt: Callable[[], Result], *, insistent: bool = False) -> Result:
        """Return the first result that no other writer spoilt.

        An `insistent` run goes on where a service did not answer, too: for callers that cannot name their
        request, and so cannot send it again. Its attempts have to know their own work when they see it.
        Raises ContentionError when the budget is spent, or what the service said last.
        """
        passing = (StaleError, UnavailableError) if insistent else (StaleError,)
        deadline = self.monotonic() + self.budget
        ceiling = 0.02
        while True:
            try:
                return attempt()
            except passing as error:
                pause = self.jitter(ceiling)
                if self.monotonic() + pause >= deadline:
                    if isinstance(error, UnavailableError):
                        raise
                    message = "too many changes at once; send the same request again"
                    raise ContentionError(message) from None
                self.sleep(pause)
                ceiling = min(ceiling * 2, 1.0)
