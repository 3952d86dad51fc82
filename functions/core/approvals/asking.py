"""Asking for a stage: the request is stored, and its workflow started."""

from dataclasses import dataclass

from functions.core.approvals import promotions
from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.in_force import policy_of
from functions.core.models.naming import head_of, resolve, version_of
from functions.core.once import Once
from functions.core.ports.registry import ModelStore, Policies
from functions.core.ports.workflows import Workflows
from functions.core.ports.world import NewId
from lineal_contract.approvals import Approval, RequestPromotion


@dataclass(frozen=True)
class Asking:
    """What scientists do to bring a version further."""

    models: ModelStore
    policies: Policies
    workflows: Workflows
    contention: Contention
    new_id: NewId

    def ask(self, project: str, model: str, which: str, asked: RequestPromotion, cause: Cause) -> Approval:
        """Return the open approval of a version for a stage, its workflow started; or what became of it.

        Raises NotFoundError, IllegalTransitionError, ContentionError.
        """
        once = Once(self.models, project, cause.said)

        def attempt() -> Approval:
            head = head_of(self.models, project, model)
            if (earlier := once.earlier()) is not None:
                return self.models.approval(project, earlier.made)
            number = resolve(self.models, head, which)
            version = version_of(self.models, head, number)
            open_id = head.open_approvals.get(promotions.open_key(number, asked.stage))
            if open_id is not None:
                once.remember(open_id)
                return self.models.approval(project, open_id)
            approval_id = self.new_id()
            arn = self.workflows.execution_arn(approval_id)
            policy = policy_of(self.policies, project)
            change = promotions.request(head, version, asked, policy, approval_id, arn, cause)
            self.models.commit(head, once.marking(change, approval_id))
            return self.models.approval(project, approval_id)

        approval = self.contention.run(attempt)
        self.workflows.start(approval)
        return approval
