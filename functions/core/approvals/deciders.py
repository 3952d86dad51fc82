"""Who may decide on a request: another person than who asked, while it waits, unless they handed it on."""

from functions.core.errors import NotPendingError, SelfApprovalError, UnknownPersonError
from lineal_contract.approvals import Approval, ApprovalStatus, Decision
from lineal_contract.people import Actor


def check_may_decide(asker: Actor, decider: Actor) -> None:
    """Two people, by their records: of an identity without one nobody knows whose it is.

    `asker` is who asked, with the person their identity belongs to now. Raises UnknownPersonError,
    SelfApprovalError.
    """
    if decider.person is None:
        raise UnknownPersonError("your identity belongs to no person record; an admin can link it")
    if asker.person is None:
        raise UnknownPersonError(
            f"nobody knows who asked: an admin has to link {asker.principal} to a person"
        )
    if decider.person == asker.person or decider.principal == asker.principal:
        raise SelfApprovalError("the person who asked for a promotion cannot decide on it")


def check_pending(approval: Approval, at: int) -> None:
    """Raise NotPendingError unless people may still decide at `at`, UTC milliseconds."""
    if approval.status is not ApprovalStatus.PENDING:
        raise NotPendingError(f"the approval is {approval.status} and waits for nobody")
    if approval.expires_at is not None and at >= approval.expires_at:
        raise NotPendingError("the time to decide has passed")


def decision_of(approval: Approval, actor: Actor) -> Decision | None:
    """Return what a person has decided, under whichever of their identities."""
    return next((d for d in approval.decisions if d.actor.person == actor.person), None)


def handed_on_to(approval: Approval, actor: Actor) -> str | None:
    """Return the person to whom an approver has left the decision, unless it came back to them since."""
    for delegation in reversed(approval.delegations):
        if delegation.actor.person == actor.person:
            return delegation.to
        if delegation.to == actor.person:
            return None
    return None
