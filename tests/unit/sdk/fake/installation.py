"""People, policy and the audit trail."""

from lineal_contract import approvals, audit, people, policies, projects, quotas, registry, rehearsals
from lineal_contract.base import Page
from tests.unit.sdk.fake.state import ACTOR, PROJECT, State, page_of


class Installation(State):
    """The routes of the installation."""

    def _who_am_i(self, **_: str) -> people.WhoAmI:
        return people.WhoAmI(actor=ACTOR, account="123456789012", project=PROJECT, name="Ada")

    def _put_person(self, asked: people.PutPerson, person_id: str) -> people.Person:
        self.people[person_id] = people.Person(person_id=person_id, **dict(asked))
        return self.people[person_id]

    def _list_people(self, asked: registry.PageQuery) -> Page[people.Person]:
        return page_of(list(self.people.values()), asked.page_token, Page[people.Person])

    def _get_usage(self, **_: str) -> quotas.Usage:
        return quotas.Usage(
            requests_this_minute=1, points_today=2_000, runs=3, stored_bytes=4, quota=self.quota, at=0
        )

    def _put_quota(self, asked: quotas.Quota, **_: str) -> quotas.StoredQuota:
        self.quota = quotas.StoredQuota(**dict(asked), custom=True)
        return self.quota

    def _get_project(self, **_: str) -> projects.Project:
        return self.project

    def _put_retention(self, asked: projects.Retention, **_: str) -> projects.Project:
        self.project = self.project.model_copy(update={"retention": asked})
        return self.project

    def _put_mlflow(self, asked: projects.MlflowSettings, **_: str) -> projects.Project:
        self.project = self.project.model_copy(update={"mlflow": asked})
        return self.project

    def _get_policy(self, **_: str) -> policies.StoredPolicy:
        ref = policies.PolicyRef(name=self.policy.name, digest=self.policy.digest())
        return policies.StoredPolicy(ref=ref, policy=self.policy)

    def _put_policy(self, asked: policies.Policy, **_: str) -> policies.StoredPolicy:
        self.policy = asked
        return self._get_policy()

    def _check_policy(self, asked: rehearsals.CheckPolicy, **_: str) -> rehearsals.PolicyCheck:
        """Every rule holds for version 1 and for no other."""
        result = policies.RuleResult(check="evaluated", passed=asked.version == 1, message="evaluated: mae")
        return rehearsals.PolicyCheck(
            policy=policies.PolicyRef(name=asked.policy.name, digest=asked.policy.digest()),
            model=asked.model, version=asked.version, stage=asked.stage, baseline_version=None,
            passed=result.passed, rule_results=(result,), approvals_needed=1,
        )  # fmt: skip

    def _backtest_policy(self, asked: rehearsals.BacktestPolicy, **_: str) -> Page[rehearsals.Backtested]:
        """Two requests on two pages: one comes out as it did, one does not."""
        result = policies.RuleResult(check="evaluated", passed=False, message="not evaluated: mae")
        number = int(asked.page_token or 1)
        tested = rehearsals.Backtested(
            approval_id=f"{number:032x}", model="net", version=number, stage=policies.Stage.PRODUCTION,
            requested_at=1, status=approvals.ApprovalStatus.APPLIED, baseline_version=None,
            passed_then=True, passed_now=number == 1, approvals_then=1, approvals_now=1,
            rule_results=() if number == 1 else (result,),
        )  # fmt: skip
        return Page[rehearsals.Backtested](items=(tested,), next_page_token="2" if number == 1 else None)

    def _list_audit(self, asked: audit.AuditQuery, **_: str) -> Page[audit.AuditRecord]:
        left = [r for r in self.audit if r.sequence > int(asked.page_token or 0)]
        more = str(left[1].sequence) if len(left) > 2 else None
        return Page[audit.AuditRecord](items=tuple(left[:2]), next_page_token=more)
