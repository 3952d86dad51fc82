"""Registration: a run's artifact becomes an immutable version."""

from functions.core.ledger import Cause, Change, Draft, ModelHead
from lineal_contract.artifacts import Artifact, manifest_digest
from lineal_contract.events import VersionRegistered
from lineal_contract.policies import Stage
from lineal_contract.registry import ModelVersion, RegisterVersion
from lineal_contract.runs import Run


def new_head(project: str, model: str, cause: Cause) -> ModelHead:
    """Return the head of a model that has no version yet."""
    return ModelHead(project=project, model=model, created_at=cause.at, created_by=cause.actor)


def register(
    head: ModelHead | None, model: str, request: RegisterVersion, run: Run, artifact: Artifact, cause: Cause
) -> Change:
    """Return the change that makes the next version of `model` from an artifact of `run`."""
    draft = Draft(head or new_head(run.project, model, cause), cause)
    number = draft.head.latest_version + 1
    version = ModelVersion(
        project=run.project,
        model=model,
        version=number,
        run_id=run.run_id,
        artifact=artifact.name,
        artifact_digest=artifact.digest,
        manifest=artifact.files,
        manifest_digest=manifest_digest(artifact.files),
        info=artifact.model,
        metrics={key: summary.last for key, summary in run.metrics.items()},
        stage=Stage.DEVELOPMENT,
        description=request.description,
        tags=request.tags,
        registered_by=cause.actor,
        registered_at=cause.at,
    )
    draft.set_head(latest_version=number)
    draft.put(new_version=version, request_id=request.request_id)
    event = VersionRegistered(
        model=model, version=number, run_id=run.run_id, manifest_digest=version.manifest_digest
    )
    draft.record(
        "version.registered", f"version/{number}", event, run_id=run.run_id, manifest=version.manifest_digest
    )
    return draft.change()
