"""Delegation, cancellation, reminders, and decisions of people who may decide no more."""

import pytest

from functions.core.causes import Cause, Said
from functions.core.errors import (
    ConflictError,
    CoreError,
    DecidedOtherwiseError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    NotPendingError,
    SelfApprovalError,
    UnknownPersonError,
)
from lineal_contract.approvals import ApprovalStatus, Decide, Delegate, Verdict
from lineal_contract.events import DetailType
from lineal_contract.people import Actor
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.roles import Role
from tests import builders
from tests.builders import ANN, BOB, CLEO, HOUR, NOBODY, PROJECT
from tests.unit.core.town import Town

ANN_ELSEWHERE = Actor(principal="arn:aws:sts::123456789012:assumed-role/DataScientist/ann", person="ann")
TWO = Policy(name="two", stages={Stage.PRODUCTION: StagePolicy(approvals=2)})


@pytest.fixture
def town() -> Town:
    return Town()


def named(by: Actor, town: Town, words: str) -> Cause:
    return builders.cause(by, town.now, Said(builders.hex_id(900), words))


def pending(town: Town, by: Actor = ANN) -> str:
    approval_id = town.ask(town.version(50.0).version, by=by).approval_id
    town.evaluate(approval_id)
    assert town.approving.ask(PROJECT, approval_id, "callback")
    return approval_id


def told(town: Town, kind: DetailType) -> int:
    return sum(event.detail_type is kind for event in town.models.events)


def test_a_delegate_decides_and_who_handed_on_does_not(town: Town) -> None:
    approval_id = pending(town)
    (delegation,) = town.delegate(approval_id, to="cleo", by=BOB).delegations
    assert (delegation.to, delegation.actor, delegation.reason) == ("cleo", BOB, "on leave")
    with pytest.raises(ConflictError, match="cleo"):
        town.decide(approval_id, by=BOB)
    assert town.decide(approval_id, by=CLEO).status is ApprovalStatus.APPROVED
    assert told(town, DetailType.APPROVAL_DELEGATED) == 1


def test_what_comes_back_can_be_decided_again(town: Town) -> None:
    approval_id = pending(town)
    town.delegate(approval_id, to="cleo", by=BOB)
    town.delegate(approval_id, to="bob", by=CLEO)
    assert town.decide(approval_id, by=BOB).status is ApprovalStatus.APPROVED


def test_the_same_delegation_again_changes_nothing(town: Town) -> None:
    approval_id = pending(town)
    first = town.delegate(approval_id)
    assert town.delegate(approval_id) == first
    assert told(town, DetailType.APPROVAL_DELEGATED) == 1


@pytest.mark.parametrize(
    ("by", "to", "error"),
    [
        (BOB, "ann", SelfApprovalError),
        (ANN, "cleo", SelfApprovalError),
        (ANN_ELSEWHERE, "cleo", SelfApprovalError),
        (NOBODY, "cleo", UnknownPersonError),
        (BOB, "bob", InvalidRequestError),
        (BOB, "a-stranger", NotFoundError),
    ],
    ids=[
        "to who asked",
        "by who asked",
        "by their second role",
        "by nobody",
        "to oneself",
        "to nobody known",
    ],
)
def test_separation_of_duties_binds_delegations(
    town: Town, by: Actor, to: str, error: type[CoreError]
) -> None:
    approval_id = pending(town)
    with pytest.raises(error):
        town.delegate(approval_id, to, by)
    assert town.approval(approval_id).delegations == ()


def test_nothing_is_handed_on_after_a_decision(town: Town) -> None:
    town.policies.put(PROJECT, TWO)
    approval_id = pending(town)
    town.decide(approval_id, by=BOB)
    with pytest.raises(DecidedOtherwiseError):
        town.delegate(approval_id, to="cleo", by=BOB)
    with pytest.raises(ConflictError):
        town.delegate(approval_id, to="bob", by=CLEO)
    town.decide(approval_id, Verdict.REJECT, CLEO)
    with pytest.raises(NotPendingError):
        town.delegate(approval_id, to="bob", by=CLEO)


