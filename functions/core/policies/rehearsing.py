"""Trying rules out before they are in force: on a version as it is, and on requests of the past."""

from dataclasses import dataclass

from functions.core.errors import NotFoundError
from functions.core.in_force import policy_ref
from functions.core.models import stages
from functions.core.models.naming import head_of
from functions.core.policies import rules
from functions.core.policies.candidates import Candidates
from functions.core.policies.judging import judge
from functions.core.ports.registry import ModelStore
from functions.core.ports.world import Clock
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.base import Page
from lineal_contract.policies import Policy, RuleResult
from lineal_contract.rehearsals import Backtested, BacktestPolicy, CheckPolicy, PolicyCheck
from lineal_contract.stages import StageName


@dataclass(frozen=True)
class Rehearsing:
    """Evaluates rules and changes nothing."""

    models: ModelStore
    candidates: Candidates
    clock: Clock

    def check(self, project: str, asked: CheckPolicy) -> PolicyCheck:
        """Return how a policy would judge a version now. Raises NotFoundError, IllegalTransitionError."""
        head = head_of(self.models, project, asked.model)
        version = self.models.version(project, asked.model, asked.version)
        way = stages.steps(asked.policy, version.stage, asked.stage)
        candidate = self.candidates.of(asked.policy, version, head.production_version, self.clock())
        results = judge(asked.policy, way, candidate)
        return PolicyCheck(
            policy=policy_ref(asked.policy),
            model=asked.model,
            version=asked.version,
            stage=asked.stage,
            baseline_version=head.production_version,
            passed=rules.refusal(results) is None,
            rule_results=results,
            approvals_needed=_approvals(asked.policy, asked.stage),
        )

    def backtest(self, project: str, asked: BacktestPolicy) -> Page[Backtested]:
        """Return how a policy would have judged the requests of a page whose rules were looked at."""
        page = self.models.approvals(project, asked.page_size, asked.page_token)
        judged = (a for a in page.items if _was_judged(a) and asked.model in (None, a.model))
        found = (self._again(asked.policy, approval) for approval in judged)
        return Page(items=tuple(b for b in found if b), next_page_token=page.next_page_token)

    def _again(self, policy: Policy, approval: Approval) -> Backtested | None:
        """Judge anew; None where the version is gone since."""
        try:
            version = self.models.version(approval.project, approval.model, approval.version)
            then = approval.requested_at
            candidate = self.candidates.of(policy, version, approval.baseline_version, then)
        except NotFoundError:
            return None
        results = _whole_way(policy, approval.stage, candidate)
        return Backtested(
            approval_id=approval.approval_id,
            model=approval.model,
            version=approval.version,
            stage=approval.stage,
            requested_at=approval.requested_at,
            status=approval.status,
            baseline_version=approval.baseline_version,
            passed_then=rules.refusal(approval.rule_results) is None,
            passed_now=rules.refusal(results) is None,
            approvals_then=approval.approvals_needed,
            approvals_now=_approvals(policy, approval.stage),
            rule_results=results,
        )


def _was_judged(approval: Approval) -> bool:
    """Say whether the rules have spoken; a request can end before that."""
    return approval.status is ApprovalStatus.REFUSED or approval.expires_at is not None


def _whole_way(policy: Policy, stage: StageName, candidate: rules.Candidate) -> tuple[RuleResult, ...]:
    """Judge from development on: the stage that a request came from is not in its record."""
    way = stages.whole_way(policy, stage)
    if way is None:
        message = f"no way leads from development to {stage}"
        return (RuleResult(check="stage_graph", passed=False, message=message),)
    return judge(policy, way, candidate)


def _approvals(policy: Policy, stage: StageName) -> int:
    return stages.asked(policy, stage).approvals
