"""How lines of logs look: a colour for each function's name, another for what is severe."""

from zlib import crc32

from rich.text import Text

from lineal.cli.output import clean
from lineal.local.logs import Line

_SEVERE = {"ERROR": "red", "CRITICAL": "red", "Traceback": "red", "WARNING": "yellow", "DEBUG": "dim"}
_NAMES = ("cyan", "magenta", "blue", "bright_green", "bright_cyan", "bright_magenta", "bright_blue")
_NAME_WIDTH = 16


def styled(line: str) -> Text:
    """Return a line in the colour of the severity it names."""
    return Text(clean(line), style=next((s for word, s in _SEVERE.items() if word in line), ""))


def named(line: Line) -> Text:
    """Return a function's line behind its name, which has the same colour each time and everywhere."""
    colour = _NAMES[crc32(line.function.encode()) % len(_NAMES)]
    return Text.assemble((f"{clean(line.function):<{_NAME_WIDTH}} ", colour), styled(line.text))
