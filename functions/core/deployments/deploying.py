"""What goes live, what a rollback moves, and what must never be deployed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from functions.core.causes import Cause
from functions.core.errors import ConflictError, NotApprovedError
from functions.core.ledger import Change, Draft, ModelHead, Move
from functions.core.models import aliases, stages
from functions.core.models.moving import move_in
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.deployments import Deployment, DeploymentStatus, Endpoint, Rollback
from lineal_contract.events import DeploymentStateChanged, VersionApproved
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion
from lineal_contract.stages import Stage

Outcome = Literal["deploy", "ignore", "wait", "live", "superseded"]


@dataclass(frozen=True)
class Step:
    """What a step of the deployment workflow comes to, and what to commit before."""

    outcome: Outcome
    detail: str
    change: Change | None = None


def distrust(claim: VersionApproved, approval: Approval, version: ModelVersion) -> str | None:
    """Return why an event is not believed, or None when the records bear it out.

    Anyone with PutEvents can forge an event; only what the registry says counts.
    """
    if approval.status is not ApprovalStatus.APPLIED or approval.stage != Stage.PRODUCTION:
        return f"the approval is {approval.status} for {approval.stage}"
    if (approval.model, approval.version) != (claim.model, claim.version):
        return "the approval is for another version"
    if version.approved_by_approval != approval.approval_id:
        return "the version does not carry this approval"
    if not approval.manifest_digest == version.manifest_digest == claim.manifest_digest:
        return "the manifest is not the one that was approved"
    return None


def open_deployment(
    head: ModelHead, approval: Approval, endpoint: str, execution_arn: str, cause: Cause
) -> Change:
    """Return the change that records a deployment about to be made, under the approval's id."""
    deployment = Deployment(
        deployment_id=approval.approval_id,
        project=approval.project,
        endpoint=endpoint,
        model=approval.model,
        version=approval.version,
        manifest_digest=approval.manifest_digest,
        kind="promotion",
        status=DeploymentStatus.PENDING,
        approval_id=approval.approval_id,
        actor=cause.actor,
        execution_arn=execution_arn,
        created_at=cause.at,
    )
    draft = Draft(head, cause)
    _put(draft, deployment)
    return draft.change()


def switch(
    head: ModelHead, deployment: Deployment, current: Endpoint | None, live: Deployment | None, cause: Cause
) -> Step:
    """Return the step that points the endpoint at a deployment, unless production has moved on."""
    if deployment.status is DeploymentStatus.LIVE:
        return Step("live", "already live")
    if deployment.status is not DeploymentStatus.PENDING:
        return Step("superseded", f"the deployment is {deployment.status}")
    if head.production_version != deployment.version:
        detail = f"version {head.production_version} is in production now"
        return Step("superseded", detail, end(head, deployment, DeploymentStatus.REFUSED, detail, cause))
    draft = Draft(head, cause)
    _go_live(draft, deployment, current, live)
    return Step("live", "the endpoint follows this version", draft.change())


def end(
    head: ModelHead, deployment: Deployment, status: DeploymentStatus, detail: str, cause: Cause
) -> Change:
    """Return the change that ends a deployment which did not go live."""
    draft = Draft(head, cause)
    ended = deployment.model_copy(update={"status": status, "error": detail, "ended_at": cause.at})
    _put(draft, ended, detail)
    return draft.change()


def rollback_target(
    asked: Rollback, head: ModelHead, current: Endpoint, history: Sequence[Deployment]
) -> int:
    """Return the version a rollback goes to: the one asked for, or the last good one before the present.

    `history` is in any order. What was rolled away from is no good one. Where production has moved and the
    endpoint could not follow, the last good one is what the endpoint still serves. Raises ConflictError.
    """
    settled = head.production_version == current.version
    if asked.version is not None:
        if settled and asked.version == current.version:
            raise ConflictError(f"version {current.version} is live already")
        return asked.version
    if not settled:
        return current.version
    bad = {d.replaced_version for d in history if d.kind == "rollback"} | {current.version}
    was_live = [d for d in history if d.live_at is not None]
    was_live.sort(
        key=lambda d: d.live_at or 0, reverse=True
    )  # ids of rollbacks are the clients', not a clock's
    earlier = (d.version for d in was_live if d.version not in bad)
    if (version := next(earlier, None)) is None:
        raise ConflictError("no other version was live at this endpoint and is not rolled away from")
    return version


