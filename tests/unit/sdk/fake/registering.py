"""Models, versions and approvals."""

from typing import Any

from lineal_contract import approvals, policies, registry
from lineal_contract.base import Page
from lineal_contract.problems import ProblemCode
from tests.unit.sdk.fake.state import ACTOR, POLICY, PROJECT, Refusal, State, page_of


class Registering(State):
    """The routes of the registry."""

    def _register_version(
        self, asked: registry.RegisterVersion, model: str, **_: str
    ) -> registry.ModelVersion:
        if asked.request_id in self.by_request:
            return self.by_request[asked.request_id]
        artifact = next(a for a in self.runs[asked.run_id].artifacts if a.name == asked.artifact)
        known = self.versions.setdefault(model, [])
        version = registry.ModelVersion(
            project=PROJECT, model=model, version=len(known) + 1, run_id=asked.run_id,
            artifact=artifact.name, artifact_digest=artifact.digest, manifest=artifact.files,
            manifest_digest=artifact.digest, info=artifact.model, metrics={"mae": 40.0},
            stage=policies.Stage.DEVELOPMENT, description=asked.description, tags=asked.tags,
            registered_by=ACTOR, registered_at=1,
        )  # fmt: skip
        known.append(version)
        self.by_request[asked.request_id] = version
        return version

    def _list_models(self, asked: registry.PageQuery, **_: str) -> Page[registry.Model]:
        found = [self._get_model(model=name) for name in self.versions]
        return page_of(found, asked.page_token, Page[registry.Model])

    def _get_model(self, model: str, **_: str) -> registry.Model:
        if model not in self.versions:
            raise Refusal(404, ProblemCode.NOT_FOUND, f"there is no model {model}")
        latest = len(self.versions[model])
        return registry.Model(
            project=PROJECT, model=model, latest_version=latest, aliases={"champion": 1},
            created_at=1, created_by=ACTOR,
        )  # fmt: skip

    def _list_versions(self, asked: registry.PageQuery, model: str, **_: str) -> Page[registry.ModelVersion]:
        return page_of(list(reversed(self.versions[model])), asked.page_token, Page[registry.ModelVersion])

    def _get_version(self, model: str, version: str, **_: str) -> registry.ModelVersion:
        self._get_model(model)
        return self.versions[model][int(version) - 1]

    def _request_promotion(
        self, asked: approvals.RequestPromotion, model: str, version: str, **_: str
    ) -> approvals.Approval:
        approval = approvals.Approval(
            approval_id=f"{len(self.approvals) + 1:032x}", project=PROJECT, model=model,
            version=int(version), stage=asked.stage, status=approvals.ApprovalStatus.REQUESTED,
            reason=asked.reason, requested_by=ACTOR, requested_at=1, manifest_digest="0" * 64,
            policy=policies.PolicyRef(name=POLICY.name, digest=POLICY.digest()),
            rule_results=(policies.RuleResult(check="lineage_complete", passed=True, message="complete"),),
        )  # fmt: skip
        self.approvals[approval.approval_id] = approval
        return approval

    def _get_approval(self, approval_id: str, **_: str) -> approvals.Approval:
        """Each read of it finds the next of `statuses`."""
        if approval_id not in self.approvals:
            raise Refusal(404, ProblemCode.NOT_FOUND, f"there is no approval {approval_id}")
        if self.statuses:
            self._set_status(approval_id, self.statuses.pop(0))
        return self.approvals[approval_id]

    def _set_status(self, approval_id: str, status: approvals.ApprovalStatus, **more: Any) -> None:
        approval = self.approvals[approval_id]
        self.approvals[approval_id] = approval.model_copy(update={"status": status, **more})

    def _list_approvals(self, asked: approvals.ApprovalQuery, **_: str) -> Page[approvals.Approval]:
        found = [
            a
            for a in reversed(self.approvals.values())
            if asked.status in (None, a.status) and asked.model in (None, a.model)
        ]
        return page_of(found, asked.page_token, Page[approvals.Approval])

    def _delegate(self, asked: approvals.Delegate, approval_id: str, **_: str) -> approvals.Approval:
        handed_on = approvals.Delegation(to=asked.to, actor=ACTOR, reason=asked.reason, delegated_at=1)
        self._set_status(approval_id, approvals.ApprovalStatus.PENDING, delegations=(handed_on,))
        return self.approvals[approval_id]

    def _cancel_promotion(
        self, asked: approvals.CancelPromotion, approval_id: str, **_: str
    ) -> approvals.Approval:
        self._set_status(approval_id, approvals.ApprovalStatus.CANCELLED, refusal=asked.reason)
        return self.approvals[approval_id]

    def _decide(self, asked: approvals.Decide, approval_id: str, **_: str) -> approvals.Approval:
        yes = asked.verdict is approvals.Verdict.APPROVE
        decision = approvals.Decision(verdict=asked.verdict, actor=ACTOR, reason=asked.reason, decided_at=1)
        status = approvals.ApprovalStatus.APPROVED if yes else approvals.ApprovalStatus.REJECTED
        self._set_status(approval_id, status, decisions=(decision,))
        return self.approvals[approval_id]
