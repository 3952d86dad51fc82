"""A running MLflow server, read by its REST API; the `mlflow` package is not needed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from lineal.importing.mlflow import messages
from lineal.importing.mlflow.rest import ABSENT, Json, Rest, encoded
from lineal.importing.records import (
    ExperimentRecord,
    FileRecord,
    Holder,
    LoggedModelRecord,
    Place,
    RegisteredModelRecord,
    RunRecord,
    VersionRecord,
)
from lineal.importing.source import SourceError, UnreadableError
from lineal_contract.chunks import Point

_HISTORY = "mlflow/metrics/get-history"
_HISTORY_PAGE = 25_000
_PROMPTS = "tags.`mlflow.prompt.is_prompt` = 'true'"
_PROXIED = "mlflow-artifacts:"


class Server:
    """The server at an address; its user and password may stand in it, a token is passed."""

    kind = "mlflow"

    def __init__(self, uri: str, *, token: str | None = None) -> None:
        """Raises InputError for an address without a host."""
        self._rest = Rest(uri, token)
        self.uri = self._rest.uri

    def experiments(self) -> Iterator[ExperimentRecord]:
        """Yield all experiments."""
        wanted = {"max_results": 1_000, "view_type": "ALL"}
        yield from map(messages.experiment, self._rest.searched("experiments/search", "experiments", wanted))

    def runs(self, experiment_id: str) -> Iterator[RunRecord]:
        """Yield all runs of an experiment."""
        wanted = {"experiment_ids": [experiment_id], "run_view_type": "ALL", "max_results": 1_000}
        yield from map(messages.run, self._rest.searched("runs/search", "runs", wanted))

    def run(self, run_id: str) -> RunRecord | None:
        """Return one run, or None."""
        answer = self._rest.got("mlflow/runs/get", _of_run(run_id), ABSENT)
        return messages.run(answer["run"]) if answer is not None else None

    def history(self, run_id: str, key: str) -> Iterator[Point]:
        """Yield all values of a metric; a server over a folder gives them in one answer alone."""
        wanted: dict[str, Any] = _of_run(run_id) | {"metric_key": key}
        paged = {**wanted, "max_results": _HISTORY_PAGE}
        if self._rest.got(_HISTORY, {**paged, "max_results": 1}, (400, 500, *ABSENT)) is None:
            paged = wanted
        yield from map(messages.point, self._rest.listed(_HISTORY, "metrics", paged))

    def logged_models(self, experiment_id: str) -> Iterator[LoggedModelRecord]:
        """Yield logged models; a server before 3.0 has none."""
        wanted = {"experiment_ids": [experiment_id], "max_results": 50}
        found = self._rest.searched("logged-models/search", "models", wanted, ABSENT)
        yield from map(messages.logged_model, found)

    def models(self) -> Iterator[RegisteredModelRecord]:
        """Yield registered models, those of prompts too."""
        names = [each["name"] for each in self._registered("")]
        names += [each["name"] for each in self._registered(_PROMPTS, absent=(400, 500))]
        for name in dict.fromkeys(names):
            answer = self._rest.got("mlflow/registered-models/get", {"name": name}) or {}
            yield messages.model(answer["registered_model"], self._versions(name))

    def files(self, place: Place) -> Iterator[FileRecord]:
        """Yield the files at a place, folder by folder."""
        waiting = [place.path]
        while waiting:
            folder = waiting.pop()
            for entry in self._folder(place, folder):
                if entry.get("is_dir"):
                    waiting.append(entry["path"])
                else:
                    size = entry.get("file_size")
                    yield FileRecord(entry["path"], None if size is None else int(size))

    def fetch(self, place: Place, path: str, to: Path) -> None:
        """Write a file; one that the server keeps elsewhere is read from where it redirects to."""
        try:
            self._rest.fetch(_download(place, path), to)
        except UnreadableError as error:
            raise UnreadableError(f"{path!r} of {place.holder} {place.id}: {error}") from error

    def _registered(self, filter_: str, absent: tuple[int, ...] = ()) -> Iterator[Json]:
        wanted = {"max_results": 100, "filter": filter_}
        return self._rest.listed("mlflow/registered-models/search", "registered_models", wanted, absent)

    def _versions(self, name: str) -> list[VersionRecord]:
        quoted = f'"{name}"' if "'" in name else f"'{name}'"
        wanted = {"max_results": 1_000, "filter": f"name = {quoted}"}
        found = self._rest.listed("mlflow/model-versions/search", "model_versions", wanted)
        return [messages.version(each) for each in found]

    def _folder(self, place: Place, folder: str) -> Iterator[Json]:
        path, wanted = _listing(place, folder)
        try:
            found = list(self._rest.listed(path, "files", wanted, (400, 404)))
        except SourceError as error:
            raise UnreadableError(str(error)) from error
        if place.holder is not Holder.LOCATION:
            return iter(found)
        return iter({**each, "path": f"{folder}/{each['path']}".strip("/")} for each in found)


def _of_run(run_id: str) -> dict[str, Any]:
    """How servers of all ages are told a run."""
    return {"run_id": run_id, "run_uuid": run_id}


def _listing(place: Place, folder: str) -> tuple[str, dict[str, Any]]:
    """Where and how a folder is listed."""
    if place.holder is Holder.RUN:
        return "mlflow/artifacts/list", _of_run(place.id) | {"path": folder}
    if place.holder is Holder.LOGGED_MODEL:
        return f"mlflow/logged-models/{place.id}/artifacts/directories", {"artifact_directory_path": folder}
    return "mlflow-artifacts/artifacts", {"path": f"{_below(place.id)}/{folder}".strip("/")}


def _download(place: Place, path: str) -> str:
    if place.holder is Holder.RUN:
        return f"/get-artifact?{encoded({'path': path, 'run_uuid': place.id, 'run_id': place.id})}"
    if place.holder is Holder.LOGGED_MODEL:
        query = encoded({"artifact_file_path": path})
        return f"/ajax-api/2.0/mlflow/logged-models/{place.id}/artifacts/files?{query}"
    return f"/api/2.0/mlflow-artifacts/artifacts/{quote(f'{_below(place.id)}/{path}')}"


def _below(location: str) -> str:
    """The path of a location that the server itself stands before. Raises UnreadableError for any other."""
    if not location.startswith(_PROXIED):
        raise UnreadableError(f"{location} is not reached through the server")
    return urlsplit(location).path.strip("/")
