"""Doing something from time to time, beside the training."""

import logging
import threading
from collections.abc import Callable

from lineal.errors import LinealError

logger = logging.getLogger("lineal")


class Periodic:
    """Calls `call` at once and every `seconds`, in a thread of its own, until it is stopped."""

    def __init__(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        self._call = call
        self._seconds = seconds
        self._stopped = threading.Event()
        self._failed = False
        self._thread = threading.Thread(target=self._work, name=f"lineal-{name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Call no more; a call that is under way may end later."""
        self._stopped.set()

    def _work(self) -> None:
        while True:
            self._once()
            if self._stopped.wait(self._seconds):
                return

    def _once(self) -> None:
        try:
            self._call()
        except LinealError as error:
            logger.debug("%s: %s", self._thread.name, error)
        except Exception:  # the outer edge of this thread: the training goes on whatever it is
            if not self._failed:
                self._failed = True
                logger.warning("%s does not work here", self._thread.name, exc_info=True)
