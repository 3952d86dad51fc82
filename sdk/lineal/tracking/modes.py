"""`LINEAL_MODE`: whether a run speaks to the server, to the spool alone, or to nobody."""

import os
from enum import StrEnum

from lineal.errors import ConfigurationError


class Mode(StrEnum):
    """How runs are recorded."""

    ONLINE = "online"
    OFFLINE = "offline"
    DISABLED = "disabled"


def current_mode() -> Mode:
    """Return what LINEAL_MODE says, by default online. Raises ConfigurationError for anything else."""
    value = os.environ.get("LINEAL_MODE") or Mode.ONLINE
    try:
        return Mode(value)
    except ValueError as error:
        raise ConfigurationError(f"LINEAL_MODE is {', '.join(Mode)}, not {value!r}") from error
