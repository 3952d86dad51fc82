"""Upkeep: what goes out of the outbox, and what the sweep sets right."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from functions.bootstrap.approvals import ApprovalRoom
from functions.bootstrap.registry import RegistryRoom

if TYPE_CHECKING:
    from functions.core.approvals.reconciling import Reconciling
    from functions.core.audit.anchoring import Anchoring
    from functions.core.deployments.redeploying import Redeploying
    from functions.core.models.resuming import Resuming
    from functions.core.sending import Sending


class UpkeepRoom(RegistryRoom, ApprovalRoom):
    """Sending, restarting, anchoring."""

    @cached_property
    def sending(self) -> Sending:
        """From the outbox to the bus."""
        from functions.adapters.outbox import DynamoOutbox, EventBus
        from functions.core.sending import Sending

        bus = EventBus(self._client("events"), self._given("bus_name"))
        return Sending(DynamoOutbox(self._registry_table), bus, self._world.clock)

    @cached_property
    def reconciling(self) -> Reconciling:
        """Approvals and their executions."""
        from functions.adapters.outbox import DynamoOpenWork
        from functions.adapters.workflows import DynamoTaskTokens, WaitingExecutions
        from functions.core.approvals.reconciling import Reconciling

        return Reconciling(
            DynamoOpenWork(self._registry_table),
            self.models,
            self._approval_workflow,
            self._contention,
            self._world.clock,
            DynamoTaskTokens(self._registry_table),
            WaitingExecutions(self._client("stepfunctions")),
        )

    @cached_property
    def redeploying(self) -> Redeploying:
        """Applied approvals and their deployments."""
        from functions.adapters.deployment_runs import DeploymentWorkflow
        from functions.adapters.keys.registry import OPEN_DEPLOYMENTS
        from functions.adapters.outbox import DynamoOpenWork
        from functions.core.deployments.redeploying import Redeploying

        work = DynamoOpenWork(self._registry_table, OPEN_DEPLOYMENTS)
        workflow = DeploymentWorkflow(self._client("stepfunctions"), self._given("deployment_workflow_arn"))
        return Redeploying(work, self.models, workflow, self._contention, self._world.clock)

    @cached_property
    def resuming(self) -> Resuming:
        """Pending versions and their executions."""
        from functions.adapters.keys.registry import OPEN_REGISTRATIONS
        from functions.adapters.outbox import DynamoOpenWork
        from functions.core.models.resuming import Resuming

        return Resuming(
            DynamoOpenWork(self._registry_table, OPEN_REGISTRATIONS),
            self.pending_versions,
            self._registration_workflow,
            self._world.clock,
        )

    @cached_property
    def anchoring(self) -> Anchoring:
        """Audit chains and their anchors."""
        from functions.adapters.anchors import S3Anchors
        from functions.core.audit.anchoring import Anchoring

        anchors = S3Anchors(self._registry_table, self._s3, self._given("artifacts_bucket"))
        return Anchoring(anchors, self.models, self.trails, self._world.clock, self._signer())
