"""Waiting for what the server does in its own time."""

import time
from collections.abc import Callable
from typing import TypeVar

from lineal.errors import WaitTimeoutError

T = TypeVar("T")
_SHORTEST, _LONGEST = 0.1, 2.0
_SHARE = 0.25
"""Of the time waited so far: what is found is never found later than by this part."""


def poll(look: Callable[[], T | None], timeout: float, still: str) -> T:
    """Return the first thing that `look` finds; it looks at least once, then ever less often.

    Raises WaitTimeoutError, saying what is `still` so, after `timeout` seconds.
    """
    began = time.monotonic()
    while (found := look()) is None:
        waited = time.monotonic() - began
        if waited >= timeout:
            raise WaitTimeoutError(f"{still} after {timeout:g} seconds")
        time.sleep(min(timeout - waited, _pause_after(waited)))
    return found


def _pause_after(waited: float) -> float:
    """Return the seconds until the next look, after so many without success."""
    return min(_LONGEST, max(_SHORTEST, waited * _SHARE))
