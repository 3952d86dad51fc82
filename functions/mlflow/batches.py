"""Metrics, and everything in one request."""

from collections import defaultdict
from collections.abc import Iterable

from functions.core.errors import InvalidRequestError
from functions.core.runs.recording import present
from functions.mlflow.refusals import checked
from functions.mlflow.runs import read
from functions.mlflow.surface import Call, surface
from lineal_contract.chunks import Point
from lineal_contract.logged_models import ModelMetric
from lineal_contract.mlflow import run_endpoints as endpoints
from lineal_contract.mlflow import run_tags
from lineal_contract.mlflow import runs as wire
from lineal_contract.mlflow.messages import Empty
from lineal_contract.runs import UpdateRun


@surface.handles(endpoints.LOG_METRIC)
def log_metric(call: Call[wire.LogMetric]) -> Empty:
    """Log one value."""
    _log(call, [call.request])
    return Empty()


@surface.handles(endpoints.LOG_BATCH)
def log_batch(call: Call[wire.LogBatch]) -> Empty:
    """Log metrics, params and tags; params first, since they alone can be refused for what is there."""
    wanted = call.request
    if len(wanted.metrics) + len(wanted.params) + len(wanted.tags) > wire.MAX_ENTITIES:
        raise InvalidRequestError(f"a batch has {wire.MAX_ENTITIES} metrics, params and tags at most")
    if wanted.params or wanted.tags or not wanted.metrics:
        present(read(call))
    if wanted.params or wanted.tags:
        tags, fields = run_tags.fields_of({tag.key: tag.value for tag in wanted.tags})
        change = checked(UpdateRun, params=_params(wanted.params), tags=tags, **fields)
        said = call.said_by(change)
        call.backend.editing.update(call.project, wanted.run_id, change, call.actor, said)
    _log(call, wanted.metrics)
    return Empty()


def _params(given: Iterable[wire.Param]) -> dict[str, str]:
    params: dict[str, str] = {}
    for param in given:
        if params.setdefault(param.key, param.value) != param.value:
            raise InvalidRequestError(f"param {param.key!r} has two values in the batch")
    return params


def _log(call: Call[wire.LogMetric] | Call[wire.LogBatch], metrics: Iterable[wire.Metric]) -> None:
    """Log values into the run, and into the models that some of them are of."""
    given = list(metrics)
    points = [Point(each.key, each.step, each.timestamp, each.value) for each in given]
    call.backend.recording.log_points(call.project, call.request.run_id, points)
    of_models: dict[str, list[ModelMetric]] = defaultdict(list)
    for each in given:
        if each.model_id:
            of_models[each.model_id].append(_of_model(each, call.request.run_id))
    for model_id, values in of_models.items():
        call.backend.logged_models.log_metrics(call.project, model_id, values)


def _of_model(metric: wire.Metric, run_id: str) -> ModelMetric:
    return ModelMetric(
        key=metric.key,
        value=metric.value,
        timestamp=metric.timestamp,
        step=metric.step,
        run_id=run_id,
        dataset_name=metric.dataset_name,
        dataset_digest=metric.dataset_digest,
    )
