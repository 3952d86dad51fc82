"""The files of versions, read through the proxy: always the pinned bytes, whatever lies in staging by now.

`mlflow-artifacts:/_versions/MODEL/NUMBER/PATH`; nothing can be written there.
"""

from typing import Any

from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.ports.staging import StagedEntry
from functions.mlflow.locations import PROXY, VERSIONS
from functions.mlflow.replies import MAX_FILE_BYTES, Reply, of_file, redirected
from functions.mlflow.surface import Call
from lineal_contract.artifacts import StoredObject
from lineal_contract.registry import ModelVersion


def uri(version: ModelVersion) -> str:
    """Return where a version's files are read from."""
    return f"{PROXY}{VERSIONS}/{version.model}/{version.version}"


def is_of_version(path: str) -> bool:
    """Say whether a path of the proxy is below versions."""
    return path.strip("/").partition("/")[0] == VERSIONS


def check_writable(path: str) -> None:
    """Refuse a path below versions. Raises InvalidRequestError."""
    if is_of_version(path):
        raise InvalidRequestError("files of a version never change: log others, and register them")


def named(path: str) -> tuple[str, str, str]:
    """Return the model, the version's number and the path within it. Raises NotFoundError."""
    _, model, number, *rest = [*path.strip("/").split("/", 3), "", ""][:4]
    if not model or not number.isdecimal():
        raise NotFoundError(f"there is no file {path!r}")
    return model, number, "".join(rest)


def listed(call: Call[Any], path: str) -> list[StagedEntry]:
    """Return what lies right in a folder of a version."""
    version, folder = _version(call, path)
    start = f"{folder}/" if folder else ""
    found: dict[str, int | None] = {}
    for entry in version.manifest:
        if entry.path.startswith(start):
            name, slash, _ = entry.path.removeprefix(start).partition("/")
            found[name] = None if slash else entry.object.size
    return [StagedEntry(name, size) for name, size in sorted(found.items())]


def sent(call: Call[Any], path: str) -> Reply:
    """Give a file that fits through, else a redirect to where it is."""
    stored = stored_at(call, path)
    if stored.size > MAX_FILE_BYTES:
        return redirected(call.backend.objects.presign_download(stored))
    return of_file(call.backend.objects.read(stored), path.rpartition("/")[2])


def stored_at(call: Call[Any], path: str) -> StoredObject:
    """Return a version's pinned file. Raises NotFoundError."""
    version, wanted = _version(call, path)
    for entry in version.manifest:
        if entry.path == wanted:
            return entry.object
    raise NotFoundError(f"version {version.version} of {version.model!r} has no file {wanted!r}")


def _version(call: Call[Any], path: str) -> tuple[ModelVersion, str]:
    model, number, rest = named(path)
    return call.backend.finding.version(call.project, model, number), rest
