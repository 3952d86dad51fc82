"""Logged models in MLflow's words."""

from collections.abc import Mapping
from typing import Any

from functions.core.errors import InvalidRequestError
from functions.core.runs.values import Value
from functions.mlflow import locations, run_files
from functions.mlflow.artifacts import page_of
from functions.mlflow.filters import Lookup, Ordering, comparisons, fields, fits, orderings, rank
from functions.mlflow.names import name_for
from functions.mlflow.paging import page
from functions.mlflow.replies import Reply
from functions.mlflow.surface import Call, surface
from lineal_contract.experiments import Experiment
from lineal_contract.ids import new_id
from lineal_contract.logged_models import LoggedModel, ModelState
from lineal_contract.mlflow import artifacts as wire_artifacts
from lineal_contract.mlflow import logged_model_endpoints as endpoints
from lineal_contract.mlflow import logged_models as wire
from lineal_contract.mlflow.messages import Empty
from lineal_contract.mlflow.runs import MetricValue, Param, Tag

_STATUS: Mapping[ModelState, wire.Status] = {
    ModelState.PENDING: wire.Status.PENDING,
    ModelState.READY: wire.Status.READY,
    ModelState.FAILED: wire.Status.UPLOAD_FAILED,
}
_STATES = {shown: state for state, shown in _STATUS.items()}
_NEWEST = (Ordering("attributes", "creation_timestamp_ms", descending=True),)
_ATTRIBUTES: Mapping[str, Any] = {
    "name": lambda each: each.name,
    "model_id": lambda each: each.model_id,
    "model_type": lambda each: each.model_type,
    "status": lambda each: _STATUS[each.state].value.removeprefix("LOGGED_MODEL_"),
    "source_run_id": lambda each: each.source_run_id,
    "experiment_id": lambda each: each.experiment_id,
    "creation_timestamp_ms": lambda each: float(each.created_at),
    "creation_timestamp": lambda each: float(each.created_at),
    "creation_time": lambda each: float(each.created_at),
    "last_updated_timestamp_ms": lambda each: float(each.updated_at),
    "last_updated_timestamp": lambda each: float(each.updated_at),
}
_NAMESPACES = frozenset({"metrics", "params", "tags"})


@surface.handles(endpoints.CREATE_LOGGED_MODEL)
def create(call: Call[wire.CreateLoggedModel]) -> wire.OneLoggedModel:
    """Begin a logged model."""
    wanted = call.request
    model = call.backend.logged_models.create(
        call.project,
        wanted.experiment_id,
        wanted.name or name_for(new_id()),
        call.actor,
        model_type=wanted.model_type,
        source_run_id=wanted.source_run_id,
        params={param.key: param.value for param in wanted.params},
        tags={tag.key: tag.value for tag in wanted.tags},
    )
    return _one(call, model)


@surface.handles(endpoints.GET_LOGGED_MODEL)
def get(call: Call[wire.GetLoggedModel]) -> wire.OneLoggedModel:
    """Read a logged model."""
    wanted = call.request
    model = call.backend.logged_models.get(call.project, wanted.model_id, deleted=wanted.allow_deleted)
    return _one(call, model)


@surface.handles(endpoints.FINALIZE_LOGGED_MODEL)
def finalize(call: Call[wire.FinalizeLoggedModel]) -> wire.OneLoggedModel:
    """Say how the upload ended."""
    state = _STATES.get(call.request.status, ModelState.PENDING)
    return _one(call, call.backend.logged_models.finalize(call.project, call.request.model_id, state))


@surface.handles(endpoints.DELETE_LOGGED_MODEL)
def delete(call: Call[wire.OfLoggedModel]) -> Empty:
    """Delete a logged model."""
    call.backend.logged_models.delete(call.project, call.request.model_id)
    return Empty()


@surface.handles(endpoints.SET_LOGGED_MODEL_TAGS)
def set_tags(call: Call[wire.SetLoggedModelTags]) -> wire.OneLoggedModel:
    """Set tags."""
    tags = {tag.key: tag.value for tag in call.request.tags}
    return _one(call, call.backend.logged_models.label(call.project, call.request.model_id, tags))


@surface.handles(endpoints.DELETE_LOGGED_MODEL_TAG)
def delete_tag(call: Call[wire.DeleteLoggedModelTag]) -> Empty:
    """Delete a tag."""
    call.backend.logged_models.unlabel(call.project, call.request.model_id, call.request.tag_key)
    return Empty()


@surface.handles(endpoints.LOG_LOGGED_MODEL_PARAMS)
def log_params(call: Call[wire.LogLoggedModelParams]) -> Empty:
    """Add params."""
    params = {param.key: param.value for param in call.request.params}
    call.backend.logged_models.log_params(call.project, call.request.model_id, params)
    return Empty()


@surface.handles(endpoints.LIST_LOGGED_MODEL_ARTIFACTS)
def list_artifacts(call: Call[wire.ListLoggedModelArtifacts]) -> wire_artifacts.Artifacts:
    """List a page of a model's folder."""
    model, experiment = _read(call, call.request.model_id)
    at = call.locations
    root = locations.model_path(experiment, at.root, model.model_id)
    uri = at.of_model(experiment, model.model_id)
    return page_of(call, root, call.request.artifact_directory_path, call.request.page_token, uri)


