"""A lineal run as MLflow shows it."""

from collections.abc import Mapping

from functions.mlflow.locations import Locations
from functions.mlflow.names import name_for
from lineal_contract.datasets import Dataset
from lineal_contract.experiments import Experiment, ExperimentStage
from lineal_contract.mlflow import runs as wire
from lineal_contract.mlflow.run_tags import tags_of, user_of
from lineal_contract.runs import Lifecycle, MetricSummary, Run, RunStatus

CONTEXT = "mlflow.data.context"
SHOWN: Mapping[RunStatus, wire.RunStatus] = {
    RunStatus.RUNNING: wire.RunStatus.RUNNING,
    RunStatus.FINISHED: wire.RunStatus.FINISHED,
    RunStatus.FAILED: wire.RunStatus.FAILED,
    RunStatus.KILLED: wire.RunStatus.KILLED,
    RunStatus.LOST: wire.RunStatus.FAILED,
}
"""MLflow has no word for a run whose process has vanished."""


def shown(run: Run, experiment: Experiment, locations: Locations) -> wire.Run:
    """Return a run with everything."""
    return wire.Run(
        info=info(run, experiment, locations),
        data=wire.RunData(
            metrics=tuple(_metric(key, summary) for key, summary in run.metrics.items()),
            params=tuple(wire.Param(key=key, value=value) for key, value in run.params.items()),
            tags=tuple(wire.Tag.model_construct(key=k, value=v) for k, v in tags_of(run).items()),
        ),
        inputs=wire.RunInputs(
            dataset_inputs=tuple(map(_dataset, run.datasets)),
            model_inputs=tuple(
                wire.ModelInput(model_id=link.model_id)
                for link in run.logged_models
                if link.direction == "input"
            ),
        ),
        outputs=wire.RunOutputs(
            model_outputs=tuple(
                wire.ModelOutput(model_id=link.model_id, step=link.step)
                for link in run.logged_models
                if link.direction == "output"
            )
        ),
    )


def info(run: Run, experiment: Experiment, locations: Locations) -> wire.RunInfo:
    """Return a run's facts; with its experiment it is deleted too."""
    deleted = run.lifecycle is Lifecycle.DELETED or experiment.stage is ExperimentStage.DELETED
    return wire.RunInfo(
        run_id=run.run_id,
        run_uuid=run.run_id,
        run_name=run.name or name_for(run.run_id),
        experiment_id=run.experiment_id,
        user_id=user_of(run),
        status=SHOWN[run.status],
        start_time=run.started_at,
        end_time=run.ended_at,
        artifact_uri=locations.of_run(experiment, run),
        lifecycle_stage="deleted" if deleted else "active",
    )


def _metric(key: str, summary: MetricSummary) -> wire.MetricValue:
    return wire.MetricValue(key=key, value=summary.last, timestamp=summary.timestamp, step=summary.step)


def _dataset(dataset: Dataset) -> wire.DatasetInput:
    described = dataset.description
    tags = {CONTEXT: dataset.context} if dataset.context else {}
    if described is not None:
        tags |= described.tags
    return wire.DatasetInput.model_construct(
        tags=tuple(wire.InputTag.model_construct(key=key, value=value) for key, value in tags.items()),
        dataset=wire.Dataset.model_construct(
            name=dataset.name,
            digest=described.digest if described else dataset.digest,
            source_type=described.source_type if described else "lineal",
            source=dataset.source,
            columns=described.columns if described else "",
            profile=described.profile if described else "",
        ),
    )
