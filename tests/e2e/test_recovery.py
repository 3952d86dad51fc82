"""What a crash leaves half-told converges: lost executions start again, late events are sent."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lineal.http.polling import poll
from lineal.local import Stack
from lineal.resources.approvals import Approval
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.deployments import Deployment as DeploymentRecord
from lineal_contract.deployments import DeploymentStatus
from lineal_contract.roles import StackOutput
from tests.e2e.conftest import WAIT, World


@pytest.fixture(autouse=True, scope="module")
def _swept_when_a_test_says_so(stack: Stack) -> Iterator[None]:
    """The stack's own sweep, every five minutes, would now and then be faster than a test's."""
    events = stack.root_session().client("events", endpoint_url=stack.endpoint_url)
    timed = [rule["Name"] for rule in events.list_rules()["Rules"] if rule.get("ScheduleExpression")]
    for name in timed:
        events.disable_rule(Name=name)
    yield
    for name in timed:
        events.enable_rule(Name=name)


def test_an_approval_that_lost_its_execution_is_looked_after_without_asking_twice(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    world.root("stepfunctions").stop_execution(executionArn=pending.execution_arn)

    assert sweep(world)["restarted"] == 1
    again = pending.refresh()
    assert (again.status, again.decisions) == (ApprovalStatus.PENDING, ())
    assert again.execution_arn == f"{pending.execution_arn}-2"
    assert sweep(world)["restarted"] == 0

    world.approver.approvals.get(pending.id).approve("still good")
    assert pending.wait(timeout=WAIT).status is ApprovalStatus.APPLIED
    world.scientist.endpoints.wait("m", 1, timeout=WAIT)
    asked = [r.action for r in world.auditor.audit.records("m")]
    assert asked.count("approval.evaluated") == 1
    assert asked.count("approval.restarted") == 1


def test_a_decision_made_while_the_execution_was_lost_is_applied(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    world.root("stepfunctions").stop_execution(executionArn=pending.execution_arn)
    world.approver.approvals.get(pending.id).approve("nobody listens")
    assert pending.refresh().status is ApprovalStatus.APPROVED

    assert sweep(world)["restarted"] == 1
    assert pending.wait(timeout=WAIT).status is ApprovalStatus.APPLIED


def test_a_deployment_that_lost_its_execution_goes_live_after_all(world: World) -> None:
    world.live(world.version("m", mae=50.0))
    table, dynamodb = world.stack.outputs[StackOutput.REGISTRY_TABLE], world.root("dynamodb")
    (deployment,) = world.auditor.endpoints.deployments("m")
    key = {"PK": {"S": f"P#{world.project}#D#m"}, "SK": {"S": deployment.deployment_id}}
    pending = deployment.model_copy(update={"status": DeploymentStatus.PENDING, "live_at": None})
    document = {"S": DeploymentRecord.model_validate(pending.model_dump()).model_dump_json()}
    dynamodb.update_item(  # as it stood when its execution was lost
        TableName=table, Key=key, UpdateExpression="SET doc = :doc",
        ExpressionAttributeValues={":doc": document},
    )  # fmt: skip
    work = {"PK": {"S": "WORK#DEPLOYMENTS"}, "SK": {"S": f"{deployment.deployment_id}#{world.project}"}}
    dynamodb.put_item(TableName=table, Item=work)

    assert sweep(world)["redeployed"] == 1
    again = world.scientist.endpoints.wait("m", 1, timeout=WAIT)
    assert again.deployment_id == deployment.deployment_id
    actions = [r.action for r in world.auditor.audit.records("m")]
    assert actions.count("deployment.restarted") == 1


def test_closed_approvals_leave_the_list(world: World) -> None:
    world.live(world.version("m", mae=50.0))
    sweep(world)
    table = world.stack.outputs[StackOutput.REGISTRY_TABLE]
    pages = world.root("dynamodb").get_paginator("scan").paginate(TableName=table)
    work = [i["SK"]["S"] for page in pages for i in page["Items"] if i["PK"]["S"].startswith("WORK#")]
    assert not [entry for entry in work if entry.endswith(f"#{world.project}")]


def sweep(world: World) -> dict[str, Any]:
    """Run the sweep as its schedule would."""
    functions = world.root("lambda").get_paginator("list_functions").paginate()
    names = [f["FunctionName"] for page in functions for f in page["Functions"]]
    (name,) = (n for n in names if "Sweep" in n)
    answer = world.root("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    done: dict[str, Any] = json.loads(answer["Payload"].read())
    return done


def test_an_audit_trail_is_anchored_and_verifies(world: World) -> None:
    world.live(world.version("m", mae=50.0))
    before = world.auditor.audit.verify("m")
    assert (before.ok, before.unproven_from) == (True, 1)

    assert sweep(world)["anchored"] >= 1
    after = world.auditor.audit.verify("m")
    assert (after.ok, after.unproven_from) == (True, None)
    world.version("m", mae=49.0)
    assert world.auditor.audit.verify("m").unproven_from == before.records + 1


def test_a_record_changed_behind_the_api_is_found(world: World) -> None:
    world.version("m", mae=50.0)
    world.version("m", mae=49.0)
    table, dynamodb = world.stack.outputs[StackOutput.REGISTRY_TABLE], world.root("dynamodb")
    at = {"PK": {"S": f"P#{world.project}#AUD#m"}, "SK": {"S": f"{2:010d}"}}
    record = dynamodb.get_item(TableName=table, Key=at)["Item"]
    edited = record["doc"]["S"].replace('"version/2"', '"version/3"')
    dynamodb.put_item(TableName=table, Item=record | {"doc": {"S": edited}})
    assert world.auditor.audit.verify("m").first_bad == 2


def test_a_decision_that_woke_nobody_is_put_into_effect_by_the_sweep(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    callback = kept_callback(world, pending.id)
    keep_callback(world, callback, "of nobody")
    world.approver.approvals.get(pending.id).approve("and then the line went dead")
    assert pending.refresh().status is ApprovalStatus.APPROVED
    keep_callback(world, callback, callback["token"]["S"])

    sweep(world)
    assert pending.wait(timeout=WAIT).status is ApprovalStatus.APPLIED


def test_the_live_callback_of_another_execution_decides_nothing(world: World) -> None:
    """Neither what one says who answers it himself, nor kept in the other's place."""
    one, other = (world.asked(world.version(model, mae=50.0)) for model in ("one", "other"))
    of_one, of_other = (kept_callback(world, each.id) for each in (one, other))
    forged = {"approval_id": other.id, "verdict": "approve", "outcome": "proceed"}
    world.root("stepfunctions").send_task_success(taskToken=of_one["token"]["S"], output=json.dumps(forged))
    ended(world, one)
    assert [each.refresh().status for each in (one, other)] == [ApprovalStatus.PENDING] * 2

    assert sweep(world)["restarted"] == 1
    again = poll(lambda: another_callback(world, one.id, of_one), WAIT, "it waits for nobody again")
    keep_callback(world, of_other, again["token"]["S"])
    world.approver.approvals.get(other.id).approve("better")
    ended(world, one.refresh())
    assert (one.refresh().status, one.refresh().decisions) == (ApprovalStatus.PENDING, ())
    assert world.auditor.models.get("one").production_version is None

    keep_callback(world, of_other, of_other["token"]["S"])
    sweep(world)
    assert other.wait(timeout=WAIT).status is ApprovalStatus.APPLIED
    assert one.refresh().status is ApprovalStatus.PENDING


