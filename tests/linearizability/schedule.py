"""One interleaving of several threads, the same for the same seed."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


class Schedule:
    """Lets one thread at a time go on, from one `pause` to its next, and draws which."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - to be the same every time
        self._turns: list[threading.Semaphore] = []
        self._going: list[int] = []
        self._me = threading.local()

    def run(self, jobs: Sequence[Callable[[], None]]) -> None:
        """Do all jobs, each in a thread; raise what the first of them raised."""
        self._turns = [threading.Semaphore(0) for _ in jobs]
        self._going = list(range(len(jobs)))
        with ThreadPoolExecutor(len(jobs)) as pool:
            ends = [pool.submit(self._do, number, job) for number, job in enumerate(jobs)]
            self._pass_on()
        for end in ends:
            end.result()

    def pause(self, seconds: float = 0.0) -> None:
        """Let others go on; outside of `run` there are none, and time is of no account."""
        me = getattr(self._me, "number", None)
        if me is not None and self._pass_on() != me:
            self._turns[me].acquire()

    def _do(self, number: int, job: Callable[[], None]) -> None:
        self._turns[number].acquire()
        self._me.number = number
        try:
            job()
        finally:
            self._going.remove(number)
            if self._going:
                self._pass_on()

    def _pass_on(self) -> int:
        chosen = self._random.choice(self._going)
        if chosen != getattr(self._me, "number", None):
            self._turns[chosen].release()
        return chosen
