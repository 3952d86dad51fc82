"""The approval workflow in Step Functions, and the callbacks of what waits in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adapters.dynamo import Table
from functions.adapters.keys import registry as keys
from functions.adapters.service_errors import NO_ANSWER, ServiceError, code_of
from functions.core.errors import UnavailableError
from functions.core.ports.workflows import Execution
from lineal_contract.approvals import Approval
from lineal_contract.digests import canonical_json
from lineal_contract.links import approval_page

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_UNDER_WAY = frozenset({"RUNNING", "PENDING_REDRIVE"})
_NO_LONGER_WAITS = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


@dataclass(frozen=True)
class ApprovalWorkflow:
    """The `Workflows` port: an execution carries its approval's id as its name."""

    client: "SFNClient"
    state_machine_arn: str
    page: str | None = None
    """The address of the API, below which people find the page."""

    def execution_arn(self, approval_id: str) -> str:
        """Return the ARN that Step Functions gives an execution of this name."""
        return execution_named(self.state_machine_arn, approval_id)

    def next_execution_arn(self, approval_id: str, lost: str) -> str:
        """Return the lost execution's ARN with the next number: a name is used once."""
        number = lost.rpartition(":")[2].removeprefix(approval_id).removeprefix("-")
        return self.execution_arn(f"{approval_id}-{int(number or 1) + 1}")

    def start(self, approval: Approval) -> None:
        """Start an approval's execution once; its name makes a second start harmless."""
        arn = approval.execution_arn or self.execution_arn(approval.approval_id)
        given = canonical_json(self._given(approval)).decode()
        started(self.client, self.state_machine_arn, arn, given)

    def _given(self, approval: Approval) -> dict[str, Any]:
        """Return the input: three names that the steps read, and for people what it is about."""
        asker = approval.requested_by
        given = {
            "project": approval.project,
            "model": approval.model,
            "approval_id": approval.approval_id,
            "version": approval.version,
            "to_stage": str(approval.stage),
            "requested_by": asker.display_name,
            "reason": approval.reason,
        }
        if self.page is None:
            return given
        page = approval_page(self.page, approval.project, approval.approval_id)
        return given | {"links": {"page": page}}

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""
        return described(self.client, arn)


def execution_named(state_machine_arn: str, name: str) -> str:
    """Return the ARN that Step Functions gives an execution of this name."""
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def started(client: "SFNClient", state_machine_arn: str, arn: str, given: str) -> None:
    """Start the execution of an ARN; one that was started before is no error. Raises UnavailableError."""
    try:
        client.start_execution(stateMachineArn=state_machine_arn, name=arn.rpartition(":")[2], input=given)
    except NO_ANSWER as error:
        raise UnavailableError("the workflow could not be started") from error
    except ServiceError as error:
        if code_of(error) != "ExecutionAlreadyExists":
            raise UnavailableError("the workflow could not be started") from error


def described(client: "SFNClient", arn: str) -> Execution:
    """Say how an execution stands. Raises UnavailableError."""
    try:
        answer = client.describe_execution(executionArn=arn)
    except NO_ANSWER as error:
        raise UnavailableError("Step Functions did not answer") from error
    except ServiceError as error:
        if code_of(error) != "ExecutionDoesNotExist":
            raise UnavailableError("Step Functions did not answer") from error
        return Execution.ABSENT
    return Execution.RUNNING if answer["status"] in _UNDER_WAY else Execution.ENDED


@dataclass(frozen=True)
class WaitingExecutions:
    """The `Waiting` port."""

    client: "SFNClient"

    def resume(self, token: str) -> bool:
        """Wake an execution. Nothing is said in the callback: the workflow reads the table."""
        try:
            self.client.send_task_success(taskToken=token, output="{}")
        except NO_ANSWER as error:
            raise UnavailableError("the decision is stored; the workflow could not be woken") from error
        except ServiceError as error:
            if code_of(error) in _NO_LONGER_WAITS:
                return False
            raise UnavailableError("the decision is stored; the workflow could not be woken") from error
        return True


@dataclass(frozen=True)
class DynamoTaskTokens:
    """The `TaskTokens` port; the table encrypts at rest, and no answer or log ever has a token."""

    table: Table

    def put(self, project: str, approval_id: str, token: str) -> None:
        """Keep a callback."""
        self.table.put(keys.task_token(project, approval_id), {"token": {"S": token}})

    def get(self, project: str, approval_id: str) -> str | None:
        """Return a callback."""
        item = self.table.get(keys.task_token(project, approval_id))
        return item["token"]["S"] if item else None
