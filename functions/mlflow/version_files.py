"""The files of versions, read through the proxy: always the pinned bytes, whatever lies in staging by now.

`mlflow-artifacts:/_versions/MODEL/NUMBER/PATH`; nothing can be written there.
"""

from typing import Any

from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.models.pending import check_ready
from functions.core.objects.manifests import whole
from functions.core.ports.staging import StagedEntry
from functions.mlflow import pinned_files
from functions.mlflow.locations import PROXY, VERSIONS
from functions.mlflow.replies import Reply
from functions.mlflow.surface import Call
from lineal_contract.artifacts import StoredObject
from lineal_contract.registry import ModelVersion


def uri(version: ModelVersion) -> str:
    """Return where a version's files are read from. Raises NotReadyError."""
    check_ready(version)
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
    return pinned_files.listed(_files(call, version), folder)


def sent(call: Call[Any], path: str) -> Reply:
    """Give a file that fits through, else a redirect to where it is."""
    return pinned_files.sent(call, stored_at(call, path), path)


def stored_at(call: Call[Any], path: str) -> StoredObject:
    """Return a version's pinned file. Raises NotFoundError."""
    version, wanted = _version(call, path)
    whose = f"version {version.version} of {version.model!r}"
    return pinned_files.one(_files(call, version), wanted, whose)


def _files(call: Call[Any], version: ModelVersion) -> dict[str, StoredObject]:
    return {entry.path: entry.object for entry in whole(version, call.backend.objects).manifest}


def _version(call: Call[Any], path: str) -> tuple[ModelVersion, str]:
    model, number, rest = named(path)
    version = call.backend.finding.version(call.project, model, number)
    check_ready(version)
    return version, rest