def test_who_asked_takes_it_back_under_any_of_their_identities(town: Town) -> None:
    approval_id = pending(town)
    town.know(ANN_ELSEWHERE)
    cancelled = town.cancel(approval_id, by=ANN_ELSEWHERE)
    assert (cancelled.status, cancelled.refusal) == (ApprovalStatus.CANCELLED, "not wanted any more")
    assert town.workflows.woken == ["callback"]
    assert town.cancel(approval_id) == cancelled
    assert town.apply(approval_id).outcome == "closed"
    with pytest.raises(NotPendingError, match="cancelled"):
        town.decide(approval_id)


@pytest.mark.parametrize("by", [BOB, NOBODY])
def test_nobody_else_takes_it_back(town: Town, by: Actor) -> None:
    approval_id = pending(town)
    with pytest.raises(ForbiddenError):
        town.cancel(approval_id, by)
    assert town.workflows.woken == []


def test_a_job_without_a_person_takes_its_own_request_back(town: Town) -> None:
    assert town.cancel(pending(town, by=NOBODY), by=NOBODY).status is ApprovalStatus.CANCELLED


def test_what_is_decided_cannot_be_taken_back(town: Town) -> None:
    approval_id = pending(town)
    town.decide(approval_id)
    with pytest.raises(NotPendingError, match="approved"):
        town.cancel(approval_id)


