"""Params and tags as text."""

from collections.abc import Mapping
from typing import Any

from lineal_contract.digests import canonical_json


def as_params(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the values as text: text as it is, dicts and lists as JSON, all else as `str` gives it."""
    return {key: _as_text(value) for key, value in (values or {}).items()}


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list | tuple):
        return _as_json(value)
    return str(value)


def _as_json(value: Any) -> str:
    try:
        return canonical_json(value).decode()
    except (TypeError, ValueError):  # it holds what JSON has no word for
        return str(value)
