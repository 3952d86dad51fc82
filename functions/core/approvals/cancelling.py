"""Taking a request back: for the person who asked, until the decision is made."""

from functions.core.approvals import promotions
from functions.core.approvals.promotions import Step
from functions.core.causes import Cause
from functions.core.errors import ForbiddenError, NotPendingError
from functions.core.ledger import ModelHead
from lineal_contract.approvals import Approval, ApprovalStatus, CancelPromotion
from lineal_contract.people import Actor

_OPEN = (ApprovalStatus.REQUESTED, ApprovalStatus.PENDING)


def cancel(head: ModelHead, approval: Approval, asker: Actor, said: CancelPromotion, cause: Cause) -> Step:
    """Return the step that closes a request for good; taking it back again is no change.

    `asker` is who asked, with the person their identity belongs to now. Raises ForbiddenError for somebody
    else, NotPendingError for a request that is decided.
    """
    if not _same(asker, cause.actor):
        raise ForbiddenError("only who asked can take a request back; an approver can reject it")
    if approval.status is ApprovalStatus.CANCELLED:
        return Step("closed", approval)
    if approval.status not in _OPEN:
        raise NotPendingError(f"the approval is {approval.status}: there is nothing to take back")
    return promotions.close(head, approval, ApprovalStatus.CANCELLED, said.reason, cause)


def _same(asker: Actor, actor: Actor) -> bool:
    return asker.principal == actor.principal or (asker.person is not None and asker.person == actor.person)
