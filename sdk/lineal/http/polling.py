"""Waiting for what the server does in its own time."""

import time
from collections.abc import Callable
from typing import TypeVar

from lineal.errors import WaitTimeoutError

T = TypeVar("T")
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)


def poll(look: Callable[[], T | None], timeout: float, still: str) -> T:
    """Return the first thing that `look` finds; it looks at least once, then ever less often.

    Raises WaitTimeoutError, saying what is `still` so, after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    looks = 0
    while (found := look()) is None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise WaitTimeoutError(f"{still} after {timeout:g} seconds")
        time.sleep(min(left, _PAUSES[min(looks, len(_PAUSES) - 1)]))
        looks += 1
    return found
