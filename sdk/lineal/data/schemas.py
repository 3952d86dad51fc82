"""Declared schemas: read from a mapping or a YAML or JSON file, and said clearly when they are broken."""

import os
from pathlib import Path
from typing import Any, Literal

from lineal.errors import InputError, SchemaError
from lineal.http.api import checked_input
from lineal.warned import warn
from lineal.yaml_files import read_yaml
from lineal_contract.profiles import DatasetSchema, Violation

OnViolation = Literal["raise", "warn"]


def schema_of(declared: Any) -> DatasetSchema | None:
    """Return the schema that a mapping, a `DatasetSchema` or the path of a file declares.

    Raises InputError for what is none.
    """
    if declared is None:
        return None
    if isinstance(declared, str | os.PathLike):
        declared = read_yaml(Path(declared))  # JSON is YAML, too
    with checked_input():
        return DatasetSchema.of(declared)


def tell(name: str, violations: tuple[Violation, ...], on_violation: OnViolation) -> None:
    """Raise SchemaError, or warn, where a dataset breaks its schema."""
    if on_violation not in ("raise", "warn"):
        raise InputError(f"on_violation is 'raise' or 'warn', not {on_violation!r}")
    if not violations:
        return
    error = SchemaError(name, violations)
    if on_violation == "raise":
        raise error
    warn(str(error))
