"""The files of runs where MLflow's clients look for them: staged ones, and those of lineal's own client.

A path that both have is the staged one: it was written by MLflow, later or to this very path.
"""

import re
from typing import Any

from functions.core.errors import NotFoundError
from functions.core.ports.staging import StagedEntry
from functions.mlflow import locations, pinned_files
from functions.mlflow.replies import MAX_FILE_BYTES, Reply, of_file, redirected
from functions.mlflow.surface import Call
from lineal_contract.artifacts import StoredObject

SECONDS = 900
"""How long an address to read from is good."""
_PATH = re.compile(r"(?:.*/)?([0-9a-f]{32})/artifacts(?:/(.*))?")


def added(call: Call[Any], path: str, entries: list[StagedEntry]) -> list[StagedEntry]:
    """Return what lies in a folder, with what the run's own artifacts have there besides."""
    files, folder = _logged(call, path.rstrip("/"))
    names = {entry.name for entry in entries}
    return [*entries, *(each for each in pinned_files.listed(files, folder) if each.name not in names)]


def sent(call: Call[Any], path: str) -> Reply:
    """Give a file that fits through, else a redirect to where it is. Raises NotFoundError."""
    try:
        found, url = call.backend.staging.download(call.project, path, SECONDS)
    except NotFoundError:
        return pinned_files.sent(call, _logged_one(call, path), path)
    if found.size > MAX_FILE_BYTES:
        return redirected(url)
    return of_file(call.backend.staging.read(call.project, path), path.rpartition("/")[2])


def address(call: Call[Any], path: str, seconds: int) -> tuple[int, str]:
    """Return a file's size and where to read it from. Raises NotFoundError."""
    try:
        found, url = call.backend.staging.download(call.project, path, seconds)
    except NotFoundError:
        stored = _logged_one(call, path)
        return stored.size, call.backend.objects.presign_download(stored)
    return found.size, url


def below(call: Call[Any], path: str) -> dict[str, StoredObject]:
    """Return what lineal's own client logged below a path, or as the file of this path."""
    files, rest = _logged(call, path)
    if rest in files:
        return {rest.rpartition("/")[2]: files[rest]}
    start = f"{rest}/" if rest else ""
    return {name.removeprefix(start): stored for name, stored in files.items() if name.startswith(start)}


def _logged_one(call: Call[Any], path: str) -> StoredObject:
    files, rest = _logged(call, path)
    return pinned_files.one(files, rest, "the run")


def _logged(call: Call[Any], path: str) -> tuple[dict[str, StoredObject], str]:
    """The files that a path's run was given by lineal's client, and the path among them."""
    named = _PATH.fullmatch(path)
    if named is None:
        return {}, path
    try:
        run = call.backend.tracking.get(call.project, named[1])
        experiment = call.backend.experiments.get(call.project, run.experiment_id)
    except NotFoundError:  # the path only looks like a run's
        return {}, path
    root = locations.run_path(experiment, call.locations.root, run.run_id)
    if path != root and not path.startswith(f"{root}/"):
        return {}, path
    return pinned_files.of_run(call, run), named[2] or ""
