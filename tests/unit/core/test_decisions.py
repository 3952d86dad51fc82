"""What people decide, and putting it into effect."""

import pytest

from functions.core.approvals import decisions
from functions.core.approvals.promotions import Step
from functions.core.causes import Cause
from functions.core.errors import (
    CoreError,
    DecidedOtherwiseError,
    InvalidRequestError,
    NotPendingError,
    SelfApprovalError,
    UnknownPersonError,
)
from functions.core.ledger import Change, ModelHead, Move
from lineal_contract.approvals import Approval, ApprovalStatus, Decide, Verdict
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.events import AliasChanged, ApprovalClosed, VersionApproved, VersionStateChanged
from lineal_contract.people import Actor
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.registry import ModelVersion
from tests import builders
from tests.builders import ANN, BOB, CLEO, NOBODY, NOW

APPROVE = Decide(verdict=Verdict.APPROVE)
REJECT = Decide(verdict=Verdict.REJECT, reason="too slow")
FINAL = sorted(
    set(ApprovalStatus) - {ApprovalStatus.REQUESTED, ApprovalStatus.PENDING, ApprovalStatus.APPROVED}
)


def decide(approval: Approval, said: Decide, by: Actor, at: int = NOW, asker: Actor | None = None) -> Step:
    by_whom = asker or approval.requested_by
    return decisions.decide(builders.head(), approval, by_whom, said, Cause(by, at, "request-1"))


def apply(
    approval: Approval,
    version: ModelVersion | None = None,
    baseline: ModelVersion | None = None,
    policy: Policy = builders.POLICY,
    head: ModelHead | None = None,
) -> Step:
    at = head or builders.head(production_version=baseline.version if baseline else None)
    staged = version or builders.version(stage=Stage.STAGING)
    return decisions.apply(at, approval, staged, baseline, policy, builders.cause(BOB))


def changed(step: Step) -> Change:
    assert step.change is not None
    return step.change


def approved(**values: object) -> Approval:
    return decide(builders.approval(**values), APPROVE, BOB).approval


def test_another_persons_approval_is_recorded() -> None:
    step = decide(builders.approval(), Decide(verdict=Verdict.APPROVE, reason="looks good"), BOB)
    assert (step.outcome, step.approval.status) == ("proceed", ApprovalStatus.APPROVED)
    (decision,) = step.approval.decisions
    assert (decision.verdict, decision.actor, decision.reason) == (Verdict.APPROVE, BOB, "looks good")
    assert decision.decided_at == NOW
    (record,) = changed(step).audit
    assert (record.action, record.actor) == ("approval.decided", BOB)


def test_an_identity_without_a_person_decides_nothing() -> None:
    with pytest.raises(UnknownPersonError):
        decide(builders.approval(), APPROVE, NOBODY)


@pytest.mark.parametrize("said", [APPROVE, REJECT])
@pytest.mark.parametrize(
    "by",
    [
        ANN,
        Actor(principal="arn:aws:sts::123456789012:assumed-role/Approver/ann", person="ann"),
        Actor(principal=ANN.principal, person="bob"),
    ],
    ids=["same identity", "another identity of the same person", "same identity linked to another"],
)
def test_who_asked_does_not_decide(by: Actor, said: Decide) -> None:
    with pytest.raises(SelfApprovalError):
        decide(builders.approval(), said, by)


def test_nobody_decides_while_it_is_unknown_who_asked() -> None:
    with pytest.raises(UnknownPersonError, match=NOBODY.principal):
        decide(builders.approval(requested_by=NOBODY), APPROVE, BOB)


def test_an_identity_that_was_linked_since_counts_as_its_persons() -> None:
    linked = Actor(principal=NOBODY.principal, person="bob")
    with pytest.raises(SelfApprovalError):
        decide(builders.approval(requested_by=NOBODY), APPROVE, BOB, asker=linked)
    assert decide(builders.approval(requested_by=NOBODY), APPROVE, CLEO, asker=linked).outcome == "proceed"


