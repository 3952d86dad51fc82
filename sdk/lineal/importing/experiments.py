"""Experiments of an import."""

from lineal.errors import ConflictError, NotFoundError
from lineal.importing import labels
from lineal.importing.identities import CREATED_AT, EXPERIMENT_ID, NAME, experiment_name
from lineal.importing.job import Job
from lineal.importing.records import ExperimentRecord
from lineal_contract.mlflow import experiment_endpoints as endpoints
from lineal_contract.mlflow import experiments as wire

_MAX_TAGS = 100


def bring(job: Job, record: ExperimentRecord) -> None:
    """Make an experiment or take the one of its name, and give it the tags that it has not.

    Raises ConflictError where it was deleted here, and not at the source.
    """
    name = experiment_name(record.name)
    if name != record.name:
        job.ledger.report.renamed[f"experiment {record.name}"] = name
    wanted = labels.tags(record.tags, lambda what: job.ledger.problem("experiment", record.id, what))
    own = {EXPERIMENT_ID: record.id, NAME: record.name, CREATED_AT: str(record.created_at)}
    wanted |= job.mark | own
    present = _named(job, name)
    found = present or _made(job, name, wanted)
    if found.lifecycle_stage == "deleted":
        _restore(job, record, found)
    _tag(job, found, wanted)
    job.experiments[record.id] = found.experiment_id
    job.ledger.count("experiments", verified=1, **{"present" if present else "written": 1})


def close(job: Job, record: ExperimentRecord) -> None:
    """Delete what is deleted at the source, now that its runs are here."""
    if record.deleted:
        wanted = wire.ExperimentId(experiment_id=job.experiments[record.id])
        job.client.mlflow.call(endpoints.DELETE_EXPERIMENT, wanted)


def _named(job: Job, name: str) -> wire.Experiment | None:
    try:
        wanted = wire.ExperimentByName(experiment_name=name)
        return job.client.mlflow.call(endpoints.GET_EXPERIMENT_BY_NAME, wanted).experiment
    except NotFoundError:
        return None


def _made(job: Job, name: str, tags: dict[str, str]) -> wire.Experiment:
    first = next(labels.cut(tags, _MAX_TAGS))
    given = tuple(wire.ExperimentTag(key=key, value=value) for key, value in first.items())
    try:
        made = job.client.mlflow.call(
            endpoints.CREATE_EXPERIMENT, wire.CreateExperiment(name=name, tags=given)
        )
    except ConflictError:  # another import was faster
        found = _named(job, name)
        if found is None:
            raise
        return found
    wanted = wire.ExperimentId(experiment_id=made.experiment_id)
    return job.client.mlflow.call(endpoints.GET_EXPERIMENT, wanted).experiment


def _restore(job: Job, record: ExperimentRecord, found: wire.Experiment) -> None:
    if not record.deleted:
        raise ConflictError(
            f"experiment {found.name!r} was deleted here: restore it, or leave it out with --experiment",
            status=409,
            code="conflict",
        )
    wanted = wire.ExperimentId(experiment_id=found.experiment_id)
    job.client.mlflow.call(endpoints.RESTORE_EXPERIMENT, wanted)


def _tag(job: Job, found: wire.Experiment, wanted: dict[str, str]) -> None:
    there = {tag.key for tag in found.tags}
    for key, value in wanted.items():
        if key not in there:
            change = wire.SetExperimentTag(experiment_id=found.experiment_id, key=key, value=value)
            job.client.mlflow.call(endpoints.SET_EXPERIMENT_TAG, change)
