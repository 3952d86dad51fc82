"""Which endpoint a path is: exactly one of the table, or none. Nothing is normalised first."""

from typing import Any

from functions.mlflow.refusals import RefusedError
from lineal_contract.mlflow.endpoint import PREFIXES, Endpoint
from lineal_contract.mlflow.errors import ErrorCode
from lineal_contract.mlflow.surface import ENDPOINTS, NOT_IMPLEMENTED

AnyEndpoint = Endpoint[Any, Any]

_EXACT = {(e.method, path): e for e in ENDPOINTS if "{" not in e.path for path in e.paths}
_PATTERNS = [(e, path.split("/")) for e in ENDPOINTS if "{" in e.path for path in e.paths]
_READING_POSTS = tuple(f"/{e.path}" for e in ENDPOINTS if e.reads)


def find(method: str, path: str) -> tuple[AnyEndpoint, dict[str, str]]:
    """Return the endpoint at a path behind the project, and the path's parameters.

    Raises RefusedError: ENDPOINT_NOT_FOUND, NOT_IMPLEMENTED for parts of MLflow that lineal does not have.
    """
    exact = _EXACT.get((method, path))
    if exact is not None:
        return exact, {}
    segments = path.split("/")
    for endpoint, pattern in _PATTERNS:
        parameters = _parameters(pattern, segments) if endpoint.method == method else None
        if parameters is not None:
            _check_ending(method, path)
            return endpoint, parameters
    raise _unknown(method, path)


def _parameters(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    """Return what the braces of a pattern stand for; the last one may take the rest of the path."""
    rest = pattern[-1].endswith("+}")
    if len(segments) < len(pattern) or (len(segments) > len(pattern) and not rest):
        return None
    found: dict[str, str] = {}
    for position, part in enumerate(pattern):
        value = segments[position]
        if part.endswith("+}"):
            found[part[1:-2]] = "/".join(segments[position:])
        elif part.startswith("{"):
            found[part[1:-1]] = value
        elif part != value:
            return None
    return found if all(found.values()) else None


def _check_ending(method: str, path: str) -> None:
    """Refuse a path that a caller who may only read could pass off as a search.

    Their policy allows POST on whatever ends like one, and `*` spans slashes; a file name can end like that.
    """
    if method == "POST" and path.endswith(_READING_POSTS):
        raise RefusedError(ErrorCode.INVALID_PARAMETER_VALUE, "a path that ends like a search is not taken")


def _unknown(method: str, path: str) -> RefusedError:
    prefix, _, rest = path.partition("/")
    name = rest.partition("/")[2] if prefix in PREFIXES else path
    if any(f"{name}/".startswith(f"{part}/") for part in NOT_IMPLEMENTED):
        return RefusedError(
            ErrorCode.NOT_IMPLEMENTED, f"lineal does not have this part of MLflow: {name[:200]}"
        )
    return RefusedError(ErrorCode.ENDPOINT_NOT_FOUND, f"there is no endpoint {method} {path[:200]}")
