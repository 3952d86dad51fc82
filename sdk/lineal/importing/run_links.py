"""What a run used and made: datasets as the source describes them, and logged models."""

from lineal.importing.job import Job
from lineal.importing.records import DatasetRecord, RunRecord
from lineal_contract.mlflow import run_endpoints as endpoints
from lineal_contract.mlflow import runs as wire

_MAX_TAG = 500


def link(job: Job, record: RunRecord, run_id: str) -> None:
    """Note a run's inputs and outputs; what is noted already stays as it is."""
    ids = job.logged_models
    inputs = wire.LogInputs(
        run_id=run_id,
        datasets=tuple(_dataset(each) for each in record.datasets),
        models=tuple(wire.ModelInput(model_id=ids[model]) for model in record.used_models if model in ids),
    )
    if inputs.datasets or inputs.models:
        job.client.mlflow.call(endpoints.LOG_INPUTS, inputs)
    made = tuple(
        wire.ModelOutput(model_id=ids[model], step=step) for model, step in record.made_models if model in ids
    )
    if made:
        job.client.mlflow.call(endpoints.LOG_OUTPUTS, wire.LogOutputs(run_id=run_id, models=made))


def _dataset(record: DatasetRecord) -> wire.DatasetInput:
    return wire.DatasetInput(
        tags=tuple(wire.InputTag(key=key, value=value[:_MAX_TAG]) for key, value in record.tags.items()),
        dataset=wire.Dataset(
            name=record.name,
            digest=record.digest,
            source_type=record.source_type,
            source=record.source,
            columns=record.columns,
            profile=record.profile,
        ),
    )
