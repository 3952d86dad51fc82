"""Approved versions whose deployment was lost are deployed after all: none is forgotten on the way."""

from dataclasses import dataclass

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.ledger import Draft
from functions.core.models.naming import head_of
from functions.core.ports.registry import ModelStore
from functions.core.ports.workflows import DeploymentRuns, Execution, OpenWork
from functions.core.ports.world import Clock
from functions.core.tending import Tended, tend
from lineal_contract.approvals import Approval
from lineal_contract.deployments import Deployment, DeploymentStatus
from lineal_contract.people import Actor

GRACE = 600_000
"""How long the event that starts a deployment may take, milliseconds: the bus tries again by itself."""


@dataclass(frozen=True)
class Redeploying:
    """Compares applied approvals with their deployments. Doing it twice changes nothing."""

    work: OpenWork
    models: ModelStore
    runs: DeploymentRuns
    contention: Contention
    clock: Clock

    def restart_lost(self) -> Tended:
        """Start what was lost; strike off the list what has ended."""
        return tend(self.work.list(), self._look_at)

    def _look_at(self, project: str, approval_id: str) -> bool:
        approval = self.models.approval(project, approval_id)
        deployment = self.models.deployment(project, approval.model, approval_id)
        if self._is_over(approval, deployment):
            self.work.done(project, approval_id)
            return False
        if deployment is None:
            if self.clock() < (approval.applied_at or 0) + GRACE:
                return False
            self.runs.start(approval, self.runs.arn_of(approval_id, None))
            return True
        present = deployment.execution_arn or ""
        if self.runs.execution(present) is Execution.RUNNING:
            return False
        self.runs.start(approval, self._with_another_execution(approval, deployment))
        return True

    def _is_over(self, approval: Approval, deployment: Deployment | None) -> bool:
        """Say whether nothing is left to do: it ended, or production was given to no or another version."""
        if deployment is not None:
            return deployment.status is not DeploymentStatus.PENDING
        head = self.models.head(approval.project, approval.model)
        return head is None or head.deleted_at is not None or head.production_version != approval.version

    def _with_another_execution(self, approval: Approval, lost: Deployment) -> str:
        """Record the next execution before it starts: a start that is lost too is then found again."""
        arn = self.runs.arn_of(approval.approval_id, lost.execution_arn)

        def attempt() -> str:
            head = head_of(self.models, approval.project, approval.model)
            present = self.models.deployment(approval.project, lost.endpoint, lost.deployment_id)
            if present is None or present.execution_arn != lost.execution_arn:
                return present.execution_arn or arn if present else arn
            cause = Cause(Actor(principal="lineal:reconciler"), self.clock(), approval.approval_id)
            draft = Draft(head, cause)
            draft.put(deployments=(present.model_copy(update={"execution_arn": arn}),))
            draft.record(
                "deployment.restarted", f"deployment/{lost.deployment_id}", lost=lost.execution_arn or ""
            )
            self.models.commit(head, draft.change())
            return arn

        return self.contention.run(attempt)
