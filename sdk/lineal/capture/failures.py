"""Exceptions in words that may be recorded: their type, their message, where they came from; no secrets."""

import traceback

from lineal.capture.exits import heard_signal
from lineal.capture.redaction import redacted
from lineal_contract.runs import RunStatus

MAX_ERROR_CHARS = 8_000
MAX_TRACEBACK_CHARS = 6_000
_FIRST_CHARS = 1_500


def how_it_ended(error: BaseException) -> tuple[RunStatus, str | None]:
    """Return a run's status after an exception, and why: the signal that ended it, or type and message."""
    if isinstance(error, KeyboardInterrupt):
        return RunStatus.KILLED, "SIGINT"
    if isinstance(error, SystemExit):
        if (name := heard_signal()) is not None:
            return RunStatus.KILLED, name
        if error.code in (None, 0):
            return RunStatus.FINISHED, None
    return RunStatus.FAILED, redacted(f"{type(error).__name__}: {error}".removesuffix(": "))[:MAX_ERROR_CHARS]


def traceback_of(error: BaseException) -> str:
    """Return the traceback with its causes; of a long one the beginning and the end. Values are not shown."""
    text = redacted("".join(traceback.TracebackException.from_exception(error).format()))
    if len(text) <= MAX_TRACEBACK_CHARS:
        return text
    omitted = len(text) - MAX_TRACEBACK_CHARS
    return f"{text[:_FIRST_CHARS]}\n… {omitted} characters left out …\n{text[_FIRST_CHARS + omitted :]}"
