"""Paths of files that clients name: taken as they are, or refused; never put right.

A path has come through at least one decoder before. What a further one would turn into a way out is refused
too, so that no proxy, browser or client between can be led out of a run's folder.
"""

from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from functions.core.errors import InvalidRequestError
from lineal_contract.base import RelativePath

_PATH = TypeAdapter[str](RelativePath)
_DECODINGS = 5


def inside(path: str) -> str:
    """Return a path that stays inside, however often it is decoded. Raises InvalidRequestError."""
    decoded = path
    for _ in range(_DECODINGS):
        _check(decoded)
        further = _decoded(decoded)
        if further == decoded:
            return path
        decoded = further
    raise InvalidRequestError("path: it is encoded too many times")


def _decoded(path: str) -> str:
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError as error:
        raise InvalidRequestError("path: its encoding is not UTF-8") from error


def _check(path: str) -> None:
    try:
        _PATH.validate_python(path)
    except ValidationError as error:
        raise InvalidRequestError(
            f"path: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
        ) from error
