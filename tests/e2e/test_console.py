"""Deciding in the Step Functions console, with records as CloudTrail brings them: forged, late, never."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lineal.http.polling import poll
from lineal.local import Identity
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.roles import StackOutput
from tests.e2e.cloudtrail import cloudtrail_of, record_of
from tests.e2e.conftest import WAIT, World


def console(world: World, identity: Identity) -> Any:
    """Return Step Functions as a user of the stack reaches it."""
    return world.stack.session(identity).client("stepfunctions", endpoint_url=world.stack.endpoint_url)


def arn_of(identity: Identity) -> str:
    """Return a user's identity."""
    return f"arn:aws:iam::000000000000:user/{identity}"


class Deciding:
    """The workflow `decide`, started by the approver about one request."""

    def __init__(self, world: World, approval_id: str) -> None:
        self.machine = world.stack.outputs[StackOutput.DECIDE_WORKFLOW]
        self._console = console(world, Identity.APPROVER)
        given = {
            "project": world.project, "approval_id": approval_id, "decision": "approve", "reason": "looked",
            "actor": arn_of(Identity.ADMIN), "person": "admin",
        }  # fmt: skip
        started = self._console.start_execution(stateMachineArn=self.machine, input=json.dumps(given))
        self.arn: str = started["executionArn"]

    def output(self) -> dict[str, Any]:
        """Return what has become of it."""

        def ended() -> Any:
            found = self._console.describe_execution(executionArn=self.arn)
            return None if found["status"] == "RUNNING" else found

        output: dict[str, Any] = json.loads(poll(ended, WAIT, "the execution still runs")["output"])
        return output


def test_who_started_it_decides_once_their_record_is_there_and_nobody_by_forged_ones(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    with cloudtrail_of(world) as trail:
        deciding = Deciding(world, pending.id)
        true = record_of(deciding.arn, deciding.machine, arn_of(Identity.APPROVER))
        trail.records = [
            record_of(f"{deciding.arn}-2", deciding.machine, arn_of(Identity.APPROVER)),
            true | {"eventSource": "evil.example.com"},
            true | {"errorCode": "AccessDenied"},
            true | {"recipientAccountId": "999999999999"},
            true | {"userIdentity": true["userIdentity"] | {"invokedBy": "events.amazonaws.com"}},
        ]
        poll(lambda: trail.looks or None, WAIT, "nobody looks into CloudTrail")
        assert pending.refresh().decisions == ()
        trail.records.append(true)
        output = deciding.output()
        assert (output["outcome"], output["decided_by"]) == ("decided", "approver")
        applied = pending.wait(timeout=WAIT)
    assert applied.status is ApprovalStatus.APPLIED
    assert [(d.actor.person, d.reason) for d in applied.decisions] == [("approver", "looked")]


def test_duties_are_as_separate_in_the_console_as_elsewhere(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    with cloudtrail_of(world) as trail:
        deciding = Deciding(world, pending.id)
        trail.records = [record_of(deciding.arn, deciding.machine, arn_of(Identity.SCIENTIST))]
        output = deciding.output()
    assert (output["outcome"], output["code"]) == ("refused", "forbidden")
    assert pending.refresh().decisions == ()
    with pytest.raises(ClientError, match="AccessDenied"):
        console(world, Identity.SCIENTIST).start_execution(stateMachineArn=deciding.machine, input="{}")
