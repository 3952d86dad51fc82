"""Open approvals are looked after: lost executions start again, decided ones wake, people are reminded."""

from dataclasses import dataclass

from functions.core.approvals import reminding
from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.ledger import Draft
from functions.core.models.naming import head_of
from functions.core.ports.registry import ModelStore
from functions.core.ports.workflows import Execution, OpenWork, TaskTokens, Waiting, Workflows
from functions.core.ports.world import Clock
from functions.core.tending import Tended, tend
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.people import Actor

GRACE = 60_000
"""How long whoever asked has to start the execution themselves, milliseconds."""

_UNDECIDED = (ApprovalStatus.REQUESTED, ApprovalStatus.PENDING)
_OPEN = (*_UNDECIDED, ApprovalStatus.APPROVED)


@dataclass(frozen=True)
class Reconciling:
    """Compares open approvals with their executions. Doing it twice changes nothing."""

    work: OpenWork
    models: ModelStore
    workflows: Workflows
    contention: Contention
    clock: Clock
    tokens: TaskTokens
    waiting: Waiting

    def restart_lost(self) -> Tended:
        """Start the executions of open approvals that have none, and wake those whose decision is made.

        Remind people, and strike off the list what is closed and has come to its end.
        """
        return tend(self.work.list(), self._look_at)

    def _look_at(self, project: str, approval_id: str) -> bool:
        approval = self.models.approval(project, approval_id)
        execution = self.workflows.execution(approval.execution_arn or "")
        if execution is Execution.RUNNING and approval.status not in _UNDECIDED:
            self._wake(approval)
            return False
        if approval.status not in _OPEN:
            self.work.done(project, approval_id)
            return False
        self._remind(approval)
        if execution is Execution.RUNNING or self._still_starting(approval, execution):
            return False
        if execution is Execution.ENDED:
            approval = self._with_another_execution(approval)
        self.workflows.start(approval)
        return True

    def _wake(self, decided: Approval) -> None:
        """Wake an execution: who decided may have died before they could. It may be on its way already."""
        token = self.tokens.get(decided.project, decided.approval_id)
        if token is not None:
            self.waiting.resume(token)

    def _remind(self, seen: Approval) -> None:
        if not reminding.is_due(seen, self.clock()):
            return

        def attempt() -> None:
            head = head_of(self.models, seen.project, seen.model)
            approval = self.models.approval(seen.project, seen.approval_id)
            step = reminding.remind(head, approval, self._cause(approval))
            if step.change is not None:
                self.models.commit(head, step.change)

        self.contention.run(attempt)

    def _cause(self, approval: Approval) -> Cause:
        return Cause(Actor(principal="lineal:reconciler"), self.clock(), approval.approval_id)

    def _still_starting(self, approval: Approval, execution: Execution) -> bool:
        return execution is Execution.ABSENT and self.clock() < approval.requested_at + GRACE

    def _with_another_execution(self, lost: Approval) -> Approval:
        """Record the next execution before it starts: a start that is lost too is then found again."""
        arn = self.workflows.next_execution_arn(lost.approval_id, lost.execution_arn or "")

        def attempt() -> Approval:
            head = head_of(self.models, lost.project, lost.model)
            approval = self.models.approval(lost.project, lost.approval_id)
            if approval.execution_arn != lost.execution_arn:
                return approval
            restarted = approval.model_copy(update={"execution_arn": arn})
            draft = Draft(head, self._cause(lost))
            draft.put(approval=restarted)
            draft.record("approval.restarted", f"approval/{lost.approval_id}", lost=lost.execution_arn or "")
            self.models.commit(head, draft.change())
            return restarted

        return self.contention.run(attempt)
