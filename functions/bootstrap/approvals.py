"""Approvals: requests, decisions, and how people hear of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from functions.bootstrap.access import AccessRoom

if TYPE_CHECKING:
    from functions.adapters.workflows import ApprovalWorkflow, WaitingExecutions
    from functions.core.approvals.approving import Approving
    from functions.core.approvals.asking import Asking
    from functions.core.approvals.console import ConsoleDeciding
    from functions.core.approvals.mailing import Mailing
    from lineal_contract.approvals import Approval


class ApprovalRoom(AccessRoom):
    """Evaluating, asking, deciding."""

    @cached_property
    def asking(self) -> Asking:
        """Requests for a stage."""
        from functions.core.approvals.asking import Asking

        workflow, new_id = self._approval_workflow, self._world.new_id
        return Asking(self.models, self.policies, workflow, self._contention, new_id)

    @cached_property
    def approving(self) -> Approving:
        """Evaluation, decisions and what follows from them."""
        from functions.adapters.workflows import DynamoTaskTokens
        from functions.core.approvals.approving import Approving

        tokens, clock = DynamoTaskTokens(self._registry_table), self._world.clock
        return Approving(
            self.models, self.access, self.admission, self.policies, tokens, self._contention, clock
        )

    def briefing(self, approval: Approval) -> dict[str, Any]:
        """What an operator sees of a waiting approval."""
        return self.approving.briefing(approval, self.runs, self.page_base)

    @cached_property
    def console_deciding(self) -> ConsoleDeciding:
        """Decisions made by starting a workflow."""
        from functions.adapters.cloudtrail import CloudTrail
        from functions.core.approvals.console import ConsoleDeciding

        trail = CloudTrail(self._client("cloudtrail"))
        patience, clock = int(self._given("trail_patience_seconds")) * 1000, self._world.clock
        return ConsoleDeciding(trail, self.admission, self.approving, self.waiting, clock, patience)

    @cached_property
    def mailing(self) -> Mailing:
        """Mails to people."""
        from functions.adapters.mail import Topic
        from functions.adapters.told import DynamoTold
        from functions.core.approvals.mailing import Mailing

        topic = Topic(self._client("sns"), self._given("mail_topic_arn"))
        told = DynamoTold(self._registry_table)
        return Mailing(self.models, topic, self.page_base or "", told, self._world.clock)

    @cached_property
    def waiting(self) -> WaitingExecutions:
        """Executions that wait for people."""
        from functions.adapters.workflows import WaitingExecutions

        return WaitingExecutions(self._client("stepfunctions"))

    @cached_property
    def _approval_workflow(self) -> ApprovalWorkflow:
        from functions.adapters.workflows import ApprovalWorkflow

        arn = self._given("approval_workflow_arn")
        return ApprovalWorkflow(self._client("stepfunctions"), arn, self.page_base)
