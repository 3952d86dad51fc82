"""Deciding in the Step Functions console: as who is in CloudTrail's record of that start, or not at all."""

import copy
from typing import Any

import pytest

from functions.core.approvals.console import ConsoleDeciding, Outcome
from functions.core.approvals.witnessing import Start, starter
from functions.core.errors import UnavailableError
from lineal_contract.approvals import ApprovalStatus, Decide, Verdict
from lineal_contract.people import Actor
from lineal_contract.problems import ProblemCode
from tests.builders import ANN, BOB, CLEO, NOBODY, PROJECT
from tests.fakes.cloudtrail import ACCOUNT, EXECUTION, MACHINE, MemoryCloudTrail, record_of
from tests.unit.core.town import Town

EVE = Actor(principal=f"arn:aws:iam::{ACCOUNT}:user/eve", person="eve")
OTHER = "999999999999"
BOBS_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Approver/bob"
FORGED: dict[str, tuple[tuple[str, ...], Any]] = {
    "another execution": (("responseElements", "executionArn"), EXECUTION.replace("one", "two")),
    "a longer name": (("responseElements", "executionArn"), EXECUTION + "-2"),
    "no answer": (("responseElements",), None),
    "an answer that is a list": (("responseElements",), [EXECUTION]),
    "another machine": (("requestParameters", "stateMachineArn"), MACHINE + "-of-mine"),
    "no request": (("requestParameters",), None),
    "another service": (("eventSource",), "evil.example.com"),
    "a prefix of the service": (("eventSource",), "states.amazonaws.com.example.com"),
    "another call": (("eventName",), "StartSyncExecution"),
    "a failed call": (("errorCode",), "AccessDenied"),
    "another account received it": (("recipientAccountId",), OTHER),
    "another account called": (("userIdentity", "accountId"), OTHER),
    "an identity of another account": (("userIdentity", "arn"), f"arn:aws:iam::{OTHER}:user/bob"),
    "another region": (("awsRegion",), "us-east-1"),
    "a service": (("userIdentity", "type"), "AWSService"),
    "another account's caller": (("userIdentity", "type"), "AWSAccount"),
    "a service for somebody": (("userIdentity", "invokedBy"), "events.amazonaws.com"),
    "nobody": (("userIdentity",), None),
    "an identity that is no text": (("userIdentity", "arn"), ["bob"]),
    "an identity that is no ARN": (("userIdentity", "arn"), "bob"),
}


class Console:
    """A request that waits, and a workflow that somebody has started about it."""

    def __init__(self) -> None:
        self.town, self.trail = Town(), MemoryCloudTrail()
        self.approval_id = self.town.ask(self.town.version(50.0).version).approval_id
        self.town.evaluate(self.approval_id)
        self.town.approving.ask(PROJECT, self.approval_id, "callback")
        self.start = Start(EXECUTION, MACHINE, self.town.now)

    def decide(self, verdict: Verdict = Verdict.APPROVE, reason: str = "looked at it") -> Outcome:
        deciding = ConsoleDeciding(
            self.trail,
            self.town.admission,
            self.town.approving,
            self.town.workflows,
            lambda: self.town.now,
            1_800_000,
        )
        return deciding.decide(PROJECT, self.approval_id, Decide(verdict=verdict, reason=reason), self.start)

    @property
    def status(self) -> ApprovalStatus:
        return self.town.approval(self.approval_id).status


@pytest.fixture
def console() -> Console:
    return Console()


def test_who_started_the_execution_decides(console: Console) -> None:
    console.trail.records = [record_of(BOB.principal)]
    done = console.decide()
    assert (done.outcome, done.decided_by, done.status) == ("decided", "bob", "approved")
    (decision,) = console.town.approval(console.approval_id).decisions
    assert (decision.actor, decision.reason) == (BOB, "looked at it")
    assert console.town.workflows.woken == ["callback"]
    assert console.trail.asked == [(console.start.at, "eu-central-1")]


def test_a_session_of_a_role_leads_to_its_person(console: Console) -> None:
    console.town.know(Actor(principal=BOBS_SESSION, person="bob"))
    record = record_of(BOBS_SESSION, "AssumedRole")
    record["userIdentity"] = {**record["userIdentity"], "invokedBy": "signin.amazonaws.com"}  # type: ignore[dict-item]
    console.trail.records = [record]
    assert console.decide(Verdict.REJECT, "too slow").outcome == "decided"
    assert console.status is ApprovalStatus.REJECTED