def same_rollback(earlier: Deployment, asked: Rollback) -> Deployment:
    """Return what an earlier delivery of a request made. Raises ConflictError if it made something else."""
    if earlier.kind != "rollback" or asked.version not in (None, earlier.version):
        raise ConflictError("this request id has made another deployment")
    return earlier


def roll_back(
    head: ModelHead,
    current: Endpoint,
    live: Deployment,
    leaving: ModelVersion,
    target: ModelVersion,
    policy: Policy,
    asked: Rollback,
    cause: Cause,
) -> Change:
    """Return the change that moves endpoint, alias and stages back in one transaction.

    `leaving` is the version in production, which a deployment under way may not have made live yet.
    Raises NotApprovedError for a version that no approval brought to production.
    """
    if target.approved_by_approval is None:
        raise NotApprovedError(f"version {target.version} was never approved for production")
    if target.status in (VersionStatus.RETIRED, VersionStatus.DELETED):
        raise ConflictError(f"version {target.version} is {target.status}: {target.status_reason}")
    deployment = Deployment(
        deployment_id=asked.request_id,
        project=current.project,
        endpoint=current.endpoint,
        model=current.model,
        version=target.version,
        manifest_digest=target.manifest_digest,
        kind="rollback",
        status=DeploymentStatus.PENDING,
        approval_id=target.approved_by_approval,
        actor=cause.actor,
        reason=asked.reason,
        created_at=cause.at,
    )
    draft = Draft(head, cause)
    draft.record(
        "endpoint.rolled_back",
        f"endpoint/{current.endpoint}",
        reason=asked.reason,
        from_version=current.version,
        to_version=target.version,
    )
    if leaving.version != target.version:
        move_in(draft, Move(leaving.version, Stage.ARCHIVED), leaving.stage, None)
        back = Move(target.version, Stage.PRODUCTION, target.approved_by_approval)
        move_in(draft, back, target.stage, None)
    alias = stages.asked(policy, Stage.PRODUCTION).alias
    draft.set_head(production_version=target.version)
    aliases.follow(draft, alias, target.version)
    _go_live(draft, deployment, current, live)
    return draft.change()


def _go_live(draft: Draft, deployment: Deployment, current: Endpoint | None, live: Deployment | None) -> None:
    at = draft.cause.at
    switched = deployment.model_copy(
        update={
            "status": DeploymentStatus.LIVE,
            "live_at": at,
            "replaced_version": current.version if current else None,
        }
    )
    endpoint = Endpoint(
        project=deployment.project,
        endpoint=deployment.endpoint,
        model=deployment.model,
        version=deployment.version,
        manifest_digest=deployment.manifest_digest,
        deployment_id=deployment.deployment_id,
        target=deployment.target,
        updated_at=at,
    )
    superseded = (
        live.model_copy(update={"status": DeploymentStatus.SUPERSEDED, "ended_at": at}) if live else None
    )
    if superseded is not None:
        _put(draft, superseded, f"version {deployment.version} took its place")
    _put(draft, switched)
    draft.put(endpoint=endpoint, deployments=(superseded, switched) if superseded else (switched,))


def _put(draft: Draft, deployment: Deployment, detail: str = "") -> None:
    draft.put(deployments=(deployment,))
    event = DeploymentStateChanged(
        deployment_id=deployment.deployment_id,
        endpoint=deployment.endpoint,
        model=deployment.model,
        version=deployment.version,
        status=deployment.status,
        detail=detail,
    )
    draft.record(
        f"deployment.{deployment.status}",
        f"deployment/{deployment.deployment_id}",
        event,
        endpoint=deployment.endpoint,
        version=deployment.version,
        detail=detail,
    )
