"""YAML files, where PyYAML is installed; nothing in them is ever made into an object."""

from pathlib import Path
from typing import Any

from lineal.errors import ConfigurationError, InputError


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds. Raises InputError; ConfigurationError without PyYAML."""
    try:
        return parse_yaml(path.read_bytes(), path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def parse_yaml(data: bytes, path: Path) -> Any:
    """Return what the bytes of a YAML file hold. Raises InputError; ConfigurationError without PyYAML."""
    try:
        import yaml
    except ImportError as error:
        raise ConfigurationError(f"reading {path} needs PyYAML: pip install 'lineal[data]'") from error
    try:
        return yaml.safe_load(data)
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path} is not YAML: {error}") from error
