"""Registration: a run's artifact, or files from outside, become an immutable version."""

from dataclasses import replace

from functions.core.causes import Cause
from functions.core.ledger import Change, Draft, ModelHead
from functions.core.models.naming import highest
from functions.core.objects.manifests import Pinned
from lineal_contract.artifacts import Artifact, manifest_digest
from lineal_contract.events import VersionRegistered
from lineal_contract.registry import DatasetRef, ModelVersion, OutsideArtifact, RegisterVersion
from lineal_contract.runs import SYSTEM_METRICS, Run
from lineal_contract.stages import Stage

OUTSIDE = "outside"
"""What stands in place of an artifact's name where no run has one."""


def new_head(project: str, model: str, cause: Cause) -> ModelHead:
    """Return the head of a model that has no version yet."""
    return ModelHead(project=project, model=model, created_at=cause.at, created_by=cause.actor)


def revived(head: ModelHead) -> ModelHead:
    """Return the head of a model that comes back: numbers and trail go on, all else is as new."""
    return replace(head, deleted_at=None, renamed_to=None, formerly=(), description="", tags={})


def from_run(
    request: RegisterVersion, run: Run, artifact: Artifact, model: str, cause: Cause
) -> ModelVersion:
    """Return the version that an artifact of a run would be, without a number."""
    return ModelVersion(
        project=run.project,
        model=model,
        version=1,
        commit=request.commit or run.code.commit,
        run_id=run.run_id,
        artifact=artifact.name,
        artifact_digest=artifact.digest,
        manifest=artifact.files,
        # Of a list in a document the artifact's own digest is the manifest's.
        manifest_digest=artifact.digest if artifact.manifest_object else manifest_digest(artifact.files),
        manifest_object=artifact.manifest_object,
        file_count=artifact.count,
        info=artifact.model,
        metrics={k: m.last for k, m in run.metrics.items() if not k.startswith(SYSTEM_METRICS)},
        datasets=tuple(
            DatasetRef(name=d.name, digest=d.digest, context=d.context, source=d.source) for d in run.datasets
        ),
        stage=Stage.DEVELOPMENT,
        description=request.description,
        tags=request.tags,
        registered_by=cause.actor,
        registered_at=cause.at,
    )


def from_outside(
    request: RegisterVersion,
    outside: OutsideArtifact,
    files: Pinned,
    project: str,
    model: str,
    cause: Cause,
) -> ModelVersion:
    """Return the version that stored files would be, without a number, marked as made elsewhere."""
    return ModelVersion(
        project=project,
        model=model,
        version=1,
        commit=request.commit,
        origin="outside",
        source=outside.source,
        run_id=None,
        artifact=OUTSIDE,
        artifact_digest=files.artifact_digest,
        manifest=files.entries,
        manifest_digest=files.digest,
        manifest_object=files.document,
        file_count=files.count,
        info=outside.info,
        metrics=dict(outside.metrics),
        stage=Stage.DEVELOPMENT,
        description=request.description,
        tags=request.tags,
        registered_by=cause.actor,
        registered_at=cause.at,
    )


def register(
    head: ModelHead | None,
    made: ModelVersion,
    request_id: str,
    semver: str | None,
    signature: str | None,
    cause: Cause,
) -> Change:
    """Return the change that gives a version its numbers and makes it the model's newest."""
    draft, version = numbered(head, made, semver, cause)
    draft.put(new_version=version, request_id=request_id, signature=signature)
    announce(draft, version, new_model=head is None or head.deleted_at is not None)
    return draft.change()


def numbered(
    head: ModelHead | None, made: ModelVersion, semver: str | None, cause: Cause
) -> tuple[Draft, ModelVersion]:
    """Return the draft of a change that adds a version to a model, and the version with its numbers."""
    before = head or new_head(made.project, made.model, cause)
    draft = Draft(before if before.deleted_at is None else revived(before), cause)
    number = draft.head.latest_version + 1
    draft.set_head(latest_version=number, **highest(draft.head, semver, number))
    return draft, made.model_copy(update={"version": number, "semver": semver})


def announce(draft: Draft, version: ModelVersion, *, new_model: bool) -> None:
    """Record that a version is there, and tell the bus."""
    event = VersionRegistered(
        model=version.model,
        version=version.version,
        run_id=version.run_id,
        manifest_digest=version.manifest_digest,
        new_model=new_model,
    )
    draft.record(
        "version.registered",
        f"version/{version.version}",
        event,
        run_id=version.run_id,
        manifest=version.manifest_digest,
        **_also_said(version),
    )


def _also_said(version: ModelVersion) -> dict[str, str]:
    said = {"semver": version.semver, "commit": version.commit, "source": version.source or None}
    return {name: value for name, value in said.items() if value is not None}
