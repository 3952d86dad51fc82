"""Experiments in MLflow's words."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.errors import InvalidRequestError
from functions.core.runs.values import Value
from functions.mlflow.filters import Lookup, Ordering, comparisons, fields, fits, orderings, rank
from functions.mlflow.locations import Locations
from functions.mlflow.paging import page
from functions.mlflow.surface import Call, surface
from functions.mlflow.views import is_viewed
from lineal_contract.experiments import CreateExperiment, Experiment, ExperimentStage, UpdateExperiment
from lineal_contract.mlflow import experiment_endpoints as endpoints
from lineal_contract.mlflow import experiments as wire
from lineal_contract.mlflow import run_tags
from lineal_contract.mlflow.messages import Empty

_ATTRIBUTES: Mapping[str, Callable[[Experiment], Value]] = {
    "name": lambda each: each.name,
    "experiment_id": lambda each: each.experiment_id,
    "creation_time": lambda each: float(each.created_at),
    "last_update_time": lambda each: float(each.updated_at),
}
_NEWEST = (Ordering("attributes", "creation_time", descending=True),)


@surface.handles(endpoints.CREATE_EXPERIMENT)
def create(call: Call[wire.CreateExperiment]) -> wire.ExperimentCreated:
    """Create an experiment."""
    wanted = call.request
    location = call.locations.chosen(wanted.artifact_location)
    # Its own limits have been checked, which are wider than ours.
    asked = CreateExperiment.model_construct(
        name=wanted.name, **_fields({tag.key: tag.value for tag in wanted.tags})
    )
    made = call.backend.experiments.create(call.project, asked, call.actor, location)
    return wire.ExperimentCreated(experiment_id=made.experiment_id)


@surface.handles(endpoints.GET_EXPERIMENT)
def get(call: Call[wire.ExperimentId]) -> wire.OneExperiment:
    """Read an experiment."""
    found = call.backend.experiments.get(call.project, call.request.experiment_id)
    return wire.OneExperiment(experiment=shown(found, call.locations))


@surface.handles(endpoints.GET_EXPERIMENT_BY_NAME)
def get_by_name(call: Call[wire.ExperimentByName]) -> wire.OneExperiment:
    """Read an experiment by its name."""
    found = call.backend.experiments.by_name(call.project, call.request.experiment_name)
    return wire.OneExperiment(experiment=shown(found, call.locations))


@surface.handles(endpoints.UPDATE_EXPERIMENT)
def rename(call: Call[wire.UpdateExperiment]) -> Empty:
    """Rename an experiment."""
    _update(call, call.request.experiment_id, UpdateExperiment.model_construct(name=call.request.new_name))
    return Empty()


@surface.handles(endpoints.DELETE_EXPERIMENT)
def delete(call: Call[wire.ExperimentId]) -> Empty:
    """Delete an experiment."""
    call.backend.experiments.delete(call.project, call.request.experiment_id, call.actor, call.said)
    return Empty()


@surface.handles(endpoints.RESTORE_EXPERIMENT)
def restore(call: Call[wire.ExperimentId]) -> Empty:
    """Bring an experiment back."""
    call.backend.experiments.restore(call.project, call.request.experiment_id, call.actor, call.said)
    return Empty()


@surface.handles(endpoints.SET_EXPERIMENT_TAG)
def set_tag(call: Call[wire.SetExperimentTag]) -> Empty:
    """Set a tag."""
    wanted = call.request
    asked = UpdateExperiment.model_construct(**_fields({wanted.key: wanted.value}))
    _update(call, wanted.experiment_id, asked)
    return Empty()


@surface.handles(endpoints.DELETE_EXPERIMENT_TAG)
def delete_tag(call: Call[wire.DeleteExperimentTag]) -> Empty:
    """Delete a tag, which must be there."""
    at, key = call.request.experiment_id, call.request.key
    experiments = call.backend.experiments
    if key == run_tags.NOTE and experiments.get(call.project, at).note:
        _update(call, at, UpdateExperiment(note=""))
    else:
        experiments.untag(call.project, at, key, call.actor, call.said)
    return Empty()


@surface.handles(endpoints.SEARCH_EXPERIMENTS_BY_GET)
@surface.handles(endpoints.SEARCH_EXPERIMENTS)
def search(call: Call[wire.SearchExperiments]) -> wire.Experiments:
    """Search experiments: the newest first, unless `order_by` says otherwise."""
    wanted = call.request
    conditions, orders = comparisons(wanted.filter), orderings(wanted.order_by)
    for namespace, key in fields(conditions, orders):
        _check_field(namespace, key)
    found = (
        each
        for each in call.backend.experiments.all(call.project)
        if is_viewed(wanted.view_type, each.stage is ExperimentStage.DELETED)
        and fits(conditions, _lookup(each))
    )
    taken, token = page(
        call.backend.page_tokens,
        ["experiments", call.project, wanted.filter, wanted.order_by, wanted.view_type],
        found,
        lambda each: (*rank(orders or _NEWEST, _lookup(each)), -int(each.experiment_id)),
        wanted.page_token,
        wanted.max_results,
    )
    at = call.locations
    return wire.Experiments(experiments=tuple(shown(each, at) for each in taken), next_page_token=token)


def shown(experiment: Experiment, locations: Locations) -> wire.Experiment:
    """Return an experiment as MLflow shows it."""
    return wire.Experiment(
        experiment_id=experiment.experiment_id,
        name=experiment.name,
        artifact_location=locations.of_experiment(experiment),
        lifecycle_stage=experiment.stage.value,
        creation_time=experiment.created_at,
        last_update_time=experiment.updated_at,
        tags=tuple(wire.ExperimentTag(key=key, value=value) for key, value in _tags(experiment).items()),
    )


def _fields(tags: Mapping[str, str]) -> dict[str, Any]:
    """The tags that are only tags, and the note, which to MLflow is one of them."""
    plain = {key: value for key, value in tags.items() if key != run_tags.NOTE}
    return {"tags": plain} | ({"note": tags[run_tags.NOTE]} if run_tags.NOTE in tags else {})


def _tags(experiment: Experiment) -> dict[str, str]:
    return ({run_tags.NOTE: experiment.note} if experiment.note else {}) | experiment.tags


def _update(call: Call[Any], experiment_id: str, wanted: UpdateExperiment) -> None:
    call.backend.experiments.update(call.project, experiment_id, wanted, call.actor, call.said)


def _lookup(experiment: Experiment) -> Lookup:
    def values(namespace: str, key: str) -> list[Value]:
        if namespace == "tags":
            return [value] if (value := _tags(experiment).get(key)) is not None else []
        return [_ATTRIBUTES[key](experiment)]

    return values


def _check_field(namespace: str, key: str) -> None:
    if namespace == "tags" or (namespace == "attributes" and key in _ATTRIBUTES):
        return
    raise InvalidRequestError(
        f"experiments have tags and {', '.join(sorted(_ATTRIBUTES))}, not {namespace}.{key}"
    )
