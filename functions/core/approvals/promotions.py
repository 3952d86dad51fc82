"""Asking for a stage and evaluating the request: the rules speak first, then people."""

from dataclasses import dataclass
from typing import Any, Literal

from functions.core.causes import Cause
from functions.core.errors import ConflictError
from functions.core.in_force import policy_ref
from functions.core.ledger import Change, Draft, ModelHead, Move
from functions.core.models import stages
from functions.core.models.moving import move_in
from functions.core.models.pending import check_ready
from functions.core.policies import rules
from functions.core.policies.judging import judge
from lineal_contract.approvals import Approval, ApprovalStatus, RequestPromotion
from lineal_contract.events import ApprovalClosed, ApprovalPending, ApprovalRequested
from lineal_contract.policies import Policy, RuleResult, StagePolicy
from lineal_contract.registry import ModelVersion
from lineal_contract.stages import StageName

HOUR = 3_600_000

Outcome = Literal["ask", "proceed", "closed", "applied", "evaluate"]


@dataclass(frozen=True)
class Step:
    """What a step of the workflow comes to: where to go, and what to commit before."""

    outcome: Outcome
    approval: Approval
    change: Change | None = None


def open_key(version: int, stage: StageName) -> str:
    """Return the head's key of an open approval."""
    return f"{version}:{stage}"


def request(
    head: ModelHead,
    version: ModelVersion,
    asked: RequestPromotion,
    policy: Policy,
    approval_id: str,
    execution_arn: str,
    cause: Cause,
) -> Change:
    """Return the change that opens an approval.

    Raises IllegalTransitionError, NotReadyError, ConflictError.
    """
    check_ready(version)
    if why := stages.barred(version):
        raise ConflictError(why)
    stages.steps(policy, version.stage, asked.stage)
    approval = Approval(
        approval_id=approval_id,
        project=version.project,
        model=version.model,
        version=version.version,
        stage=asked.stage,
        status=ApprovalStatus.REQUESTED,
        reason=asked.reason,
        requested_by=cause.actor,
        requested_at=cause.at,
        manifest_digest=version.manifest_digest,
        policy=policy_ref(policy),
        execution_arn=execution_arn,
    )
    draft = Draft(head, cause)
    draft.set_head(open_approvals=head.open_approvals | {open_key(version.version, asked.stage): approval_id})
    draft.put(approval=approval)
    event = ApprovalRequested(
        approval_id=approval_id,
        model=version.model,
        version=version.version,
        stage=asked.stage,
        reason=asked.reason,
    )
    draft.record("approval.requested", f"approval/{approval_id}", event, reason=asked.reason)
    return draft.change()


def evaluate(
    head: ModelHead, approval: Approval, candidate: rules.Candidate, policy: Policy, cause: Cause
) -> Step:
    """Return where a request stands after its rules were looked at, at the version's present baseline."""
    if approval.status is ApprovalStatus.APPROVED:
        return Step("proceed", approval)
    if approval.status is ApprovalStatus.PENDING and approval.baseline_version == head.production_version:
        return Step("ask", approval)
    # Decisions that came back with a request outlive another production version: see `decisions.apply`.
    kept = approval.decisions if approval.status is ApprovalStatus.REQUESTED else ()
    if approval.status not in (ApprovalStatus.REQUESTED, ApprovalStatus.PENDING):
        return Step("closed", approval)
    version = candidate.version
    if stale := unbound(approval, version, policy):
        return close(head, approval, ApprovalStatus.WITHDRAWN, stale, cause)
    way = stages.steps(policy, version.stage, approval.stage)
    results = judge(policy, way, candidate)
    evaluated = approval.model_copy(
        update={
            "policy": policy_ref(policy),
            "baseline_version": head.production_version,
            "rule_results": results,
            "decisions": kept,
        }
    )
    if reason := rules.refusal(results):
        return close(head, evaluated, ApprovalStatus.REFUSED, reason, cause)
    return _accept(head, evaluated, way[:-1], version.stage, policy, cause)


def unbound(approval: Approval, version: ModelVersion, policy: Policy) -> str | None:
    """Return why an approval no longer speaks of this version, or None while it does."""
    if version.manifest_digest != approval.manifest_digest:
        return "the version's manifest is not the one that was asked for"
    if why := stages.barred(version):
        return why
    if approval.stage not in stages.targets(policy, version.stage):
        return f"the version is in {version.stage} now, from where no way leads to {approval.stage}"
    return None


def close(head: ModelHead, approval: Approval, status: ApprovalStatus, detail: str, cause: Cause) -> Step:
    """Return the step that ends an approval without a promotion, its reason stored."""
    closed = approval.model_copy(update={"status": status, "refusal": detail})
    draft = Draft(head, cause)
    close_in(draft, closed, detail)
    return Step("closed", closed, draft.change())


def close_in(draft: Draft, closed: Approval, detail: str) -> None:
    """Add the end of an approval to a change."""
    key = open_key(closed.version, closed.stage)
    draft.set_head(open_approvals={k: v for k, v in draft.head.open_approvals.items() if k != key})
    draft.put(approval=closed)
    event = ApprovalClosed(
        approval_id=closed.approval_id,
        model=closed.model,
        version=closed.version,
        stage=closed.stage,
        status=closed.status,
        detail=detail,
    )
    draft.record(f"approval.{closed.status}", f"approval/{closed.approval_id}", event, detail=detail)


def _accept(
    head: ModelHead,
    approval: Approval,
    passed_through: tuple[StageName, ...],
    current: StageName,
    policy: Policy,
    cause: Cause,
) -> Step:
    asked = stages.asked(policy, approval.stage)
    ask = len(approval.decisions) < asked.approvals
    status = ApprovalStatus.PENDING if ask else ApprovalStatus.APPROVED
    expires_at = cause.at + asked.expires_after_hours * HOUR
    accepted = approval.model_copy(
        update={
            "status": status,
            "approvals_needed": asked.approvals,
            "expires_at": expires_at,
            "remind_at": _remind_at(asked, expires_at),
            "reminded_at": None,
        }
    )
    draft = Draft(head, cause)
    for came_from, entered in stages.transitions(current, passed_through):
        move_in(draft, Move(approval.version, entered), came_from, approval.approval_id)
    draft.put(approval=accepted)
    event = _pending(accepted, expires_at) if ask else None
    draft.record("approval.evaluated", f"approval/{approval.approval_id}", event, **_figures(accepted))
    return Step("ask" if ask else "proceed", accepted, draft.change())


def _remind_at(asked: StagePolicy, expires_at: int) -> int:
    """Return when to remind people: never in the first half of the time they have."""
    return expires_at - min(asked.remind_before_hours * HOUR, asked.expires_after_hours * HOUR // 2)


def _pending(approval: Approval, expires_at: int) -> ApprovalPending:
    return ApprovalPending(
        approval_id=approval.approval_id,
        model=approval.model,
        version=approval.version,
        stage=approval.stage,
        approvals_needed=approval.approvals_needed,
        expires_at=expires_at,
    )


def _figures(approval: Approval) -> dict[str, Any]:
    return {
        "policy": approval.policy.digest,
        "commit": approval.policy.commit or "",
        "baseline_version": approval.baseline_version,
        "rules": [_sentence(result) for result in approval.rule_results],
    }


def _sentence(result: RuleResult) -> str:
    return f"{result.check}: {'holds' if result.passed else 'fails'}: {result.message}"
