"""What people decide, and putting it into effect."""

from collections.abc import Collection

from functions.core.approvals import deciders, promotions
from functions.core.approvals.promotions import Step
from functions.core.causes import Cause
from functions.core.errors import (
    ConflictError,
    DecidedOtherwiseError,
    InvalidRequestError,
    NotPendingError,
)
from functions.core.ledger import Draft, ModelHead, Move
from functions.core.models import aliases, stages
from functions.core.models.moving import move_in
from lineal_contract.approvals import Approval, ApprovalStatus, Decide, Decision, Verdict
from lineal_contract.events import VersionApproved
from lineal_contract.people import Actor
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion
from lineal_contract.stages import Stage

_OUTCOMES = {
    Verdict.APPROVE: (ApprovalStatus.PENDING, ApprovalStatus.APPROVED, ApprovalStatus.APPLIED),
    Verdict.REJECT: (ApprovalStatus.REJECTED,),
}


def decide(head: ModelHead, approval: Approval, asker: Actor, said: Decide, cause: Cause) -> Step:
    """Return the step that records a decision; the same one again is no change.

    `asker` is who asked, with the person their identity belongs to now. Raises UnknownPersonError,
    SelfApprovalError, NotPendingError, DecidedOtherwiseError, InvalidRequestError, ConflictError.
    """
    deciders.check_may_decide(asker, cause.actor)
    if earlier := deciders.decision_of(approval, cause.actor):
        return _repeated(approval, earlier, said)
    deciders.check_pending(approval, cause.at)
    if (delegate := deciders.handed_on_to(approval, cause.actor)) is not None:
        raise ConflictError(f"you have handed this request on to {delegate}")
    if said.verdict is Verdict.REJECT and not said.reason:
        raise InvalidRequestError("a rejection needs a reason")
    decision = Decision(verdict=said.verdict, actor=cause.actor, reason=said.reason, decided_at=cause.at)
    decided = approval.model_copy(update={"decisions": (*approval.decisions, decision)})
    if said.verdict is Verdict.REJECT:
        return promotions.close(head, decided, ApprovalStatus.REJECTED, said.reason, cause)
    return _approved(head, decided, cause)


def apply(
    head: ModelHead,
    approval: Approval,
    version: ModelVersion,
    baseline: ModelVersion | None,
    policy: Policy,
    cause: Cause,
    void: Collection[Decision] = (),
) -> Step:
    """Return the step that promotes an approved version, or says why that cannot be any more.

    The approval speaks of one manifest, one policy and one baseline: a change of the first two withdraws
    it, of the last sends it back to the rules and to people. `void` are decisions of people who have lost
    the right to decide: without them there may not be enough. A callback without a decision changes nothing.
    """
    if approval.status is ApprovalStatus.APPLIED:
        return Step("applied", approval)
    if approval.status is not ApprovalStatus.APPROVED:
        return Step("closed", approval)
    stale = promotions.unbound(approval, version, policy)
    if stale is None and policy.digest() != approval.policy.digest:
        stale = "the promotion rules have changed since"
    if stale is not None:
        return promotions.close(head, approval, ApprovalStatus.WITHDRAWN, stale, cause)
    if void and len(approval.decisions) - len(void) < approval.approvals_needed:
        return _without(head, approval, void, cause)
    if head.production_version != approval.baseline_version:
        return _ask_again(head, approval, cause)
    return _promote(head, approval, version, baseline, policy, cause)


def expire(head: ModelHead, approval: Approval, cause: Cause) -> Step:
    """Return the step that ends an unanswered approval; one decided at the last moment proceeds."""
    if approval.status in (ApprovalStatus.APPROVED, ApprovalStatus.APPLIED):
        return Step("proceed", approval)
    if approval.status is not ApprovalStatus.PENDING:
        return Step("closed", approval)
    return promotions.close(head, approval, ApprovalStatus.EXPIRED, "nobody decided in time", cause)


def _repeated(approval: Approval, earlier: Decision, said: Decide) -> Step:
    if earlier.verdict is not said.verdict:
        raise DecidedOtherwiseError(f"you have decided already: {earlier.verdict}")
    if approval.status not in _OUTCOMES[said.verdict]:
        raise NotPendingError(f"your decision stands, and the approval is {approval.status}")
    return Step("proceed", approval)


def _approved(head: ModelHead, decided: Approval, cause: Cause) -> Step:
    enough = len(decided.decisions) >= decided.approvals_needed
    status = ApprovalStatus.APPROVED if enough else ApprovalStatus.PENDING
    approval = decided.model_copy(update={"status": status})
    draft = Draft(head, cause)
    draft.put(approval=approval)
    draft.record(
        "approval.decided",
        f"approval/{approval.approval_id}",
        verdict=Verdict.APPROVE.value,
        reason=decided.decisions[-1].reason,
        policy=decided.policy.digest,
        commit=decided.policy.commit or "",
    )
    return Step("proceed" if enough else "ask", approval, draft.change())


def _without(head: ModelHead, approval: Approval, void: Collection[Decision], cause: Cause) -> Step:
    """Go back to asking; who still may decide need not say it again."""
    standing = tuple(d for d in approval.decisions if d not in void)
    reopened = approval.model_copy(update={"status": ApprovalStatus.PENDING, "decisions": standing})
    draft = Draft(head, cause)
    draft.put(approval=reopened)
    gone = ", ".join(sorted(d.actor.display_name for d in void))
    draft.record("approval.decisions_void", f"approval/{approval.approval_id}", decided_by=gone)
    return Step("evaluate", reopened, draft.change())


def _ask_again(head: ModelHead, approval: Approval, cause: Cause) -> Step:
    """Back to the rules. People compared with production only where they agreed to replace it."""
    kept = () if approval.stage == Stage.PRODUCTION else approval.decisions
    reopened = approval.model_copy(update={"status": ApprovalStatus.REQUESTED, "decisions": kept})
    draft = Draft(head, cause)
    draft.put(approval=reopened)
    draft.record(
        "approval.reopened",
        f"approval/{approval.approval_id}",
        was_compared_with=approval.baseline_version,
        production_version=head.production_version,
    )
    return Step("evaluate", reopened, draft.change())


def _promote(
    head: ModelHead,
    approval: Approval,
    version: ModelVersion,
    baseline: ModelVersion | None,
    policy: Policy,
    cause: Cause,
) -> Step:
    applied = approval.model_copy(update={"status": ApprovalStatus.APPLIED, "applied_at": cause.at})
    draft = Draft(head, cause)
    into_production = approval.stage == Stage.PRODUCTION
    if into_production and baseline is not None:
        move_in(draft, Move(baseline.version, Stage.ARCHIVED), baseline.stage, approval.approval_id)
    move = Move(version.version, approval.stage, approval.approval_id if into_production else None)
    move_in(draft, move, version.stage, approval.approval_id)
    if into_production:
        _take_production(draft, approval, policy)
    promotions.close_in(draft, applied, "")
    draft.put(policy_digest=policy.digest())
    return Step("applied", applied, draft.change())


def _take_production(draft: Draft, approval: Approval, policy: Policy) -> None:
    alias = stages.asked(policy, Stage.PRODUCTION).alias
    draft.set_head(production_version=approval.version)
    aliases.follow(draft, alias, approval.version)
    event = VersionApproved(
        approval_id=approval.approval_id,
        model=approval.model,
        version=approval.version,
        manifest_digest=approval.manifest_digest,
        endpoint=approval.model,
    )
    draft.record("version.approved", f"version/{approval.version}", event, alias=alias or "")
