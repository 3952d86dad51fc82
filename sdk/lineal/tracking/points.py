"""What may be logged as a metric: its name, its value, its step."""

import numbers
import operator
from typing import Any
from unicodedata import category, normalize

_MAX_KEY_CHARS = 250
KEYS = f"a name has 1 to {_MAX_KEY_CHARS} characters, none of them control or invisible ones"
_STEPS = range(-(2**63), 2**63)


def is_key(key: Any) -> bool:
    """Whether `key` may be sent: no control or invisible characters, and no half of a surrogate pair."""
    return (
        isinstance(key, str)
        and 0 < len(key) <= _MAX_KEY_CHARS
        and not any(c < " " or c == "\x7f" for c in key)
        and (key.isascii() or not any(category(c) in ("Cf", "Cs") for c in key))
    )


def composed(key: Any) -> Any:
    """Return a key in Unicode's composed form (NFC), so that two ways of writing it are one metric."""
    return normalize("NFC", key) if isinstance(key, str) and not key.isascii() else key


def as_number(value: Any) -> float | None:
    """Return a metric's value, or None for what is none.

    A value is a real number, NaN and infinities included, or anything with one element and `item()`, as
    NumPy, PyTorch and JAX give, or with `__float__`, as TensorFlow's tensors and Decimal; bools, text and
    times are none, for they are rarely meant.
    """
    if type(value) is float:
        return value
    if is_time(value):
        return None
    if not isinstance(value, numbers.Real) and hasattr(value, "item"):
        try:
            value = value.item()
        except (TypeError, ValueError, RuntimeError):  # more than one element
            return None
    if isinstance(value, bool) or not hasattr(type(value), "__float__"):
        return None
    try:
        return float(value)
    except (ArithmeticError, TypeError, ValueError):  # too large, or of more than one element
        return None


def is_time(value: Any) -> bool:
    """Whether it is a time or a span of time of NumPy or pandas: their `item()` counts nanoseconds."""
    return getattr(getattr(value, "dtype", None), "kind", None) in ("m", "M")


def as_step(step: Any) -> int | None:
    """Return a training step, or None for what is no whole number of 64 bits; 4.0 is the step 4."""
    try:
        at = operator.index(step)
    except TypeError:
        number = as_number(step)
        if number is None or not number.is_integer():
            return None
        at = int(number)
    return at if at in _STEPS else None
