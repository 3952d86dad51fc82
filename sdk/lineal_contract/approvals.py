"""Requests to promote a version, and what people decided."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Digest, Millis, ModelName, PersonId, Reason, RecordId, Wire
from lineal_contract.people import Actor
from lineal_contract.policies import PolicyRef, RuleResult
from lineal_contract.stages import StageName


class ApprovalStatus(StrEnum):
    """`requested` until the rules were evaluated; `approved` until applied; the rest are final."""

    REQUESTED = "requested"
    PENDING = "pending"
    APPROVED = "approved"
    APPLIED = "applied"
    REFUSED = "refused"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class Verdict(StrEnum):
    """What an approver says."""

    APPROVE = "approve"
    REJECT = "reject"


class RequestPromotion(Wire):
    """Asks for a version to enter a stage. Asking twice while open gives the open approval."""

    stage: StageName
    reason: Annotated[Reason, Field(min_length=1)]


class Decide(Wire):
    """One person's decision; a rejection needs a reason."""

    verdict: Verdict
    reason: Reason = ""


class CancelPromotion(Wire):
    """Takes a request back; for who asked, while nobody has decided for good."""

    reason: Annotated[Reason, Field(min_length=1)]


class Delegate(Wire):
    """Hands one request on to another person. It gives them no right that they do not have."""

    to: PersonId
    reason: Annotated[Reason, Field(min_length=1)]


class Delegation(Answer):
    """A request handed on: `actor` leaves the decision to the person `to`."""

    to: PersonId
    actor: Actor
    reason: str
    delegated_at: Millis


class Decision(Answer):
    """A decision as recorded."""

    verdict: Verdict
    actor: Actor
    reason: str
    decided_at: Millis


class Approval(Answer):
    """A request with its evaluation and decisions.

    `baseline_version` is the production version it was compared with: the decision holds for no other.
    `manifest_digest` binds it to the version's bytes, `policy` to the rules.
    """

    approval_id: RecordId
    project: str
    model: ModelName
    version: int
    stage: StageName
    status: ApprovalStatus
    reason: str
    requested_by: Actor
    requested_at: Millis
    manifest_digest: Digest
    policy: PolicyRef
    approvals_needed: int = 0
    baseline_version: int | None = None
    rule_results: tuple[RuleResult, ...] = ()
    refusal: str | None = None
    decisions: tuple[Decision, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    expires_at: Millis | None = None
    remind_at: Millis | None = None
    reminded_at: Millis | None = None
    execution_arn: str | None = None
    applied_at: Millis | None = None


class ApprovalQuery(Wire):
    """Which approvals of a project to list, newest first."""

    status: ApprovalStatus | None = None
    model: ModelName | None = None
    page_size: Annotated[int, Field(ge=1, le=200)] = 50
    page_token: str | None = None
