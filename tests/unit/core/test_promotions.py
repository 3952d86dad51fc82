"""Asking for a stage, and what the rules make of it."""

from dataclasses import replace

import pytest

from functions.core.approvals import promotions
from functions.core.approvals.promotions import Step
from functions.core.errors import IllegalTransitionError
from functions.core.in_force import policy_ref
from functions.core.ledger import Change, ModelHead, Move
from functions.core.models.completeness import lineage_of
from functions.core.policies import rules
from lineal_contract.approvals import Approval, ApprovalStatus, RequestPromotion
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.events import ApprovalClosed, ApprovalRequested, DetailType, VersionStateChanged
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.registry import ModelVersion
from lineal_contract.rules import LineageComplete
from tests import builders

POLICY = builders.POLICY
OTHER_BYTES = (ManifestEntry(path="model.onnx", object=builders.stored(b"others")),)
FREE = Policy(name="free", stages={})


def requested(**values: object) -> Approval:
    return builders.approval(**{"status": ApprovalStatus.REQUESTED, "expires_at": None} | values)


def evaluate(
    approval: Approval,
    version: ModelVersion | None = None,
    baseline: ModelVersion | None = None,
    policy: Policy = POLICY,
    head: ModelHead | None = None,
) -> Step:
    version = version or builders.version()
    production = baseline.version if baseline else None
    candidate = rules.Candidate(version, baseline, lineage_of(version, builders.finished()))
    at = head or builders.head(production_version=production)
    return promotions.evaluate(at, approval, candidate, policy, builders.cause(builders.BOB))


def changed(step: Step) -> Change:
    assert step.change is not None
    return step.change


def ask(version: ModelVersion, stage: Stage = Stage.PRODUCTION) -> Change:
    asked = RequestPromotion(stage=stage, reason="better")
    return promotions.request(
        builders.head(), version, asked, POLICY, builders.hex_id(7), "arn:execution", builders.cause()
    )


def test_a_request_is_bound_to_bytes_and_rules_and_who_asked() -> None:
    change = ask(builders.version())
    approval = change.approval
    assert approval is not None
    assert approval.status is ApprovalStatus.REQUESTED
    assert approval.manifest_digest == builders.version().manifest_digest
    assert approval.policy.digest == POLICY.digest()
    assert (approval.requested_by, approval.requested_at) == (builders.ANN, builders.NOW)
    assert change.head.open_approvals == {"1:production": builders.hex_id(7)}
    assert [type(e.detail.data) for e in change.events] == [ApprovalRequested]


@pytest.mark.parametrize("stage", [Stage.PRODUCTION, Stage.ARCHIVED])
def test_a_version_that_has_been_there_cannot_ask_for_it(stage: Stage) -> None:
    with pytest.raises(IllegalTransitionError):
        ask(builders.version(stage=stage))


def test_people_are_asked_once_the_rules_hold() -> None:
    step = evaluate(requested(), builders.version(mae=40.0), builders.version(9, mae=50.0))
    assert step.outcome == "ask"
    approval = changed(step).approval
    assert approval == step.approval
    assert approval.status is ApprovalStatus.PENDING
    assert (approval.baseline_version, approval.approvals_needed) == (9, 1)
    assert approval.expires_at == builders.NOW + 72 * builders.HOUR
    assert [r.passed for r in approval.rule_results] == [True]


def test_a_version_on_its_way_to_production_enters_staging_first() -> None:
    change = changed(evaluate(requested()))
    assert change.moves == (Move(1, Stage.STAGING),)
    (event,) = (e.detail.data for e in change.events if e.detail_type is DetailType.VERSION_STATE_CHANGED)
    assert isinstance(event, VersionStateChanged)
    assert (event.from_stage, event.to_stage) == (Stage.DEVELOPMENT, Stage.STAGING)


def test_a_version_in_staging_moves_only_when_people_have_agreed() -> None:
    assert changed(evaluate(requested(), builders.version(stage=Stage.STAGING))).moves == ()


def test_the_rules_of_every_stage_on_the_way_count_once() -> None:
    rule = LineageComplete()
    policy = Policy(
        name="both",
        stages={Stage.STAGING: StagePolicy(rules=(rule,)), Stage.PRODUCTION: StagePolicy(rules=(rule, rule))},
    )
    step = evaluate(requested(), policy=policy)
    assert [r.check for r in step.approval.rule_results] == ["lineage_complete"]
    incomplete = evaluate(requested(), builders.version(mae=None), policy=policy)
    assert incomplete.approval.status is ApprovalStatus.REFUSED


