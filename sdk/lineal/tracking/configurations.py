"""Reading a configuration, in whichever form a training has it, as plain values.

No library is imported for a form that is not there: OmegaConf's objects are known by their module, and YAML
is read only for a YAML file.
"""

import argparse
import dataclasses
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from pydantic import BaseModel

from lineal.errors import InputError
from lineal.tracking.points import is_time
from lineal.yaml_files import parse_yaml

Plain = Any
"""None, bool, int, float, str, or a list or a dict with text keys of these."""

MAX_DEPTH = 50
MAX_VALUES = 20_000
MAX_FILE_BYTES = 10 * 1024 * 1024
_MOST_BITS = 14_000
"""Of a whole number: its digits would not fit a param, and Python refuses to write longer ones as text."""


@dataclasses.dataclass(frozen=True)
class Original:
    """The configuration as it was given: a file's own bytes, or the structure as JSON or YAML."""

    name: str
    data: bytes
    from_file: bool = False

    @classmethod
    def of(cls, value: Plain, *, from_file: bool = False) -> Self:
        """Return plain values as a file that a person can read."""
        text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
        return cls("params.json", text.encode("utf-8", "surrogatepass"), from_file)


@dataclasses.dataclass(frozen=True)
class Read:
    """A configuration as plain values, and as it was given."""

    value: Plain
    original: Original | None


def read(source: Any) -> Read:
    """Return a configuration as plain values.

    Raises InputError for what is none, ConfigurationError for a YAML file without PyYAML.
    """
    if source is None:
        return Read({}, None)
    if isinstance(source, str | os.PathLike):
        return _read_file(Path(source))
    if _is_omegaconf(source):
        return _read_omegaconf(source)
    value = _Plainer().plain(source)
    if not isinstance(value, dict):
        raise InputError(
            f"params are a mapping, a configuration object or a file, not {type(source).__name__}"
        )
    return Read(value, Original.of(value))


class _Plainer:
    """Makes values plain, within bounds: an alias in a YAML file may stand for a billion values."""

    def __init__(self) -> None:
        self._left = MAX_VALUES

    def plain(self, value: Any, depth: int = 0) -> Plain:
        """Return a value as plain ones. Raises InputError for a structure without an end."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise InputError(f"params are at most {MAX_VALUES} values, at most {MAX_DEPTH} deep")
        if isinstance(value, Enum):
            return self.plain(value.value, depth + 1)
        if value is None or isinstance(value, bool | int | float | str):
            return _writable(_without_subclass(value))
        members = _members(value)
        if members is not None:
            return dict(self._item(key, item, depth) for key, item in members)
        if isinstance(value, list | tuple | set | frozenset):
            items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
            return [self.plain(item, depth + 1) for item in items]
        return self._scalar(value, depth)

    def _item(self, key: Any, value: Any, depth: int) -> tuple[str, Plain]:
        name = key.value if isinstance(key, Enum) else key
        return str(name), self.plain(value, depth + 1)

    def _scalar(self, value: Any, depth: int) -> Plain:
        """What has one element is that; a class or function is its name, which does not move in memory."""
        if _is_omegaconf(value):
            return self.plain(_read_omegaconf(value).value, depth + 1)
        if callable(value) and hasattr(value, "__qualname__"):
            return f"{value.__module__}.{value.__qualname__}"
        return str(value) if (plainer := _of_arrays(value)) is value else self.plain(plainer, depth + 1)


def _of_arrays(value: Any) -> Any:
    """Return an array, a column or one element of it as Python's own values; another object as it is."""
    if is_time(value):
        value = value.astype(str)  # NumPy's own numbers of nanoseconds since 1970 are nothing to read
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    for name in ("tolist", "to_list"):
        if hasattr(value, name):
            return getattr(value, name)()
    return value


def _writable(value: Plain) -> Plain:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise InputError("a param is a number of more than 4,000 digits")
    return value


def _without_subclass(value: Any) -> Plain:
    """A NumPy float is a float, and is written as one."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return value if type(value) is kind else kind(value)
    return value


def _members(value: Any) -> Iterator[tuple[Any, Any]] | None:
    """The names and values that an object has, or None where it is no such object."""
    if isinstance(value, Mapping):
        return _unique(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]  # one with init=False may not be set
        return ((name, getattr(value, name)) for name in names if hasattr(value, name))
    if isinstance(value, argparse.Namespace | SimpleNamespace):
        return iter(vars(value).items())
    if isinstance(value, tuple) and hasattr(value, "_fields"):  # a named one
        return zip(value._fields, value, strict=True)
    if isinstance(value, BaseModel):
        return iter(dict(value).items())
    return None


def _unique(value: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Refuse `{1: …, "1": …}`, of which text keys would keep one."""
    seen: dict[str, Any] = {}
    for key in value:
        if seen.setdefault(str(key), key) is not key:
            raise InputError(f"two keys are {str(key)!r:.80} as text")
    return iter(value.items())


def _is_omegaconf(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "omegaconf"


def _read_omegaconf(value: Any) -> Read:
    """Interpolations are resolved in the params, and kept as they are in the original."""
    omegaconf = sys.modules["omegaconf"]
    try:
        resolved = omegaconf.OmegaConf.to_container(value, resolve=True, enum_to_str=True)
        text = omegaconf.OmegaConf.to_yaml(value, resolve=False)
    except (omegaconf.errors.OmegaConfBaseException, ValueError) as error:
        raise InputError(f"the configuration cannot be resolved: {error}") from error
    return Read(_Plainer().plain(resolved), Original("params.yaml", text.encode(), from_file=True))


def _read_file(path: Path) -> Read:
    parse = _PARSERS.get(path.suffix.lower())
    if parse is None:
        raise InputError(f"params are read from {', '.join(_PARSERS)} files, not from {str(path)!r:.200}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"{path} is larger than {MAX_FILE_BYTES // 2**20} MiB")
    value = _Plainer().plain(parse(data, path))
    if not isinstance(value, dict):
        raise InputError(f"{path} does not hold a mapping")
    return Read(value, Original(path.name, data, from_file=True))


def _parsing(loads: Callable[[str], Any]) -> Callable[[bytes, Path], Any]:
    def parse(data: bytes, path: Path) -> Any:
        try:
            return loads(data.decode())
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path} cannot be read: {error}") from error

    return parse


_PARSERS: Mapping[str, Callable[[bytes, Path], Any]] = {
    ".yaml": parse_yaml,
    ".yml": parse_yaml,
    ".json": _parsing(json.loads),
    ".toml": _parsing(tomllib.loads),
}
