"""Handing a request on: the approver steps back, and another person is told that they are waited for."""

from functions.core.approvals import deciders
from functions.core.approvals.promotions import Step
from functions.core.causes import Cause
from functions.core.errors import ConflictError, DecidedOtherwiseError, InvalidRequestError, SelfApprovalError
from functions.core.ledger import Draft, ModelHead
from lineal_contract.approvals import Approval, Delegate, Delegation
from lineal_contract.events import ApprovalDelegated
from lineal_contract.people import Actor

MOST = 20
"""How often one request can be handed on: an approval is one item of bounded size."""


def delegate(head: ModelHead, approval: Approval, asker: Actor, said: Delegate, cause: Cause) -> Step:
    """Return the step that records a delegation; the same one again is no change.

    It hands over a duty and no right: the delegate still needs to be allowed to decide, and to be another
    person than who asked. Raises UnknownPersonError, SelfApprovalError, NotPendingError,
    InvalidRequestError, DecidedOtherwiseError, ConflictError.
    """
    deciders.check_may_decide(asker, cause.actor)
    deciders.check_pending(approval, cause.at)
    if deciders.handed_on_to(approval, cause.actor) == said.to:
        return Step("ask", approval)
    _check(approval, asker, said, cause.actor)
    delegation = Delegation(to=said.to, actor=cause.actor, reason=said.reason, delegated_at=cause.at)
    handed_on = approval.model_copy(update={"delegations": (*approval.delegations, delegation)})
    draft = Draft(head, cause)
    draft.put(approval=handed_on)
    draft.record(
        "approval.delegated",
        f"approval/{approval.approval_id}",
        _event(handed_on, said),
        to=said.to,
        reason=said.reason,
    )
    return Step("ask", handed_on, draft.change())


def _check(approval: Approval, asker: Actor, said: Delegate, actor: Actor) -> None:
    if said.to == actor.person:
        raise InvalidRequestError("a request is handed on to somebody else")
    if said.to == asker.person:
        raise SelfApprovalError("the person who asked for a promotion cannot decide on it")
    if deciders.decision_of(approval, actor) is not None:
        raise DecidedOtherwiseError("you have decided already; there is nothing to hand on")
    if any(decision.actor.person == said.to for decision in approval.decisions):
        raise ConflictError(f"{said.to} has decided already")
    if (other := deciders.handed_on_to(approval, actor)) is not None:
        raise ConflictError(f"you have handed this request on to {other}")
    if len(approval.delegations) >= MOST:
        raise ConflictError(f"a request is handed on at most {MOST} times")


def _event(approval: Approval, said: Delegate) -> ApprovalDelegated:
    return ApprovalDelegated(
        approval_id=approval.approval_id,
        model=approval.model,
        version=approval.version,
        stage=approval.stage,
        to=said.to,
        reason=said.reason,
    )
