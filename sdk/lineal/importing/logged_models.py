"""Logged models of an import: each keeps its params, tags and metrics, and its files where MLflow looks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from lineal.errors import StorageError
from lineal.http.transport import FileSlice
from lineal.importing import labels
from lineal.importing.files import Fetched, fetch_all
from lineal.importing.identities import CREATED_AT, MODEL_ID
from lineal.importing.job import Job
from lineal.importing.labels import Tell
from lineal.importing.records import Holder, LoggedModelRecord, ModelValue, Place
from lineal_contract.mlflow import artifact_endpoints, artifacts, logged_models, run_endpoints, runs
from lineal_contract.mlflow import logged_model_endpoints as endpoints

_MAX_PAIRS = 100
_MAX_VALUES = 1_000


def begin_all(job: Job) -> None:
    """Make the logged models that are not here yet; their files come later, with their runs."""
    by_experiment: dict[str, list[LoggedModelRecord]] = defaultdict(list)
    for record in job.plan.logged_models.values():
        by_experiment[record.experiment_id].append(record)
    for experiment_id, records in by_experiment.items():
        there = _present(job, job.experiments[experiment_id])
        for record in records:
            job.logged_models[record.id] = there.get(record.id) or _made(job, record)


def artifact_names(records: Iterable[LoggedModelRecord]) -> dict[str, str]:
    """Return what the files of a run's models are called: by its name, and its id where that is taken."""
    names: dict[str, str] = {}
    for record in sorted(records, key=lambda each: (each.created_at, each.id)):
        plain = "".join("_" if c in "\\/" or ord(c) < 32 else c for c in record.name).strip(".") or "model"
        names[record.id] = f"{plain}-{record.id}" if plain in names.values() else plain
    return names


def finish(job: Job, record: LoggedModelRecord, files: Fetched, tell: Tell) -> bool:
    """Put a model's files where MLflow's clients read them; return whether it reads back the same."""
    model_id = job.logged_models[record.id]
    present = _read(job, model_id).info.status is not logged_models.Status.PENDING
    if not present:
        for path, file in files.items():
            _put(job, model_id, path, file.source, file.size)
        status = logged_models.Status.READY if record.ready else logged_models.Status.UPLOAD_FAILED
        wanted = logged_models.FinalizeLoggedModel(model_id=model_id, status=status)
        job.client.mlflow.call(endpoints.FINALIZE_LOGGED_MODEL, wanted)
    same = _is_same(_read(job, model_id), record, tell)
    job.ledger.count("logged models", verified=int(same), **{"present" if present else "written": 1})
    return same


def finish_alone(job: Job, record: LoggedModelRecord) -> None:
    """Bring the files of a model whose run is not brought."""

    def tell(what: str) -> None:
        job.ledger.problem("logged model", record.id, what)

    with TemporaryDirectory(prefix="lineal-import-") as folder:
        place = Place(Holder.LOGGED_MODEL, record.id)
        finish(job, record, fetch_all(job.source, place, Path(folder), tell), tell)


def log_values(job: Job, run_id: str, values: Mapping[str, Iterable[ModelValue]]) -> None:
    """Log what a run measured of models, by the models' ids here; a batch that comes twice is one."""
    metrics = [
        runs.Metric(
            key=value.point.key,
            value=value.point.value,
            timestamp=value.point.timestamp,
            step=value.point.step,
            model_id=model_id,
            dataset_name=value.dataset_name or None,
            dataset_digest=value.dataset_digest or None,
        )
        for model_id, given in sorted(values.items())
        for value in given
    ]
    for start in range(0, len(metrics), _MAX_VALUES):
        batch = runs.LogBatch(run_id=run_id, metrics=tuple(metrics[start : start + _MAX_VALUES]))
        job.client.mlflow.call(run_endpoints.LOG_BATCH, batch)


def _present(job: Job, experiment_id: str) -> dict[str, str]:
    """The models here that were imported, by their ids at the source."""
    found: dict[str, str] = {}
    token: str | None = ""
    while token is not None:
        wanted = logged_models.SearchLoggedModels(
            experiment_ids=(experiment_id,), max_results=1_000, page_token=token
        )
        page = job.client.mlflow.call(endpoints.SEARCH_LOGGED_MODELS, wanted)
        for model in page.models:
            tags = {tag.key: tag.value for tag in model.info.tags}
            if MODEL_ID in tags:
                found.setdefault(tags[MODEL_ID], model.info.model_id)
        token = page.next_page_token or None
    return found


def _made(job: Job, record: LoggedModelRecord) -> str:
    def tell(what: str) -> None:
        job.ledger.problem("logged model", record.id, what)

    own = job.mark | {MODEL_ID: record.id, CREATED_AT: str(record.created_at)}
    tags = list(labels.cut(own | labels.tags(record.tags, tell), _MAX_PAIRS))
    params = list(labels.cut(labels.params(record.params, tell), _MAX_PAIRS))
    source_run = job.run_id(record.source_run_id) if record.source_run_id else None
    wanted = logged_models.CreateLoggedModel(
        experiment_id=job.experiments[record.experiment_id],
        name=record.name,
        model_type=record.model_type,
        source_run_id=source_run or "",
        params=_params(params[0]),
        tags=_tags(tags[0]),
    )
    model_id = job.client.mlflow.call(endpoints.CREATE_LOGGED_MODEL, wanted).model.info.model_id
    for more in params[1:]:
        added = logged_models.LogLoggedModelParams(model_id=model_id, params=_params(more))
        job.client.mlflow.call(endpoints.LOG_LOGGED_MODEL_PARAMS, added)
    for more in tags[1:]:
        labelled = logged_models.SetLoggedModelTags(model_id=model_id, tags=_tags(more))
        job.client.mlflow.call(endpoints.SET_LOGGED_MODEL_TAGS, labelled)
    return model_id


def _put(job: Job, model_id: str, path: str, source: Path, size: int) -> None:
    asked = artifacts.PresignUpload(model_id=model_id, path=path)
    url = job.client.mlflow.call(artifact_endpoints.PRESIGN_UPLOAD, asked).presigned_url
    status = job.client.mlflow.put(url, FileSlice(source, 0, size))
    if not 200 <= status < 300:
        raise StorageError(
            f"object storage refused {path!r} of a logged model (HTTP {status})", status=status
        )


def _read(job: Job, model_id: str) -> logged_models.LoggedModel:
    wanted = logged_models.GetLoggedModel(model_id=model_id)
    return job.client.mlflow.call(endpoints.GET_LOGGED_MODEL, wanted).model


def _is_same(stored: logged_models.LoggedModel, record: LoggedModelRecord, tell: Tell) -> bool:
    params = {param.key: param.value for param in stored.data.params}
    tags = {tag.key: tag.value for tag in stored.info.tags}
    told_before: list[str] = []  # what does not fit was told when the model was made
    wanted_params = labels.params(record.params, told_before.append)
    wanted_tags = labels.tags(record.tags, told_before.append)
    if params != wanted_params or not wanted_tags.items() <= tags.items():
        tell("params or tags read back are not those of the source")
        return False
    return True


def _params(given: Mapping[str, str]) -> tuple[runs.Param, ...]:
    return tuple(runs.Param(key=key, value=value) for key, value in given.items())


def _tags(given: Mapping[str, str]) -> tuple[runs.Tag, ...]:
    return tuple(runs.Tag(key=key, value=value) for key, value in given.items())
