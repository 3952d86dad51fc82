"""The deployment workflow in Step Functions, started without the bus."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.adapters.workflows import described, execution_named, started
from functions.core.ports.workflows import Execution
from lineal_contract.approvals import Approval
from lineal_contract.events import Detail, Metadata, VersionApproved
from lineal_contract.people import Actor

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class DeploymentWorkflow:
    """The `DeploymentRuns` port: an execution is named after the approval, and numbered."""

    client: "SFNClient"
    state_machine_arn: str

    def arn_of(self, approval_id: str, lost: str | None) -> str:
        """Return the ARN with the next number; executions that the bus started have names of their own."""
        name = (lost or "").rpartition(":")[2]
        number = name.removeprefix(approval_id).removeprefix("-") if name.startswith(approval_id) else "0"
        return execution_named(self.state_machine_arn, f"{approval_id}-{int(number or 0) + 1}")

    def start(self, approval: Approval, arn: str) -> None:
        """Start it with the detail that the bus would have brought, which the workflow believes as little."""
        detail = Detail(metadata=_metadata(approval), data=_claim(approval)).model_dump_json()
        started(self.client, self.state_machine_arn, arn, detail)

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""
        return described(self.client, arn)


def _claim(approval: Approval) -> VersionApproved:
    return VersionApproved(
        approval_id=approval.approval_id,
        model=approval.model,
        version=approval.version,
        manifest_digest=approval.manifest_digest,
        endpoint=approval.model,
    )


def _metadata(approval: Approval) -> Metadata:
    return Metadata(
        event_id=approval.approval_id,
        correlation_id=approval.approval_id,
        actor=Actor(principal="lineal:reconciler"),
        project=approval.project,
        subject=f"model/{approval.model}",
        sequence=1,
        occurred_at=datetime.fromtimestamp((approval.applied_at or 0) / 1000, UTC),
    )
