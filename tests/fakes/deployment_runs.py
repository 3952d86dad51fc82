"""The deployment workflow in memory."""

from functions.core.ports.workflows import Execution
from lineal_contract.approvals import Approval

MACHINE = "arn:aws:states:eu-central-1:123456789012:execution:deployment"


class MemoryDeploymentRuns:
    """The `DeploymentRuns` port: remembers what was started."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.started: list[tuple[str, str]] = []

    def arn_of(self, approval_id: str, lost: str | None) -> str:
        number = int(lost.rpartition("-")[2]) if lost and lost.startswith(MACHINE) else 0
        return f"{MACHINE}:{approval_id}-{number + 1}"

    def start(self, approval: Approval, arn: str) -> None:
        if arn not in self.executions:
            self.executions[arn] = Execution.RUNNING
            self.started.append((approval.approval_id, arn))

    def execution(self, arn: str) -> Execution:
        return self.executions.get(arn, Execution.ABSENT)