@surface.handles(endpoints.GET_LOGGED_MODEL_FILE)
def get_file(call: Call[wire_artifacts.ModelFile]) -> Reply:
    """Give a model's file."""
    model, experiment = _read(call, call.request.model_id)
    root = locations.model_path(experiment, call.locations.root, model.model_id)
    return run_files.sent(call, f"{root}/{call.request.artifact_file_path}")


@surface.handles(endpoints.SEARCH_LOGGED_MODELS)
def search(call: Call[wire.SearchLoggedModels]) -> wire.LoggedModels:
    """Search logged models: the newest first, unless `order_by` says otherwise."""
    wanted = call.request
    conditions = comparisons(wanted.filter)
    orders = tuple(_ordering(each) for each in wanted.order_by)
    for namespace, key in fields(conditions, [order for order, _ in orders]):
        _check_field(namespace, key)
    on = tuple((each.dataset_name, each.dataset_digest) for each in wanted.datasets)
    found = (
        model
        for model in call.backend.logged_models.all(call.project, wanted.experiment_ids)
        if fits(conditions, _lookup(model, on))
    )

    def position(model: LoggedModel) -> tuple[Any, ...]:
        ranks = [rank([order], _lookup(model, on_one)) for order, on_one in orders]
        return (*ranks, rank(_NEWEST, _lookup(model, ())), model.model_id)

    taken, token = page(
        call.backend.page_tokens,
        [
            "logged models",
            call.project,
            wanted.model_dump(mode="json", exclude={"page_token", "max_results"}),
        ],
        found,
        position,
        wanted.page_token,
        wanted.max_results,
    )
    known = {each.experiment_id: each for each in call.backend.experiments.all(call.project)}
    models = (shown(model, known[model.experiment_id], call.locations) for model in taken)
    return wire.LoggedModels(models=tuple(models), next_page_token=token)


def shown(model: LoggedModel, experiment: Experiment, at: locations.Locations) -> wire.LoggedModel:
    """Return a logged model as MLflow shows it."""
    return wire.LoggedModel(
        info=wire.LoggedModelInfo(
            model_id=model.model_id,
            experiment_id=model.experiment_id,
            name=model.name,
            creation_timestamp_ms=model.created_at,
            last_updated_timestamp_ms=model.updated_at,
            artifact_uri=at.of_model(experiment, model.model_id),
            status=_STATUS[model.state],
            model_type=model.model_type,
            source_run_id=model.source_run_id,
            tags=tuple(Tag.model_construct(key=key, value=value) for key, value in model.tags.items()),
        ),
        data=wire.LoggedModelData(
            params=tuple(Param.model_construct(key=k, value=v) for k, v in model.params.items()),
            metrics=tuple(MetricValue(**dict(metric), model_id=model.model_id) for metric in model.metrics),
        ),
    )


def _one(call: Call[Any], model: LoggedModel) -> wire.OneLoggedModel:
    experiment = call.backend.experiments.get(call.project, model.experiment_id)
    return wire.OneLoggedModel(model=shown(model, experiment, call.locations))


def _read(call: Call[Any], model_id: str) -> tuple[LoggedModel, Experiment]:
    model = call.backend.logged_models.get(call.project, model_id)
    return model, call.backend.experiments.get(call.project, model.experiment_id)


def _ordering(given: wire.OrderBy) -> tuple[Ordering, tuple[tuple[str, str], ...]]:
    """Return a field to sort by, and the dataset whose metrics it is about."""
    (order,) = orderings([given.field_name]) or (None,)
    if order is None:
        raise InvalidRequestError("order_by: field_name is empty")
    on = ((given.dataset_name, given.dataset_digest),) if given.dataset_name else ()
    return Ordering(order.namespace, order.key, descending=not given.ascending), on


def _lookup(model: LoggedModel, on: tuple[tuple[str, str], ...]) -> Lookup:
    """What a model has; its metrics are those on the datasets named, or all where none is."""

    def values(namespace: str, key: str) -> list[Value]:
        match namespace:
            case "metrics":
                named = [metric for metric in model.metrics if metric.key == key]
                return [
                    metric.value for metric in named if _is_on(metric.dataset_name, metric.dataset_digest, on)
                ]
            case "params":
                return [model.params[key]] if key in model.params else []
            case "tags":
                return [model.tags[key]] if key in model.tags else []
            case _:
                return [_ATTRIBUTES[key](model)]

    return values


def _is_on(name: str | None, digest: str | None, on: tuple[tuple[str, str], ...]) -> bool:
    return not on or any(name == wanted and digest_wanted in ("", digest) for wanted, digest_wanted in on)


def _check_field(namespace: str, key: str) -> None:
    if namespace in _NAMESPACES or (namespace == "attributes" and key in _ATTRIBUTES):
        return
    known = ", ".join(sorted(_ATTRIBUTES))
    raise InvalidRequestError(f"logged models have metrics, params, tags and {known}, not {namespace}.{key}")
