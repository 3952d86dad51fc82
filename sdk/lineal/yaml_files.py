"""YAML files, where PyYAML is installed; nothing in them is ever made into an object."""

from pathlib import Path
from typing import Any

from lineal.errors import ConfigurationError, InputError


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds. Raises InputError; ConfigurationError without PyYAML."""
    try:
        import yaml
    except ImportError as error:
        raise ConfigurationError(f"reading {path} needs PyYAML: pip install 'lineal[data]'") from error
    try:
        return yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not YAML: {error}") from error
