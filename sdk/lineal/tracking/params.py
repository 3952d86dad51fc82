"""Params and tags as text, from whatever holds a training's configuration.

Nested values are flattened: `{"optimizer": {"lr": 0.1}}` is the param `optimizer.lr`. A list of plain values
is one param, as JSON; a list that holds mappings is flattened by index. Keys are put into Unicode's composed
form (NFC), so that two ways of writing one name are one param.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from lineal.capture.redaction import HIDDEN, redacted_param
from lineal.errors import InputError
from lineal.spool.once import Once
from lineal.tracking.configurations import Original, Plain, Read, read
from lineal_contract.digests import canonical_json
from lineal_contract.runs import ParamType

SEPARATOR = "."
MAX_PARAMS = 1_000
_once = Once()
_TYPES = {bool: ParamType.BOOL, int: ParamType.INT, float: ParamType.FLOAT, type(None): ParamType.NULL}


@dataclass(frozen=True)
class Params:
    """Params as they are recorded: text by key, what the text stands for, and where it is from."""

    values: dict[str, str]
    types: dict[str, ParamType]
    original: Original | None = None

    def over(self, others: "Params") -> "Params":
        """Return these and, where they have no value, the others."""
        types = {key: kind for key, kind in others.types.items() if key not in self.values}
        return Params(others.values | self.values, types | self.types, self.original)

    def without_repeats(self, known: Mapping[str, str]) -> "Params":
        """Return these without those that are known as the same number in other digits, as `1` and `1.0`."""
        values = {k: v for k, v in self.values.items() if k not in known or not _same_number(v, known[k])}
        return Params(values, {k: t for k, t in self.types.items() if k in values}, self.original)


def as_params(source: Any) -> Params:
    """Return the params of a mapping, dataclass, Namespace, pydantic model, DictConfig or path of a file.

    Raises InputError for what holds none, and for two keys that become one with different values.
    """
    found = _without_secrets(read(source))
    values: dict[str, str] = {}
    types: dict[str, ParamType] = {}
    for key, value in _flat(found.value):
        text, kind = _as_text(value)
        if values.setdefault(key, text) != text:
            raise InputError(f"two params become {key!r}, and their values differ")
        if kind is not None:
            types[key] = kind
        if len(values) > MAX_PARAMS:
            raise InputError(f"these are more than {MAX_PARAMS} params; log a part of them, or a file")
    return Params(values, types, found.original if _is_worth_keeping(found) else None)


def as_tags(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return tags, or metadata, as text; what is not text as `str` gives it. Raises InputError."""
    if values is not None and not isinstance(values, Mapping):
        raise InputError(f"tags are a mapping of names to values, not {type(values).__name__}")
    return {normalize("NFC", str(key)): str(value) for key, value in (values or {}).items()}


def typed(values: Mapping[str, str], types: Mapping[str, ParamType]) -> dict[str, Any]:
    """Return params with the types they were logged with."""
    return {key: _READERS[types[key]](text) if key in types else text for key, text in values.items()}


_READERS: Mapping[ParamType, Any] = {
    ParamType.INT: int,
    ParamType.FLOAT: float,
    ParamType.BOOL: lambda text: text == "True",
    ParamType.NULL: lambda _: None,
    ParamType.JSON: json.loads,
}


def _flat(value: Plain, prefix: str = "") -> Iterator[tuple[str, Plain]]:
    """Yield the leaves with their keys."""
    inner: list[tuple[str, Plain]] | None = None
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list) and any(map(_branches, value)):
        inner = [(str(index), item) for index, item in enumerate(value)]
    if not inner and (prefix or inner is None):
        yield prefix, value
    for key, item in inner or ():
        name = normalize("NFC", key)
        yield from _flat(item, f"{prefix}{SEPARATOR}{name}" if prefix else name)


def _without_secrets(found: Read) -> Read:
    """A command line, or a configuration, may hold a password beside the learning rate."""
    hidden: list[str] = []
    value = _redacted(found.value, "", hidden)
    if not hidden:
        return found
    _once.warn(f"params are recorded as {HIDDEN}, for they look like secrets: {', '.join(hidden[:20])}")
    original = Original.of(value, from_file=found.original is not None and found.original.from_file)
    return Read(value, original)


def _redacted(value: Plain, name: str, hidden: list[str]) -> Plain:
    """Return plain values without secrets, and add the names of those that were some."""
    if isinstance(value, dict):
        return {k: _redacted(v, f"{name}{SEPARATOR}{k}" if name else k, hidden) for k, v in value.items()}
    if isinstance(value, list):
        return [_redacted(item, name, hidden) for item in value]
    if not isinstance(value, str):
        return value
    safe = redacted_param(name, value)
    if safe != value and name not in hidden:
        hidden.append(name)
    return safe


def _branches(value: Plain) -> bool:
    """Whether it is a mapping, or a list that holds one somewhere."""
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_branches, value)))


def _as_text(value: Plain) -> tuple[str, ParamType | None]:
    if isinstance(value, dict | list):
        return _as_json(value), ParamType.JSON
    return str(value), _TYPES.get(type(value))


def _as_json(value: Plain) -> str:
    try:
        return canonical_json(value).decode()
    except (TypeError, ValueError):  # NaN and infinities, which JSON has no word for but Python reads
        return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _is_worth_keeping(found: Read) -> bool:
    """A flat mapping is whole in its params; files and what is nested are kept as they were."""
    if found.original is None or found.original.from_file:
        return found.original is not None
    return isinstance(found.value, dict) and any(map(_branches, found.value.values()))


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False
