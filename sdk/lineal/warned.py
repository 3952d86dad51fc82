"""Warnings that point at the caller's own line, however deep in the SDK they arise."""

import sys
import warnings

from lineal.errors import LinealWarning

_OURS = __name__.partition(".")[0]


def warn(message: str) -> None:
    """Give a LinealWarning for the line outside lineal that led here."""
    warnings.warn(message, LinealWarning, stacklevel=_frames_of_ours() + 1)


def _frames_of_ours() -> int:
    """How many frames from `warn` on are lineal's; where all are, as on the command line, it is its own."""
    frame, count = sys._getframe(1), 0
    while frame.f_globals.get("__name__", "").partition(".")[0] == _OURS:
        count += 1
        if frame.f_back is None:
            return 1
        frame = frame.f_back
    return count
