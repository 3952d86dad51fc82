"""Approvals: reading them, deciding them, waiting for them."""

from collections.abc import Collection, Iterator

from lineal.http.api import checked_input, limited, paged
from lineal.http.polling import poll
from lineal.resources.base import Bound, Resource
from lineal_contract.approvals import Approval as ApprovalRecord
from lineal_contract.approvals import (
    ApprovalQuery,
    ApprovalStatus,
    CancelPromotion,
    Decide,
    Delegate,
    Verdict,
)
from lineal_contract.base import Page
from lineal_contract.routes import approvals, registry

FINAL = frozenset(
    {
        ApprovalStatus.APPLIED,
        ApprovalStatus.REFUSED,
        ApprovalStatus.REJECTED,
        ApprovalStatus.EXPIRED,
        ApprovalStatus.WITHDRAWN,
        ApprovalStatus.CANCELLED,
    }
)
"""The statuses that do not change any more."""


class Approval(Bound, ApprovalRecord):
    """An approval as it was when it was read."""

    @property
    def id(self) -> str:
        """The approval's id."""
        return self.approval_id

    def refresh(self) -> "Approval":
        """Return the approval as it is now."""
        return Approvals(self._api).get(self.approval_id)

    def approve(self, reason: str = "") -> "Approval":
        """Say yes, as the caller. Raises PermissionDeniedError for a request of one's own."""
        return Approvals(self._api).decide(self.approval_id, Verdict.APPROVE, reason)

    def reject(self, reason: str) -> "Approval":
        """Say no, with the reason."""
        return Approvals(self._api).decide(self.approval_id, Verdict.REJECT, reason)

    def delegate(self, to: str, reason: str) -> "Approval":
        """Leave the decision to another person, who has to be allowed to make it."""
        return Approvals(self._api).delegate(self.approval_id, to, reason)

    def cancel(self, reason: str) -> "Approval":
        """Take one's own request back."""
        return Approvals(self._api).cancel(self.approval_id, reason)

    def wait(self, *, timeout: float = 300.0, until: Collection[ApprovalStatus | str] = FINAL) -> "Approval":
        """Poll until the status is one of `until`, or final; return the approval as it is then.

        Raises WaitTimeoutError after `timeout` seconds.
        """

        def settled() -> Approval | None:
            approval = self.refresh()
            return approval if approval.status in FINAL or approval.status in until else None

        return poll(settled, timeout, f"approval {self.approval_id} is still open")


class Approvals(Resource):
    """The approvals of the project."""

    def get(self, approval_id: str) -> Approval:
        """Return an approval. Raises NotFoundError."""
        return Approval.bind(self._api.call(registry.GET_APPROVAL, approval_id=approval_id), self._api)

    def list(
        self,
        *,
        status: ApprovalStatus | str | None = None,
        model: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Approval]:
        """Yield approvals, newest first: those in a status, of a model, or all."""

        def fetch(token: str | None) -> Page[ApprovalRecord]:
            page = query.model_copy(update={"page_token": token})
            return self._api.call(registry.LIST_APPROVALS, query=page)

        with checked_input():
            query = ApprovalQuery.model_validate({"status": status, "model": model})
        return limited((Approval.bind(record, self._api) for record in paged(fetch)), limit)

    def decide(self, approval_id: str, verdict: Verdict, reason: str = "") -> Approval:
        """Record the caller's decision; the same one again changes nothing, another is a ConflictError."""
        with checked_input():
            decision = Decide(verdict=verdict, reason=reason)
        record = self._api.call(approvals.DECIDE, body=decision, approval_id=approval_id)
        return Approval.bind(record, self._api)

    def delegate(self, approval_id: str, to: str, reason: str) -> Approval:
        """Hand a request on to the person `to`; the caller can decide on it no more, unless it comes back.

        Raises PermissionDeniedError, NotFoundError for an unknown person, ConflictError.
        """
        with checked_input():
            delegation = Delegate(to=to, reason=reason)
        record = self._api.call(approvals.DELEGATE, body=delegation, approval_id=approval_id)
        return Approval.bind(record, self._api)

    def cancel(self, approval_id: str, reason: str) -> Approval:
        """Take back what the caller asked for. Raises PermissionDeniedError, ConflictError once decided."""
        with checked_input():
            cancellation = CancelPromotion(reason=reason)
        record = self._api.call(approvals.CANCEL_PROMOTION, body=cancellation, approval_id=approval_id)
        return Approval.bind(record, self._api)
