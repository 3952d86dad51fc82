"""What deciders do with a request."""

from lineal_contract import approvals
from lineal_contract.routes.route import Route

DECIDE = Route(
    "decide", "POST", "/approvals/{project}/{approval_id}/decisions", "approvals",
    approvals.Approval, body=approvals.Decide, summary="Approve or reject a request", once=True,
)  # fmt: skip
DELEGATE = Route(
    "delegate", "POST", "/approvals/{project}/{approval_id}/delegations", "approvals",
    approvals.Approval, body=approvals.Delegate, summary="Hand a request on to another approver",
    once=True,
)  # fmt: skip
CANCEL_PROMOTION = Route(
    "cancel_promotion", "POST", "/approvals/{project}/{approval_id}/cancellations", "approvals",
    approvals.Approval, body=approvals.CancelPromotion, summary="Take one's own request back",
)  # fmt: skip