def kept_callback(world: World, approval_id: str) -> dict[str, Any]:
    """Return the item of a waiting execution's callback, as only the registry has it."""
    return poll(lambda: another_callback(world, approval_id, None), WAIT, "the callback is not kept")


def another_callback(world: World, approval_id: str, than: dict[str, Any] | None) -> dict[str, Any] | None:
    table = world.stack.outputs[StackOutput.REGISTRY_TABLE]
    at = {"PK": {"S": f"P#{world.project}#TOKEN#{approval_id}"}, "SK": {"S": "TOKEN"}}
    found: dict[str, Any] | None = world.root("dynamodb").get_item(TableName=table, Key=at).get("Item")
    return None if found == than else found


def keep_callback(world: World, callback: dict[str, Any], token: str) -> None:
    table = world.stack.outputs[StackOutput.REGISTRY_TABLE]
    world.root("dynamodb").put_item(TableName=table, Item=callback | {"token": {"S": token}})


def ended(world: World, approval: Approval) -> None:
    """Wait until the execution that an approval says it has is at its end."""
    steps = world.root("stepfunctions")

    def over() -> bool | None:
        return steps.describe_execution(executionArn=approval.execution_arn)["status"] != "RUNNING" or None

    poll(over, WAIT, "the execution does not end")
