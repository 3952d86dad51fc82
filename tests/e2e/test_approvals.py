"""What an operator sees of a request, and what people can do with it besides deciding."""

import json
from typing import Any

import pytest

import lineal
from lineal.http.polling import poll
from lineal.local import Identity
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.problems import ProblemCode
from lineal_contract.roles import StackOutput
from lineal_contract.rules import Evaluated, Signed
from tests.e2e.conftest import WAIT, World


def test_the_console_shows_what_an_execution_waits_for(world: World) -> None:
    world.live(world.version("m", mae=50.0))
    pending = world.asked(world.version("m", mae=40.0))
    console = world.root("stepfunctions")
    given = json.loads(console.describe_execution(executionArn=pending.execution_arn)["input"])
    page = f"{world.stack.api_url}/page#/{world.project}/approvals/{pending.id}"
    assert given["links"] == {"page": page}
    assert (given["version"], given["to_stage"], given["requested_by"]) == (2, "production", "scientist")

    history = console.get_execution_history(executionArn=pending.execution_arn)["events"]
    (entered,) = (
        e["stateEnteredEventDetails"]
        for e in history
        if e.get("stateEnteredEventDetails", {}).get("name") == "Ask"
    )
    request = json.loads(entered["input"])["evaluation"]["request"]
    assert request["baseline"] == {"model": "m", "version": 1, "stage": "production"}
    assert request["metrics"]["mae"] == {"version": 40.0, "baseline": 50.0}
    assert [rule["holds"] for rule in request["rules"]] == [True, True, True]
    assert request["links"] == {"page": page}
    assert request["expires_at"] > request["requested_at"]


def test_who_asked_takes_a_request_back_and_its_execution_ends(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    with pytest.raises(lineal.PermissionDeniedError) as refused:
        world.approver.approvals.get(pending.id).cancel("not mine")
    assert refused.value.code == ProblemCode.FORBIDDEN
    cancelled = pending.cancel("trained on the wrong month")
    assert (cancelled.status, cancelled.refusal) == (ApprovalStatus.CANCELLED, "trained on the wrong month")
    console = world.root("stepfunctions")

    def ended() -> bool | None:
        status = console.describe_execution(executionArn=pending.execution_arn)["status"]
        return status == "SUCCEEDED" or None

    poll(ended, WAIT, "the execution still waits")
    assert world.asked(world.scientist.models.version("m", 1)).id != pending.id


def test_a_request_is_handed_on_within_the_membership_alone(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    asked = world.approver.approvals.get(pending.id)
    for person in ("scientist", "deployer"):
        with pytest.raises(lineal.PermissionDeniedError):
            asked.delegate(person, "they know best")
    assert pending.refresh().delegations == ()
    asked.approve("then I have to")
    assert pending.wait(timeout=WAIT).status is ApprovalStatus.APPLIED


def test_rules_are_tried_on_a_version_and_on_the_past(world: World) -> None:
    world.live(world.version("m", mae=50.0))
    second = world.version("m", mae=55.0)
    refused = second.promote("production", reason="a try").wait(timeout=WAIT)
    assert refused.status is ApprovalStatus.REFUSED
    lenient = Policy(
        name="lenient",
        stages={Stage.PRODUCTION: StagePolicy(rules=(Evaluated(metrics=("mae",)),), approvals=1)},
    )
    admin = world.as_(Identity.ADMIN)
    assert admin.policies.check(lenient, "m", 2).passed
    assert not admin.policies.check(admin.policies.get().policy, "m", 2).passed
    again = {b.version: (b.passed_then, b.passed_now, b.differs) for b in admin.policies.backtest(lenient)}
    assert again == {1: (True, True, False), 2: (False, True, True)}
    assert refused.refresh().status is ApprovalStatus.REFUSED


def test_a_project_goes_its_own_way_and_an_illegal_jump_names_the_legal_moves(world: World) -> None:
    own = Policy(
        name="own",
        moves={Stage.DEVELOPMENT: ("qa",), "qa": ("canary",), "canary": (Stage.PRODUCTION,)},
        stages={
            "qa": StagePolicy(approvals=1, rules=(Signed(),)),
            Stage.PRODUCTION: StagePolicy(alias="champion"),
        },
    )
    admin = world.as_(Identity.ADMIN)
    assert admin.policies.put(own).policy == own
    version = world.version("m", mae=50.0)
    for stage in ("production", "staging", "nowhere"):
        with pytest.raises(lineal.ConflictError) as refused:
            version.promote(stage, reason="a jump")
        assert (refused.value.code, refused.value.problem.legal) == ("illegal_transition", ("qa",))
    asked = version.promote("qa", reason="look at it").wait(timeout=WAIT, until={ApprovalStatus.PENDING})
    assert [(result.check, result.passed) for result in asked.rule_results] == [("signed", True)]
    world.approver.approvals.get(asked.id).approve("it does what it should")
    assert asked.wait(timeout=WAIT).status is ApprovalStatus.APPLIED
    live = version.refresh().promote("production", reason="all of it").wait(timeout=WAIT)
    assert live.status is ApprovalStatus.APPLIED
    world.scientist.endpoints.wait("m", 1, timeout=WAIT)
    moves = [
        r.details["to_stage"] for r in world.auditor.audit.records("m") if r.action == "version.stage_changed"
    ]
    assert moves == ["qa", "canary", "production"]


def test_a_decision_in_the_console_that_nobody_can_be_shown_to_have_made_fails_closed(world: World) -> None:
    """There is no CloudTrail here: a record that never comes, and an input that claims to be somebody."""
    pending = world.asked(world.version("m", mae=50.0))
    machine = world.stack.outputs[StackOutput.DECIDE_WORKFLOW]
    given = {"project": world.project, "approval_id": pending.id, "decision": "approve", "reason": "r"}
    console = console_of(world, Identity.APPROVER)
    claimed = given | {"actor": "arn:aws:iam::000000000000:user/approver", "person": "approver"}
    arn = console.start_execution(stateMachineArn=machine, input=json.dumps(claimed))["executionArn"]

    def ended() -> dict[str, str] | None:
        found: dict[str, str] = console.describe_execution(executionArn=arn)
        return None if found["status"] == "RUNNING" else found

    output = json.loads(poll(ended, WAIT, "the execution still looks for its record")["output"])
    assert (output["outcome"], output["code"], output["decided_by"]) == ("refused", "unproven", "")
    assert "nothing was decided" in output["detail"]
    assert (pending.refresh().status, pending.refresh().decisions) == (ApprovalStatus.PENDING, ())

    scientist = console_of(world, Identity.SCIENTIST)
    with pytest.raises(scientist.exceptions.ClientError, match="AccessDenied"):
        scientist.start_execution(stateMachineArn=machine, input=json.dumps(given))


def console_of(world: World, identity: Identity) -> Any:
    """Return Step Functions as a user of the stack reaches it."""
    return world.stack.session(identity).client("stepfunctions", endpoint_url=world.stack.endpoint_url)