def test_two_people_have_to_agree_where_two_are_asked() -> None:
    first = decide(builders.approval(approvals_needed=2), APPROVE, BOB)
    assert (first.outcome, first.approval.status) == ("ask", ApprovalStatus.PENDING)
    again = decide(first.approval, APPROVE, BOB)
    assert (again.change, len(again.approval.decisions)) == (None, 1)
    second = decide(first.approval, APPROVE, CLEO)
    assert (second.outcome, second.approval.status) == ("proceed", ApprovalStatus.APPROVED)


def test_one_person_counts_once_whatever_identities_they_have() -> None:
    first = decide(builders.approval(approvals_needed=2), APPROVE, BOB).approval
    other_session = Actor(principal="arn:aws:sts::123456789012:assumed-role/Approver/bob", person="bob")
    again = decide(first, APPROVE, other_session)
    assert again.approval.status is ApprovalStatus.PENDING
    assert again.change is None


def test_one_rejection_ends_it_whoever_agreed_before() -> None:
    first = decide(builders.approval(approvals_needed=2), APPROVE, BOB).approval
    step = decide(first, REJECT, CLEO)
    assert (step.outcome, step.approval.status) == ("closed", ApprovalStatus.REJECTED)
    assert step.approval.refusal == "too slow"
    (event,) = (e.detail.data for e in changed(step).events)
    assert isinstance(event, ApprovalClosed)
    assert (event.status, event.detail) == (ApprovalStatus.REJECTED, "too slow")


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_rejection_needs_a_reason(reason: str) -> None:
    with pytest.raises(InvalidRequestError):
        decide(builders.approval(), Decide(verdict=Verdict.REJECT, reason=reason), BOB)


@pytest.mark.parametrize(("said", "other"), [(APPROVE, REJECT), (REJECT, APPROVE)])
def test_the_same_decision_again_changes_nothing_and_another_is_refused(said: Decide, other: Decide) -> None:
    decided = decide(builders.approval(), said, BOB).approval
    assert decide(decided, said, BOB) == Step("proceed", decided, None)
    with pytest.raises(DecidedOtherwiseError):
        decide(decided, other, BOB)


def test_an_applied_approval_may_be_approved_again_by_who_approved_it() -> None:
    applied = apply(approved()).approval
    assert decide(applied, APPROVE, BOB).change is None


@pytest.mark.parametrize("status", [s for s in ApprovalStatus if s is not ApprovalStatus.PENDING])
def test_only_a_pending_approval_takes_decisions(status: ApprovalStatus) -> None:
    with pytest.raises(NotPendingError, match=status):
        decide(builders.approval(status=status), APPROVE, BOB)


@pytest.mark.parametrize(("late", "error"), [(-1, None), (0, NotPendingError), (1, NotPendingError)])
def test_the_last_moment_to_decide_is_before_the_expiry(late: int, error: type[CoreError] | None) -> None:
    approval = builders.approval()
    assert approval.expires_at is not None
    if error is None:
        assert decide(approval, APPROVE, BOB, approval.expires_at + late).change is not None
        return
    with pytest.raises(error):
        decide(approval, APPROVE, BOB, approval.expires_at + late)


def test_applying_the_first_version_moves_stage_alias_and_production_at_once() -> None:
    step = apply(approved())
    change = changed(step)
    assert (step.outcome, step.approval.status) == ("applied", ApprovalStatus.APPLIED)
    assert step.approval.applied_at == NOW
    assert change.moves == (Move(1, Stage.PRODUCTION, step.approval.approval_id),)
    assert change.head.production_version == 1
    assert change.head.aliases == {"champion": 1}
    assert [type(e.detail.data) for e in change.events] == [
        VersionStateChanged, AliasChanged, VersionApproved, ApprovalClosed,
    ]  # fmt: skip


def test_the_version_before_leaves_production_in_the_same_change() -> None:
    baseline = builders.version(9, stage=Stage.PRODUCTION)
    head = builders.head(production_version=9, aliases={"champion": 9, "other": 3})
    change = changed(apply(approved(baseline_version=9), baseline=baseline, head=head))
    assert [(m.version, m.stage) for m in change.moves] == [(9, Stage.ARCHIVED), (1, Stage.PRODUCTION)]
    assert change.head.aliases == {"champion": 1, "other": 3}


