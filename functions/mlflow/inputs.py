"""What runs used and made: datasets and logged models."""

import json

from functions.core.errors import InvalidRequestError
from functions.core.runs.recording import Described
from functions.mlflow.refusals import checked
from functions.mlflow.run_view import CONTEXT
from functions.mlflow.surface import Call, surface
from lineal_contract.datasets import DatasetDescription
from lineal_contract.mlflow import datasets as wire_datasets
from lineal_contract.mlflow import run_endpoints as endpoints
from lineal_contract.mlflow import runs as wire
from lineal_contract.mlflow.messages import Empty
from lineal_contract.runs import ModelLink, Run, UpdateRun

_HISTORY = "mlflow.log-model.history"
_MAX_SUMMARIES = 1_000


@surface.handles(endpoints.LOG_INPUTS)
def log_inputs(call: Call[wire.LogInputs]) -> Empty:
    """Note datasets and models that a run used."""
    described = map(_described, call.request.datasets)
    call.backend.recording.describe_datasets(call.project, call.request.run_id, described)
    links = [ModelLink(model_id=given.model_id, direction="input") for given in call.request.models]
    call.backend.recording.link_models(call.project, call.request.run_id, links)
    return Empty()


def _described(given: wire.DatasetInput) -> Described:
    tags = {tag.key: tag.value for tag in given.tags}
    return Described(
        name=given.dataset.name,
        context=tags.pop(CONTEXT, ""),
        source=given.dataset.source,
        description=DatasetDescription(
            digest=given.dataset.digest,
            source_type=given.dataset.source_type,
            columns=given.dataset.columns,
            profile=given.dataset.profile,
            tags=tags,
        ),
    )


@surface.handles(endpoints.LOG_OUTPUTS)
def log_outputs(call: Call[wire.LogOutputs]) -> Empty:
    """Note models that a run made."""
    links = [
        ModelLink(model_id=given.model_id, direction="output", step=given.step)
        for given in call.request.models
    ]
    call.backend.recording.link_models(call.project, call.request.run_id, links)
    return Empty()


@surface.handles(endpoints.LOG_MODEL)
def log_model(call: Call[wire.LogModel]) -> Empty:
    """Add a model's description to the run's history of models, a tag, as clients before 3.0 look for it."""
    try:
        model = json.loads(call.request.model_json)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("model_json is not readable as JSON") from error
    missing = {"artifact_path", "flavors", "utc_time_created", "run_id"} - (
        model.keys() if isinstance(model, dict) else set()
    )
    if missing:
        raise InvalidRequestError(f"model_json lacks {', '.join(sorted(missing))}")

    def longer(run: Run) -> UpdateRun:
        history = json.loads(run.tags.get(_HISTORY, "[]"))
        return checked(UpdateRun, tags={_HISTORY: json.dumps([*history, model])})

    call.backend.editing.revise(call.project, call.request.run_id, longer, call.actor, call.said)
    return Empty()


@surface.handles(endpoints.SEARCH_DATASETS)
def search_datasets(call: Call[wire_datasets.SearchDatasets]) -> wire_datasets.Datasets:
    """List datasets of some experiments, each once in each context."""
    found = call.backend.listing.datasets(call.project, call.request.experiment_ids)
    return wire_datasets.Datasets(
        dataset_summaries=tuple(
            wire_datasets.DatasetSummary(experiment_id=at, name=name, digest=digest, context=context or None)
            for at, (name, digest, context) in sorted(found)[:_MAX_SUMMARIES]
        )
    )
