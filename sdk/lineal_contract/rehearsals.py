"""What rules would say: of one version now, and of what was decided before."""

from typing import Annotated

from pydantic import Field

from lineal_contract.approvals import ApprovalStatus
from lineal_contract.base import Answer, Millis, ModelName, RecordId, VersionNumber, Wire
from lineal_contract.policies import Policy, PolicyRef, RuleResult
from lineal_contract.stages import Stage, StageName


class CheckPolicy(Wire):
    """Asks how a policy would judge a version now. Nothing is stored and nobody is asked."""

    policy: Policy
    model: ModelName
    version: VersionNumber
    stage: StageName = Stage.PRODUCTION


class PolicyCheck(Answer):
    """How the rules come out; if they hold, `approvals_needed` people are still to be asked."""

    policy: PolicyRef
    model: ModelName
    version: int
    stage: StageName
    baseline_version: int | None
    passed: bool
    rule_results: tuple[RuleResult, ...]
    approvals_needed: int


class BacktestPolicy(Wire):
    """Asks how a policy would have judged the requests of a project, newest first."""

    policy: Policy
    model: ModelName | None = None
    page_size: Annotated[int, Field(ge=1, le=100, strict=True)] = 50
    page_token: str | None = None


class Backtested(Answer):
    """One request: how its rules came out then, and how these would have.

    Both are compared with the production version of that time and look at it at that time. `status` is how
    the request ended; `rule_results` are those of the policy that is tried.
    """

    approval_id: RecordId
    model: ModelName
    version: int
    stage: StageName
    requested_at: Millis
    status: ApprovalStatus
    baseline_version: int | None
    passed_then: bool
    passed_now: bool
    approvals_then: int
    approvals_now: int
    rule_results: tuple[RuleResult, ...]

    @property
    def differs(self) -> bool:
        """Whether the rules, or the number of people they ask, come out differently."""
        people = self.passed_now and self.passed_then and self.approvals_now != self.approvals_then
        return self.passed_now != self.passed_then or people
