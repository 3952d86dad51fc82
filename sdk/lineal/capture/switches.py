"""What is captured: everything, unless it is switched off one by one.

`LINEAL_CAPTURE=off` switches all off, `LINEAL_CAPTURE_STDOUT=off` one. `lineal.run(capture=False)` and
`lineal.run(capture={"stdout": False})` say the same for one run and come before the environment.
"""

import os
from collections.abc import Mapping
from enum import StrEnum

from lineal.errors import ConfigurationError, InputError

_PREFIX = "LINEAL_CAPTURE"
_WORDS = {
    "on": True,
    "1": True,
    "true": True,
    "yes": True,
    "off": False,
    "0": False,
    "false": False,
    "no": False,
}


class Item(StrEnum):
    """Something that a run records of its own accord."""

    CODE = "code"
    PATCH = "patch"
    SOURCE = "source"
    PACKAGES = "packages"
    LOCKFILE = "lockfile"
    CONTAINER = "container"
    HARDWARE = "hardware"
    MODEL = "model"
    SAGEMAKER = "sagemaker"
    STDOUT = "stdout"
    STDERR = "stderr"
    SYSTEM = "system"
    HEARTBEAT = "heartbeat"
    EXIT = "exit"
    TRACEBACK = "traceback"


Wanted = Mapping[str, bool] | bool | None
"""What `lineal.run(capture=...)` takes: all or nothing, or items by name."""


def switched_on(wanted: Wanted = None) -> frozenset[Item]:
    """Return what is to be captured. Raises InputError, ConfigurationError for what is no item or switch."""
    if isinstance(wanted, bool):
        return frozenset(Item) if wanted else frozenset()
    chosen = dict(wanted or {})
    if unknown := sorted(chosen.keys() - set(Item)):
        raise InputError(f"capture has {', '.join(Item)}, not {', '.join(map(repr, unknown))}")
    everything = _switch(_PREFIX, default=True)
    return frozenset(
        item for item in Item if chosen.get(item, _switch(f"{_PREFIX}_{item.upper()}", default=everything))
    )


def _switch(variable: str, *, default: bool) -> bool:
    value = os.environ.get(variable, "").strip().lower()
    if value and value not in _WORDS:
        raise ConfigurationError(f"{variable} is on or off, not {value!r:.40}")
    return _WORDS.get(value, default)
