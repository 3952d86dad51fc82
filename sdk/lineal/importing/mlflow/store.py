"""A local MLflow store, `./mlruns` or a database, read by the installed `mlflow` package."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from lineal.errors import InputError
from lineal.importing.mlflow import messages
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

_NEEDED = (
    "a local MLflow store is read by the mlflow package, whole, not mlflow-skinny: `pip install mlflow`, "
    "or start `mlflow server` on the store and import from its http:// address"
)
_ALL = 3  # ViewType.ALL


class LocalStore:
    """A store by its tracking URI; the registry is in the same one unless another is named."""

    kind = "mlflow"

    def __init__(self, uri: str, registry_uri: str | None = None) -> None:
        """Raises InputError where nothing is, which MLflow would make; SourceError without `mlflow`."""
        uri = _existing(uri)
        self.uri = _shown(uri)
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        try:
            client = import_module("mlflow").MlflowClient
            self._json = import_module("mlflow.utils.proto_json_utils").message_to_json
            self._artifacts = import_module("mlflow.artifacts")
            if urlsplit(uri).scheme not in ("", "file"):
                import_module("sqlalchemy")  # which mlflow-skinny comes without
        except ImportError as error:
            raise SourceError(_NEEDED) from error
        with _told(self.uri):
            self._client = client(tracking_uri=uri, registry_uri=registry_uri or uri)

    def experiments(self) -> Iterator[ExperimentRecord]:
        """Yield all experiments."""
        with _told(self.uri):
            for each in self._pages(lambda t: self._client.search_experiments(view_type=_ALL, page_token=t)):
                yield messages.experiment(self._plain(each))

    def runs(self, experiment_id: str) -> Iterator[RunRecord]:
        """Yield all runs of an experiment."""
        with _told(self.uri):
            for each in self._pages(
                lambda t: self._client.search_runs([experiment_id], run_view_type=_ALL, page_token=t)
            ):
                yield messages.run(self._plain(each))

    def run(self, run_id: str) -> RunRecord | None:
        """Return one run, or None."""
        try:
            with _told(self.uri):
                return messages.run(self._plain(self._client.get_run(run_id)))
        except SourceError:
            return None

    def history(self, run_id: str, key: str) -> Iterator[Point]:
        """Yield all values of a metric."""
        with _told(self.uri):
            for each in self._client.get_metric_history(run_id, key):
                yield Point(each.key, each.step, each.timestamp, float(each.value))

    def logged_models(self, experiment_id: str) -> Iterator[LoggedModelRecord]:
        """Yield logged models, where the installed version knows such."""
        if not hasattr(self._client, "search_logged_models"):
            return
        with _told(self.uri):
            for each in self._pages(
                lambda t: self._client.search_logged_models(experiment_ids=[experiment_id], page_token=t)
            ):
                yield messages.logged_model(self._plain(each))

    def models(self) -> Iterator[RegisteredModelRecord]:
        """Yield registered models, those of prompts too."""
        with _told(self.uri):
            for name in self._names():
                found = self._client.get_registered_model(name)
                yield messages.model(self._plain(found), self._versions(name))

    def files(self, place: Place) -> Iterator[FileRecord]:
        """Yield the files at a place, folder by folder."""
        waiting = [place.path]
        while waiting:
            folder = waiting.pop()
            for entry in self._listed(place, folder):
                if entry.is_dir:
                    waiting.append(entry.path)
                else:
                    yield FileRecord(entry.path, entry.file_size)

    def fetch(self, place: Place, path: str, to: Path) -> None:
        """Write a file."""
        with (
            _told(self.uri, UnreadableError),
            TemporaryDirectory(prefix="lineal-import-", dir=to.parent) as folder,
        ):
            got = self._artifacts.download_artifacts(
                artifact_uri=f"{self._root(place).rstrip('/')}/{path}", dst_path=folder
            )
            shutil.move(got, to)

    def _names(self) -> list[str]:
        found = [
            each.name for each in self._pages(lambda t: self._client.search_registered_models(page_token=t))
        ]
        prompts = "tags.`mlflow.prompt.is_prompt` = 'true'"
        found += [
            each.name
            for each in self._pages(
                lambda t: self._client.search_registered_models(filter_string=prompts, page_token=t)
            )
        ]
        return list(dict.fromkeys(found))

    def _versions(self, name: str) -> list[VersionRecord]:
        at = f'name = "{name}"' if "'" in name else f"name = '{name}'"
        found = self._pages(lambda t: self._client.search_model_versions(at, page_token=t))
        return [messages.version(self._plain(each)) for each in found]

    def _listed(self, place: Place, folder: str) -> list[Any]:
        with _told(self.uri, UnreadableError):
            repository = import_module("mlflow.store.artifact.artifact_repository_registry")
            found: list[Any] = repository.get_artifact_repository(self._root(place)).list_artifacts(
                folder or None
            )
            return found

    def _root(self, place: Place) -> str:
        found = self._location(place)
        if urlsplit(found).scheme == "mlflow-artifacts":
            raise SourceError(
                f"{found} lies behind an MLflow server: start it on {self.uri}, and import from its address"
            )
        return found

    def _location(self, place: Place) -> str:
        if place.holder is Holder.LOCATION:
            return place.id
        if place.holder is Holder.LOGGED_MODEL:
            return str(self._client.get_logged_model(place.id).artifact_location)
        return str(self._client.get_run(place.id).info.artifact_uri)

    def _plain(self, entity: Any) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(self._json(entity.to_proto()))
        return plain

    def _pages(self, fetch: Callable[[str | None], Any]) -> Iterator[Any]:
        token: str | None = None
        while True:
            page = fetch(token)
            yield from page
            token = getattr(page, "token", None)
            if not token:
                return


@contextmanager
def _told(uri: str, kind: type[SourceError] = SourceError) -> Iterator[None]:
    """Tell what mlflow raises, which has errors of its own and of its database's, as SourceError."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        raise kind(f"mlflow cannot read {uri}: {type(error).__name__}: {str(error)[:500]}") from error


def _existing(uri: str) -> str:
    """Return the address with a whole path where it is one of this machine's."""
    parts = urlsplit(uri)
    path = Path(unquote(parts.path if parts.scheme else uri)).expanduser()
    if parts.scheme == "sqlite":
        path = Path(uri.removeprefix("sqlite:///"))
    elif parts.scheme not in ("", "file"):
        return uri
    if not path.exists():
        raise InputError(f"there is no MLflow store at {path}")
    return uri if parts.scheme else path.resolve().as_uri()


def _shown(uri: str) -> str:
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