def test_entering_staging_moves_neither_alias_nor_production() -> None:
    approval = builders.approval(stage=Stage.STAGING, status=ApprovalStatus.APPROVED, baseline_version=9)
    baseline = builders.version(9, stage=Stage.PRODUCTION)
    change = changed(apply(approval, builders.version(), baseline))
    assert change.moves == (Move(1, Stage.STAGING),)
    assert (change.head.production_version, change.head.aliases) == (9, {})
    assert VersionApproved not in {type(e.detail.data) for e in change.events}


def test_an_alias_moves_only_if_the_rules_name_one() -> None:
    policy = Policy(name="bare", stages={Stage.PRODUCTION: StagePolicy(approvals=1)})
    approval = approved().model_copy(update={"policy": builders.approval().policy.model_copy(
        update={"digest": policy.digest()}
    )})  # fmt: skip
    assert changed(apply(approval, policy=policy)).head.aliases == {}


def test_the_event_that_starts_a_deployment_names_the_approved_bytes() -> None:
    step = apply(approved())
    (event,) = (e.detail.data for e in changed(step).events if isinstance(e.detail.data, VersionApproved))
    assert (event.approval_id, event.version) == (step.approval.approval_id, 1)
    assert event.manifest_digest == step.approval.manifest_digest


def test_another_production_version_sends_it_back_to_rules_and_people() -> None:
    step = apply(approved(), head=builders.head(production_version=5))
    assert (step.outcome, step.approval.status) == ("evaluate", ApprovalStatus.REQUESTED)
    assert step.approval.decisions == ()
    change = changed(step)
    assert (change.moves, change.events) == ((), ())
    (record,) = change.audit
    assert record.details == {"was_compared_with": None, "production_version": 5}


def test_other_rules_withdraw_it() -> None:
    step = apply(approved(), policy=Policy(name="strict", stages={}))
    assert step.approval.status is ApprovalStatus.WITHDRAWN
    assert step.approval.refusal == "the promotion rules have changed since"
    assert changed(step).moves == ()


def test_the_same_rules_from_another_commit_are_the_same_rules() -> None:
    policy = builders.POLICY.model_copy(update={"commit": "b" * 40})
    assert apply(approved(), policy=policy).outcome == "applied"


def test_other_bytes_withdraw_it() -> None:
    other = (ManifestEntry(path="model.onnx", object=builders.stored(b"others")),)
    step = apply(approved(), builders.version(files=other))
    assert step.approval.status is ApprovalStatus.WITHDRAWN
    assert changed(step).moves == ()


def test_a_callback_without_a_decision_promotes_nothing() -> None:
    pending = builders.approval()
    assert apply(pending) == Step("closed", pending, None)
    assert apply(builders.approval(status=ApprovalStatus.REQUESTED)).outcome == "closed"


@pytest.mark.parametrize("status", FINAL)
def test_what_has_ended_stays_as_it_ended(status: ApprovalStatus) -> None:
    ended = builders.approval(status=status)
    outcome = "applied" if status is ApprovalStatus.APPLIED else "closed"
    assert apply(ended) == Step(outcome, ended, None)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(ApprovalStatus.APPROVED, "proceed"), (ApprovalStatus.APPLIED, "proceed")]
    + [(status, "closed") for status in FINAL if status is not ApprovalStatus.APPLIED],
)
def test_expiry_changes_nothing_that_was_decided(status: ApprovalStatus, outcome: str) -> None:
    approval = builders.approval(status=status)
    assert decisions.expire(builders.head(), approval, builders.cause()) == Step(outcome, approval, None)


def test_an_unanswered_approval_expires() -> None:
    head = builders.head(open_approvals={"1:production": builders.approval().approval_id})
    step = decisions.expire(head, builders.approval(), builders.cause())
    assert (step.outcome, step.approval.status) == ("closed", ApprovalStatus.EXPIRED)
    assert changed(step).head.open_approvals == {}
