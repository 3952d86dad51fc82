"""From the bytes that a program prints to lines of text, as somebody would have read them at the end."""

import re

MAX_LINE_BYTES = 16 * 1024

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links
    r"|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])"
)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Lines:
    """Cuts one stream into lines; what a carriage return overwrites is gone, as on a terminal.

    What is not UTF-8 becomes U+FFFD. A line keeps its first 16 KiB.
    """

    def __init__(self) -> None:
        self._pending = b""
        self._dropped = 0
        self._shown: str | None = None

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that end in `data`."""
        *ended, rest = data.split(b"\n")
        if not ended:
            self._keep(rest)
            return []
        self._keep(ended[0])
        first = self._take()
        self._keep(rest)
        middle = b"\n".join(ended[1:])
        if _CONTROL.search(middle) or len(max(ended, key=len)) > MAX_LINE_BYTES:
            return [first, *(_whole(each) for each in ended[1:])]
        return [first, *(middle.decode(errors="replace").split("\n") if len(ended) > 1 else ())]

    def progress(self) -> str | None:
        """Return a line that is being overwritten as it is now, if it is another than the last time."""
        if b"\r" not in self._pending and b"\x08" not in self._pending:
            return None
        shown = readable(self._pending)
        if not shown or shown == self._shown:
            return None
        self._shown = shown
        return shown

    def end(self) -> str | None:
        """Return what was printed without the end of a line."""
        return self._take() if self._pending and readable(self._pending) != self._shown else None

    def _keep(self, data: bytes) -> None:
        pending = self._pending + data
        if len(pending) > MAX_LINE_BYTES and b"\r" in pending:
            pending = b"\r" + _last_written(pending)
        self._dropped += max(0, len(pending) - MAX_LINE_BYTES)
        self._pending = pending[:MAX_LINE_BYTES]

    def _take(self) -> str:
        text = readable(self._pending)
        if self._dropped:
            text += _omitted(self._dropped)
        self._pending, self._dropped, self._shown = b"", 0, None
        return text


def readable(line: bytes) -> str:
    """Return the text that a line shows: without escape sequences, and the last of what overwrote another."""
    if not _CONTROL.search(line):
        return line.decode(errors="replace")
    text = _ESCAPES.sub("", _last_written(line).decode(errors="replace"))
    if "\x08" in text:
        text = _overwritten(text)
    return _INVISIBLE.sub("", text)


def _whole(line: bytes) -> str:
    omitted = len(line) - MAX_LINE_BYTES
    return readable(line[:MAX_LINE_BYTES]) + (_omitted(omitted) if omitted > 0 else "")


def _omitted(count: int) -> str:
    return f" … {count} bytes of this line were left out"


def _last_written(line: bytes) -> bytes:
    """What stands between the last two carriage returns that have something behind them."""
    return next((part for part in reversed(line.split(b"\r")) if part.strip()), b"")


def _overwritten(text: str) -> str:
    """Apply backspaces: each moves back by one, and what follows is written over."""
    shown: list[str] = []
    at = 0
    for character in text:
        if character == "\x08":
            at = max(0, at - 1)
            continue
        shown[at : at + 1] = character
        at += 1
    return "".join(shown)
