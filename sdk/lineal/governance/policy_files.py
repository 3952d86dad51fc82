"""Promotion rules in a file under review: TOML, JSON, or YAML where PyYAML is installed."""

import json
import tomllib
from pathlib import Path
from typing import Any

from lineal.capture.git import Repository
from lineal.errors import InputError
from lineal.http.api import checked_input
from lineal.yaml_files import read_yaml
from lineal_contract.policies import Policy

SCHEMA_KEY = "$schema"
"""Where JSON and YAML files name the schema for editors; it is no part of the rules."""


def read_policy(path: Path) -> Policy:
    """Return the rules of a file, by its suffix. Raises InputError with the field that is wrong.

    ConfigurationError for YAML without PyYAML.
    """
    document = _document(path)
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no policy: it is not a table of fields")
    fields = {key: value for key, value in document.items() if key != SCHEMA_KEY}
    try:
        with checked_input():
            return Policy.model_validate_json(_as_json(fields))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def commit_of(path: Path) -> str | None:
    """Return the last commit of a file; None where it differs from that, or is in no repository."""
    repository = Repository.around(path.resolve().parent)
    return repository.commit_of(path.resolve()) if repository else None


def _document(path: Path) -> Any:
    if path.suffix in (".yaml", ".yml"):
        return read_yaml(path)
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise InputError(f"{path} is not {kind}: {error}") from error
    except RecursionError as error:
        raise InputError(f"{path} is nested too deep") from error


def _as_json(fields: dict[str, Any]) -> str:
    """Return the fields as the API would get them: a date or a NaN is no JSON."""
    try:
        return json.dumps(fields, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(str(error)) from error
