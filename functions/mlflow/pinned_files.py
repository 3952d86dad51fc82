"""Pinned files by their paths: of a version, or of a run that lineal's own client logged them into."""

from collections.abc import Mapping
from typing import Any

from functions.core.errors import NotFoundError
from functions.core.objects.manifests import files_of
from functions.core.ports.staging import StagedEntry
from functions.mlflow.replies import MAX_FILE_BYTES, Reply, of_file, redirected
from functions.mlflow.surface import Call
from lineal_contract.artifacts import StoredObject
from lineal_contract.runs import Run

Files = Mapping[str, StoredObject]


def of_run(call: Call[Any], run: Run) -> dict[str, StoredObject]:
    """Return the files of a run's artifacts; an artifact that is one file goes by its own name."""
    found: dict[str, StoredObject] = {}
    for artifact in run.artifacts:
        for entry in files_of(artifact, call.backend.objects):
            alone = artifact.count == 1 and entry.path == artifact.name.rpartition("/")[2]
            found[artifact.name if alone else f"{artifact.name}/{entry.path}"] = entry.object
    return found


def listed(files: Files, folder: str) -> list[StagedEntry]:
    """Return what lies right in a folder."""
    start = f"{folder}/" if folder else ""
    found: dict[str, int | None] = {}
    for path, stored in files.items():
        if path.startswith(start):
            name, slash, _ = path.removeprefix(start).partition("/")
            found[name] = None if slash else stored.size
    return [StagedEntry(name, size) for name, size in sorted(found.items())]


def one(files: Files, path: str, whose: str) -> StoredObject:
    """Return the file of a path. Raises NotFoundError."""
    if path not in files:
        raise NotFoundError(f"{whose} has no file {path!r}")
    return files[path]


def sent(call: Call[Any], stored: StoredObject, path: str) -> Reply:
    """Give a file that fits through, else a redirect to where it is."""
    if stored.size > MAX_FILE_BYTES:
        return redirected(call.backend.objects.presign_download(stored))
    return of_file(call.backend.objects.read(stored), path.rpartition("/")[2])
