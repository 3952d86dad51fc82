"""The approval workflow's executions and callbacks."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from functions.adapters.workflows import ApprovalWorkflow, WaitingExecutions
from functions.core.errors import UnavailableError
from functions.core.ports.workflows import Execution
from lineal_contract.digests import canonical_json
from tests import builders

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:approval"
EXECUTIONS = "arn:aws:states:eu-central-1:123456789012:execution:approval"
APPROVAL = builders.approval()
FIRST = f"{EXECUTIONS}:{APPROVAL.approval_id}"


@pytest.fixture
def client() -> Any:
    return boto3.client("stepfunctions")


@pytest.fixture
def workflow(client: Any) -> ApprovalWorkflow:
    return ApprovalWorkflow(client, MACHINE, "https://api")


def started(name: str) -> dict[str, str]:
    given = {
        "approval_id": APPROVAL.approval_id,
        "links": {"page": f"https://api/page#/team/approvals/{APPROVAL.approval_id}"},
        "model": "diabetes",
        "project": "team",
        "reason": "better",
        "requested_by": "ann",
        "to_stage": "production",
        "version": 1,
    }
    return {"stateMachineArn": MACHINE, "name": name, "input": canonical_json(given).decode()}


def test_an_execution_is_named_like_its_approval(workflow: ApprovalWorkflow) -> None:
    assert workflow.execution_arn(APPROVAL.approval_id) == FIRST


def test_the_executions_of_one_approval_are_numbered(workflow: ApprovalWorkflow) -> None:
    second = workflow.next_execution_arn(APPROVAL.approval_id, FIRST)
    third = workflow.next_execution_arn(APPROVAL.approval_id, second)
    assert (second, third) == (f"{FIRST}-2", f"{FIRST}-3")
    assert workflow.next_execution_arn(APPROVAL.approval_id, "") == second


@pytest.mark.parametrize("suffix", ["", "-2"])
def test_the_execution_that_the_approval_names_is_started(
    client: Any, workflow: ApprovalWorkflow, suffix: str
) -> None:
    with Stubber(client) as stub:
        answer = {"executionArn": FIRST, "startDate": 1}
        stub.add_response("start_execution", answer, started(APPROVAL.approval_id + suffix))
        workflow.start(APPROVAL.model_copy(update={"execution_arn": FIRST + suffix}))
        stub.assert_no_pending_responses()


def test_a_second_start_is_harmless(client: Any, workflow: ApprovalWorkflow) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")
        workflow.start(APPROVAL)


def unreachable(**request: Any) -> None:
    raise ReadTimeoutError(endpoint_url="https://states")


def test_a_start_that_may_not_have_happened_can_be_tried_again(
    client: Any, workflow: ApprovalWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("start_execution", "ThrottlingException")
        with pytest.raises(UnavailableError):
            workflow.start(APPROVAL)
    monkeypatch.setattr(client, "start_execution", unreachable)
    with pytest.raises(UnavailableError):
        workflow.start(APPROVAL)


@pytest.mark.parametrize(
    ("status", "execution"),
    [
        ("RUNNING", Execution.RUNNING),
        ("PENDING_REDRIVE", Execution.RUNNING),
        ("SUCCEEDED", Execution.ENDED),
        ("FAILED", Execution.ENDED),
        ("TIMED_OUT", Execution.ENDED),
        ("ABORTED", Execution.ENDED),
    ],
)
def test_an_execution_runs_or_has_ended(
    client: Any, workflow: ApprovalWorkflow, status: str, execution: Execution
) -> None:
    with Stubber(client) as stub:
        answer = {"executionArn": FIRST, "stateMachineArn": MACHINE, "status": status, "startDate": 1}
        stub.add_response("describe_execution", answer, {"executionArn": FIRST})
        assert workflow.execution(FIRST) is execution


def test_an_execution_may_not_be_there_or_not_be_known(client: Any, workflow: ApprovalWorkflow) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("describe_execution", "ExecutionDoesNotExist")
        assert workflow.execution(FIRST) is Execution.ABSENT
        stub.add_client_error("describe_execution", "ThrottlingException")
        with pytest.raises(UnavailableError):
            workflow.execution(FIRST)


def test_a_callback_says_nothing_but_go_on(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response("send_task_success", {}, {"taskToken": "callback", "output": "{}"})
        assert WaitingExecutions(client).resume("callback")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_what_no_longer_waits_cannot_be_woken(client: Any, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("send_task_success", code)
        assert not WaitingExecutions(client).resume("callback")


def test_a_callback_that_may_not_have_arrived_can_be_tried_again(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("send_task_success", "ThrottlingException")
        with pytest.raises(UnavailableError) as failed:
            WaitingExecutions(client).resume("a secret callback")
    assert "secret" not in failed.value.detail
    monkeypatch.setattr(client, "send_task_success", unreachable)
    with pytest.raises(UnavailableError):
        WaitingExecutions(client).resume("callback")
