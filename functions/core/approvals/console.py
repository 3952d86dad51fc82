"""A decision made by starting a workflow in the Step Functions console."""

from dataclasses import dataclass

from functions.core.access.admission import Admission, Caller
from functions.core.approvals.approving import Approving
from functions.core.approvals.witnessing import Start, starter
from functions.core.causes import Cause
from functions.core.errors import AmbiguousStartError, CoreError
from functions.core.ports.workflows import CloudRecords, Waiting
from functions.core.ports.world import Clock
from lineal_contract.approvals import Decide
from lineal_contract.problems import ProblemCode
from lineal_contract.routes.approvals import DECIDE

MOST_WAIT = 60
"""Seconds between two looks into CloudTrail, which is minutes behind and answers twice a second."""
_PASSING = frozenset({ProblemCode.CONTENTION, ProblemCode.UNAVAILABLE})
"""What is tried again by the workflow, and is no answer to whoever decides."""


@dataclass(frozen=True)
class Outcome:
    """What has become of a decision: `outcome` is `wait`, `decided` or `refused`; `code` says why not."""

    outcome: str
    detail: str
    code: str = ""
    decided_by: str = ""
    status: str = ""
    wait_seconds: int = 1


@dataclass(frozen=True)
class ConsoleDeciding:
    """Decides as the person who started an execution; `patience` is how long their record may take, in ms."""

    trail: CloudRecords
    admission: Admission
    approving: Approving
    waiting: Waiting
    clock: Clock
    patience: int

    def decide(self, project: str, approval_id: str, said: Decide, start: Start) -> Outcome:
        """Record a decision once it is known whose it is. Without proof nothing is decided.

        Raises ContentionError and UnavailableError, after which the same can be tried again.
        """
        try:
            principal = starter(start, self.trail.starts(start.at, start.region))
        except AmbiguousStartError as error:
            return Outcome("refused", error.detail, error.code)
        if principal is None:
            return self._unproven(start)
        try:
            actor = self.admission.admit(DECIDE, project, Caller(principal, start.account))
        except CoreError as error:
            if error.code in _PASSING:
                raise
            return Outcome("refused", error.detail, error.code, principal)
        cause = Cause(actor, self.clock(), start.execution_arn.rpartition(":")[2], start.execution_arn)
        try:
            approval = self.approving.decide(project, approval_id, said, self.waiting, cause)
        except CoreError as error:
            if error.code in _PASSING:
                raise
            return Outcome("refused", error.detail, error.code, actor.display_name)
        decided_by = actor.display_name
        return Outcome("decided", "the decision is recorded", "", decided_by, approval.status)

    def _unproven(self, start: Start) -> Outcome:
        left = start.at + self.patience - self.clock()
        if left > 0:
            wait = max(1, min(MOST_WAIT, self.patience // 10_000, left // 1000 + 1))
            return Outcome("wait", "CloudTrail has no record of this start yet", wait_seconds=wait)
        detail = "CloudTrail has no record of who started this execution; nothing was decided"
        return Outcome("refused", detail, ProblemCode.UNPROVEN)
