"""From what `run.log` is given to metric points; what is not a number is left out, loudly."""

import logging
import numbers
import operator
from collections.abc import Iterator, Mapping
from typing import Any

from lineal.ids import now_millis
from lineal_contract.chunks import Point

logger = logging.getLogger("lineal")

_MAX_KEY_CHARS = 250
_STEPS = range(-(2**63), 2**63)


class PointMaker:
    """Makes points and counts what it had to leave out; never raises.

    Without a step, each key counts its own: 0, 1, 2 and so on, or one past its last step. A value is a real
    number, NaN and infinities included, or anything with one element and `item()`, as NumPy, PyTorch and JAX
    give; bools and text are left out, for they are rarely meant.
    """

    def __init__(self) -> None:
        self.rejected = 0
        self._next_step: dict[str, int] = {}
        self._warned: set[str] = set()

    def points(self, metrics: Any, step: Any, timestamp: int | None = None) -> list[Point]:
        """Return the points of one call of `log`."""
        moment = now_millis() if timestamp is None else timestamp
        if not isinstance(metrics, Mapping):
            self._reject(f"log takes a dict of numbers by name, not {type(metrics).__name__}")
            return []
        return list(self._good(metrics, step, moment))

    def _good(self, metrics: Mapping[str, Any], step: Any, moment: int) -> Iterator[Point]:
        for key, value in metrics.items():
            if not _is_key(key):
                self._reject(f"{key!r:.80} is not a metric's name")
            elif (number := _as_number(value)) is None:
                self._reject(f"metric {key!r:.80} is not a number but {type(value).__name__}")
            elif (at := self._step_of(key, step)) is None:
                self._reject(f"step {step!r:.80} is not a 64-bit integer")
            else:
                self._next_step[key] = at + 1
                yield Point(key, at, moment, number)

    def _step_of(self, key: str, step: Any) -> int | None:
        if step is None:
            step = self._next_step.get(key, 0)
        try:
            at = operator.index(step)
        except TypeError:
            return None
        return at if at in _STEPS else None

    def _reject(self, message: str) -> None:
        self.rejected += 1
        if message not in self._warned and len(self._warned) < 100:
            self._warned.add(message)
            logger.warning("not logged: %s", message)


def _is_key(key: Any) -> bool:
    """Whether `key` may be sent: no control characters, and no half of a surrogate pair."""
    return (
        isinstance(key, str)
        and 0 < len(key) <= _MAX_KEY_CHARS
        and not any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in key)
    )


def _as_number(value: Any) -> float | None:
    if not isinstance(value, numbers.Real) and hasattr(value, "item"):
        try:
            value = value.item()
        except (TypeError, ValueError, RuntimeError):  # more than one element
            return None
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