def test_a_failed_rule_refuses_and_the_reason_is_stored() -> None:
    step = evaluate(
        requested(),
        builders.version(mae=60.0),
        builders.version(9, mae=50.0),
        head=builders.head(production_version=9, open_approvals={"1:production": "x", "2:production": "y"}),
    )
    reason = "mae 60 is not strictly below 50 of production version 9"
    assert step.outcome == "closed"
    assert (step.approval.status, step.approval.refusal) == (ApprovalStatus.REFUSED, reason)
    assert step.approval.baseline_version == 9
    change = changed(step)
    assert change.moves == ()
    assert change.head.open_approvals == {"2:production": "y"}
    (event,) = (e.detail.data for e in change.events)
    assert isinstance(event, ApprovalClosed)
    assert (event.status, event.detail) == (ApprovalStatus.REFUSED, reason)


def test_nobody_is_asked_where_the_rules_ask_for_nobody() -> None:
    step = evaluate(requested(), policy=FREE)
    assert step.outcome == "proceed"
    assert step.approval.status is ApprovalStatus.APPROVED
    assert step.approval.approvals_needed == 0


def test_new_rules_are_the_ones_that_are_evaluated_and_named() -> None:
    step = evaluate(requested(), policy=FREE)
    assert step.approval.policy.digest == FREE.digest()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (ApprovalStatus.PENDING, "ask"),
        (ApprovalStatus.APPROVED, "proceed"),
        (ApprovalStatus.APPLIED, "closed"),
        (ApprovalStatus.REFUSED, "closed"),
        (ApprovalStatus.REJECTED, "closed"),
        (ApprovalStatus.EXPIRED, "closed"),
        (ApprovalStatus.WITHDRAWN, "closed"),
    ],
)
def test_what_was_evaluated_already_changes_nothing(status: ApprovalStatus, outcome: str) -> None:
    approval = builders.approval(status=status)
    assert evaluate(approval) == Step(outcome, approval, None)


def test_a_pending_request_is_evaluated_again_when_production_has_moved() -> None:
    earlier = builders.approval(baseline_version=8)
    step = evaluate(earlier, builders.version(mae=40.0), builders.version(9, mae=50.0))
    assert (step.outcome, step.approval.baseline_version) == ("ask", 9)
    refused = evaluate(earlier, builders.version(mae=55.0), builders.version(9, mae=50.0))
    assert refused.approval.status is ApprovalStatus.REFUSED


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (
            builders.version(files=OTHER_BYTES),
            "the version's manifest is not the one that was asked for",
        ),
        (
            builders.version(stage=Stage.PRODUCTION),
            "in production now, from where no way",
        ),
        (
            builders.version(stage=Stage.ARCHIVED),
            "in archived now, from where no way",
        ),
    ],
)
def test_a_request_about_something_else_by_now_is_withdrawn(version: ModelVersion, reason: str) -> None:
    step = evaluate(requested(), version)
    assert step.outcome == "closed"
    assert step.approval.status is ApprovalStatus.WITHDRAWN
    assert reason in (step.approval.refusal or "")


def test_a_staging_request_ends_when_the_version_got_there_another_way() -> None:
    step = evaluate(requested(stage=Stage.STAGING), builders.version(stage=Stage.STAGING))
    assert step.approval.status is ApprovalStatus.WITHDRAWN


def test_the_audit_trail_has_the_sentence_of_every_rule() -> None:
    change = changed(evaluate(requested(), builders.version(mae=40.0), builders.version(9, mae=50.0)))
    (record,) = (r for r in change.audit if r.action == "approval.evaluated")
    assert record.details == {
        "policy": POLICY.digest(),
        "commit": "",
        "baseline_version": 9,
        "rules": ["beats_production: holds: mae 40 is below 50 of production version 9"],
    }


def test_a_policy_is_referred_to_by_name_digest_and_commit() -> None:
    policy = POLICY.model_copy(update={"commit": "a" * 40})
    ref = policy_ref(policy)
    assert (ref.name, ref.digest, ref.commit) == ("strict", POLICY.digest(), "a" * 40)


def test_evaluating_keeps_the_rest_of_the_head() -> None:
    head = builders.head(aliases={"champion": 4}, latest_version=5)
    change = changed(evaluate(requested(), head=head))
    unmoved = replace(
        change.head, audit_sequence=0, audit_digest=head.audit_digest, revision=0, updated_at=None
    )
    assert unmoved == head