def test_a_request_taken_back_before_its_rules_were_looked_at_asks_nobody(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.cancel(approval_id)
    assert town.evaluate(approval_id).outcome == "closed"
    assert told(town, DetailType.APPROVAL_PENDING) == 0


@pytest.mark.parametrize(
    ("expires", "before", "due"), [(72, 24, 48), (72, 48, 36), (2, 24, 1), (1, 1, 0.5), (240, 1, 239)]
)
def test_people_are_reminded_once_in_the_second_half_of_their_time(
    expires: int, before: int, due: float
) -> None:
    rules = StagePolicy(approvals=1, expires_after_hours=expires, remind_before_hours=before)
    town = Town(Policy(name="p", stages={Stage.PRODUCTION: rules}))
    approval_id = pending(town)
    town.now += int(due * HOUR) - 1
    town.look_after()
    assert town.approval(approval_id).reminded_at is None
    town.now += 1
    town.look_after()
    town.look_after()
    assert town.approval(approval_id).reminded_at == town.now
    assert told(town, DetailType.APPROVAL_REMINDED) == 1


def test_nobody_is_reminded_of_what_is_decided_or_over(town: Town) -> None:
    over, decided = pending(town), pending(town)
    town.decide(decided)
    town.let_time_pass()
    town.look_after()
    assert (town.approval(over).reminded_at, town.approval(decided).reminded_at) == (None, None)


def test_a_decision_falls_with_the_identity_that_made_it(town: Town) -> None:
    approval_id = pending(town)
    town.decide(approval_id, by=BOB)
    town.forget(BOB)
    step = town.apply(approval_id)
    assert (step.outcome, step.approval.status, step.approval.decisions) == (
        "evaluate", ApprovalStatus.PENDING, (),
    )  # fmt: skip
    assert town.evaluate(approval_id).outcome == "ask"
    town.decide(approval_id, by=CLEO)
    assert town.apply(approval_id).outcome == "applied"


def test_a_decision_falls_with_the_membership(town: Town) -> None:
    approval_id = pending(town)
    town.decide(approval_id, by=BOB)
    town.projects.add(PROJECT, bob=(Role.AUDITOR,))
    assert town.apply(approval_id).approval.status is ApprovalStatus.PENDING


def test_a_decision_by_token_stands_while_its_person_may_decide(town: Town) -> None:
    by_token = Actor(principal="token/0192f0d4b3c27a1e9f6071829304a5b6", person="bob")
    approval_id = pending(town)
    town.decide(approval_id, by=by_token)
    assert town.apply(approval_id).outcome == "applied"
    other = town.ask(town.version(40.0).version).approval_id
    town.evaluate(other)
    town.decide(other, by=by_token)
    town.projects.add(PROJECT, bob=())
    assert town.apply(other).approval.status is ApprovalStatus.PENDING


def test_one_person_by_token_and_by_signature_counts_once(town: Town) -> None:
    town.policies.put(PROJECT, TWO)
    approval_id = pending(town)
    town.decide(approval_id, by=BOB)
    by_token = Actor(principal="token/0192f0d4b3c27a1e9f6071829304a5b6", person="bob")
    assert town.decide(approval_id, by=by_token).status is ApprovalStatus.PENDING
    with pytest.raises(SelfApprovalError):
        town.decide(approval_id, by=by_token.model_copy(update={"person": "ann"}))


def test_who_may_not_decide_is_nobodys_delegate(town: Town) -> None:
    approval_id = pending(town)
    town.know(Actor(principal="arn:aws:iam::123456789012:user/eve", person="eve"))
    with pytest.raises(ForbiddenError):
        town.delegate(approval_id, "eve")


def test_who_still_may_decide_is_not_asked_twice(town: Town) -> None:
    town.policies.put(PROJECT, TWO)
    approval_id = pending(town)
    town.decide(approval_id, by=BOB)
    town.decide(approval_id, by=CLEO)
    town.forget(CLEO)
    assert [d.actor for d in town.apply(approval_id).approval.decisions] == [BOB]
    town.know(CLEO)
    town.decide(approval_id, by=CLEO)
    assert town.apply(approval_id).outcome == "applied"


def test_another_production_version_asks_nobody_again_about_staging(town: Town) -> None:
    rules = StagePolicy(approvals=1)
    town.policies.put(PROJECT, Policy(name="p", stages={Stage.STAGING: rules, Stage.PRODUCTION: rules}))
    to_staging = town.ask(town.version(50.0).version, Stage.STAGING).approval_id
    town.evaluate(to_staging)
    town.decide(to_staging)
    other = town.version(40.0).version
    for stage in (Stage.STAGING, Stage.PRODUCTION):
        approval_id = town.ask(other, stage).approval_id
        town.evaluate(approval_id)
        town.decide(approval_id)
        assert town.apply(approval_id).outcome == "applied"
    assert town.apply(to_staging).outcome == "evaluate"
    assert town.evaluate(to_staging).outcome == "proceed"
    assert town.apply(to_staging).outcome == "applied"


def test_a_late_duplicate_of_a_decision_is_no_word_on_what_is_asked_anew(town: Town) -> None:
    town.policies.put(PROJECT, Policy(name="one", stages={Stage.PRODUCTION: StagePolicy(approvals=1)}))
    other, approval_id = pending(town), pending(town)
    said = Decide(verdict=Verdict.APPROVE, reason="better")
    cause = named(BOB, town, "approve")
    town.approving.decide(PROJECT, approval_id, said, town.workflows, cause)
    town.decide(other)
    assert town.apply(other).outcome == "applied"
    assert town.apply(approval_id).outcome == "evaluate", "another version is in production now"
    assert town.evaluate(approval_id).outcome == "ask"
    again = town.approving.decide(PROJECT, approval_id, said, town.workflows, cause)
    assert (again.status, again.decisions) == (ApprovalStatus.PENDING, ())
    assert town.decide(approval_id).status is ApprovalStatus.APPROVED


def test_a_late_duplicate_of_handing_on_hands_nothing_on_again(town: Town) -> None:
    approval_id = pending(town)
    said, cause = Delegate(to="cleo", reason="on leave"), named(BOB, town, "to cleo")
    town.approving.delegate(PROJECT, approval_id, said, cause)
    town.delegate(approval_id, to="bob", by=CLEO)
    assert len(town.approving.delegate(PROJECT, approval_id, said, cause).delegations) == 2
    assert town.decide(approval_id, by=BOB).status is ApprovalStatus.APPROVED


def test_a_decision_whose_workflow_was_not_woken_wakes_it_when_it_comes_again(town: Town) -> None:
    approval_id = pending(town)
    said, cause = Decide(verdict=Verdict.APPROVE, reason="better"), named(BOB, town, "approve")
    for _ in range(2):
        town.approving.decide(PROJECT, approval_id, said, town.workflows, cause)
    assert town.workflows.woken == ["callback", "callback"]
