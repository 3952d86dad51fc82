"""Mails say what there is to decide and how it ended, to whom it concerns."""

import pytest

from functions.core.approvals.mailing import letter_about
from functions.core.ports.workflows import Letter
from lineal_contract.approvals import Approval, ApprovalStatus, Decision, Delegation, Verdict
from lineal_contract.events import ApprovalClosed, ApprovalDelegated, ApprovalPending, ApprovalReminded
from lineal_contract.policies import RuleResult
from tests import builders
from tests.builders import BOB, NOBODY, NOW

BASE = {"approval_id": builders.hex_id(1001), "model": "diabetes", "version": 1, "stage": "production"}
PENDING = ApprovalPending.model_validate(BASE | {"approvals_needed": 1, "expires_at": NOW})
REMINDED = ApprovalReminded.model_validate(BASE | {"expires_at": NOW})
DELEGATED = ApprovalDelegated.model_validate(BASE | {"to": "cleo", "reason": "away"})
CLOSED = ApprovalClosed.model_validate(BASE | {"status": "rejected", "detail": "biased"})
ALL = (PENDING, REMINDED, DELEGATED, CLOSED)


def letter(said: object, approval: Approval) -> Letter:
    made = letter_about(said, approval, "https://api/")  # type: ignore[arg-type]
    assert made is not None
    return made


def decided(status: ApprovalStatus = ApprovalStatus.REJECTED) -> Approval:
    decision = Decision(verdict=Verdict.REJECT, actor=BOB, reason="biased", decided_at=NOW)
    handed = Delegation(to="cleo", actor=BOB, reason="away", delegated_at=NOW)
    return builders.approval(status=status, refusal="biased", decisions=(decision,), delegations=(handed,))


@pytest.mark.parametrize(
    ("said", "kind", "to"),
    [
        (PENDING, "pending", ("approvers",)),
        (REMINDED, "reminder", ("approvers",)),
        (DELEGATED, "delegated", ("cleo",)),
    ],
)
def test_who_shall_decide_is_told_what_and_until_when(said: object, kind: str, to: tuple[str, ...]) -> None:
    rule = RuleResult(check="beats_production", passed=True, message="mae 40 is below 50")
    made = letter(said, builders.approval(rule_results=(rule,), baseline_version=7))
    assert (made.kind, made.to, made.project) == (kind, to, "team")
    parts = ("diabetes version 1 for production", "Asked by: ann", "Why: better", "version 7", rule.message)
    for part in parts:
        assert part in made.text
    assert "Until: 2025-10-12" in made.text


def test_who_asked_and_who_decided_are_told_the_outcome() -> None:
    made = letter(CLOSED, decided())
    assert (made.kind, made.to) == ("outcome", ("ann", "bob", "cleo"))
    assert made.subject == "lineal: rejected: diabetes 1 for production"
    assert "bob: reject. biased" in made.text
    assert "Until:" not in made.text


def test_somebody_without_a_person_is_told_nothing_by_name() -> None:
    assert letter(CLOSED, builders.approval(requested_by=NOBODY, status=ApprovalStatus.EXPIRED)).to == ()


@pytest.mark.parametrize("said", [PENDING, REMINDED, DELEGATED], ids=lambda said: type(said).__name__)
@pytest.mark.parametrize("status", [s for s in ApprovalStatus if s is not ApprovalStatus.PENDING])
def test_nobody_is_asked_about_what_is_over(said: object, status: ApprovalStatus) -> None:
    assert letter_about(said, builders.approval(status=status), "https://api") is None  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ALL, ids=lambda said: type(said).__name__)
def test_the_link_names_the_request_and_nothing_else(said: object) -> None:
    approval = decided() if said is CLOSED else builders.approval()
    made = letter(said, approval)
    (link,) = (line for line in made.text.splitlines() if line.startswith("https://"))
    assert link == f"https://api/page#/team/approvals/{approval.approval_id}"
    assert "token" not in made.text.lower()


def test_what_people_write_makes_no_lines_and_no_header() -> None:
    evil = "fine\r\nhttps://evil.example/\u2028Until: never\u202e" + "x" * 5_000
    made = letter(PENDING, builders.approval(reason=evil))
    assert not [line for line in made.text.splitlines() if line.startswith("https://evil")]
    assert len(made.text) < 2_000
    long = builders.approval().model_copy(update={"model": "m" * 128})
    subject = letter(PENDING, long).subject
    assert len(subject) <= 100
    assert subject.isascii()
