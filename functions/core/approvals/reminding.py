"""One reminder before a request expires, recorded so that it is sent once."""

from functions.core.approvals.promotions import Step
from functions.core.causes import Cause
from functions.core.ledger import Draft, ModelHead
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.events import ApprovalReminded


def is_due(approval: Approval, at: int) -> bool:
    """Say whether people are to be reminded at `at`."""
    return (
        approval.status is ApprovalStatus.PENDING
        and approval.reminded_at is None
        and approval.remind_at is not None
        and approval.expires_at is not None
        and approval.remind_at <= at < approval.expires_at
    )


def remind(head: ModelHead, approval: Approval, cause: Cause) -> Step:
    """Return the step that reminds, or no change where that is not due."""
    if not is_due(approval, cause.at) or approval.expires_at is None:
        return Step("ask", approval)
    reminded = approval.model_copy(update={"reminded_at": cause.at})
    draft = Draft(head, cause)
    draft.put(approval=reminded)
    event = ApprovalReminded(
        approval_id=approval.approval_id,
        model=approval.model,
        version=approval.version,
        stage=approval.stage,
        expires_at=approval.expires_at,
    )
    draft.record("approval.reminded", f"approval/{approval.approval_id}", event)
    return Step("ask", reminded, draft.change())