@pytest.mark.parametrize("how", FORGED, ids=list(FORGED))
def test_a_record_of_anything_else_proves_nothing(console: Console, how: str) -> None:
    forged: Any = copy.deepcopy(record_of(BOB.principal))
    *path, last = FORGED[how][0]
    inner = forged
    for name in path:
        inner = inner[name]
    inner[last] = FORGED[how][1]
    assert starter(console.start, [forged]) is None
    console.trail.records = [forged]
    assert console.decide().outcome == "wait"
    console.town.now += 1_800_000
    assert (console.decide().outcome, console.status) == ("refused", ApprovalStatus.PENDING)
    # Beside the true record it changes nothing.
    assert starter(console.start, [forged, record_of(CLEO.principal), forged]) == CLEO.principal


def test_a_late_record_is_waited_for(console: Console) -> None:
    for _ in range(20):
        waiting = console.decide()
        assert (waiting.outcome, console.status) == ("wait", ApprovalStatus.PENDING)
        assert 0 < waiting.wait_seconds <= 60
        console.town.now += waiting.wait_seconds * 1000
    console.trail.records = [record_of(BOB.principal)]
    assert console.decide().outcome == "decided"


def test_a_record_that_never_comes_decides_nothing_in_bounded_time(console: Console) -> None:
    looks = 0
    while (outcome := console.decide()).outcome == "wait":
        looks += 1
        console.town.now += outcome.wait_seconds * 1000
    assert looks <= 40
    assert (outcome.outcome, outcome.code) == ("refused", ProblemCode.UNPROVEN)
    assert "nothing was decided" in outcome.detail
    assert (console.status, console.town.workflows.woken) == (ApprovalStatus.PENDING, [])


def test_two_people_behind_one_execution_are_nobody(console: Console) -> None:
    console.trail.records = [record_of(BOB.principal), record_of(CLEO.principal)]
    outcome = console.decide()
    assert (outcome.outcome, outcome.code, console.status) == (
        "refused", ProblemCode.UNPROVEN, ApprovalStatus.PENDING,
    )  # fmt: skip


def test_the_same_record_twice_is_one_person(console: Console) -> None:
    console.trail.records = [record_of(BOB.principal)] * 2
    assert console.decide().outcome == "decided"


@pytest.mark.parametrize(
    ("by", "code"),
    [(ANN, ProblemCode.SELF_APPROVAL), (NOBODY, ProblemCode.UNKNOWN_PERSON)],
    ids=["asker", "nobody"],
)
def test_duties_are_as_separate_as_elsewhere(console: Console, by: Actor, code: ProblemCode) -> None:
    console.trail.records = [record_of(by.principal)]
    outcome = console.decide()
    assert (outcome.outcome, outcome.code, console.status) == ("refused", code, ApprovalStatus.PENDING)


def test_who_is_no_approver_of_the_project_decides_nothing_here_either(console: Console) -> None:
    console.town.know(EVE)
    console.trail.records = [record_of(EVE.principal)]
    outcome = console.decide()
    assert (outcome.outcome, outcome.code, console.status) == (
        "refused", ProblemCode.FORBIDDEN, ApprovalStatus.PENDING,
    )  # fmt: skip


def test_a_rejection_needs_a_reason_here_too(console: Console) -> None:
    console.trail.records = [record_of(BOB.principal)]
    outcome = console.decide(Verdict.REJECT, "")
    assert (outcome.outcome, outcome.code) == ("refused", ProblemCode.INVALID_REQUEST)


def test_a_step_that_is_repeated_decides_once(console: Console) -> None:
    console.trail.records = [record_of(BOB.principal)]
    assert [console.decide().outcome for _ in range(3)] == ["decided"] * 3
    assert len(console.town.approval(console.approval_id).decisions) == 1


def test_what_was_decided_meanwhile_is_said(console: Console) -> None:
    console.decide()
    console.town.decide(console.approval_id, Verdict.REJECT, CLEO)
    console.trail.records = [record_of(BOB.principal)]
    outcome = console.decide()
    assert (outcome.outcome, outcome.code) == ("refused", ProblemCode.NOT_PENDING)


def test_a_look_that_fails_refuses_nobody_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console()
    console.trail.records = [record_of(BOB.principal)]

    def busy(principal: str) -> None:
        raise UnavailableError("the database is busy")

    with monkeypatch.context() as patched, pytest.raises(UnavailableError):
        patched.setattr(console.town.people, "by_principal", busy)
        console.decide()
    assert console.decide().outcome == "decided"
