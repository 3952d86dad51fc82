"""Validation errors in words: people read neither regular expressions nor paths of validators."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_LONGEST = 60
_KEY = "[key]"
_PATTERNS = {
    r"^[^\x00-\x1f\x7f]+$": "text without control characters, such as line breaks",
    r"^[^\x00-\x1f\x7f\\]+$": "a path with forward slashes, without backslashes and control characters",
    r"^[0-9a-f]{32}$": "32 hex digits",
    r"^[0-9a-f]{64}$": "64 hex digits",
    r"^[0-9a-f]{40}([0-9a-f]{24})?$": "a Git commit of 40 or 64 hex digits",
    r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$": "1 to 64 of a-z, 0-9, dot, underscore and hyphen, "
    "with a letter or digit first and last",
    r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$": "1 to 128 letters, digits, dots, underscores and "
    "hyphens, with a letter or digit first and last",
}


def place_of(error: "ErrorDetails") -> str:
    """Return where in the input it is, as a person would say it; empty where it is the whole."""
    parts = [_short(str(part)) for part in error["loc"]]
    if parts and parts[-1] == _KEY:
        return f"{'.'.join(parts[:-2])}: the name {parts[-2]!r}"
    return ".".join(parts)


def reason_of(error: "ErrorDetails") -> str:
    """Return what is wrong with it."""
    words = _PATTERNS.get(str(error.get("ctx", {}).get("pattern")))
    return f"should be {words}" if words else error["msg"].removeprefix("Value error, ")


def in_words(errors: "Sequence[ErrorDetails]", whole: str) -> str:
    """Return the first five errors; `whole` names the input itself. One name has an error once."""
    said: dict[object, str] = {}
    for error in errors:
        reason = reason_of(error)
        said.setdefault((error["loc"][1:] or error["loc"], reason), f"{place_of(error) or whole}: {reason}")
    return "; ".join(list(said.values())[:5])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
