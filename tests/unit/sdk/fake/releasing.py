"""What is live, and what stands behind it."""

from typing import Any

from lineal_contract import deployments, lineage, registry
from lineal_contract.base import Page
from tests.unit.sdk.fake.registering import Registering
from tests.unit.sdk.fake.state import ACTOR, PROJECT, page_of


class Releasing(Registering):
    """The routes of endpoints and traces."""

    def _list_endpoints(self, asked: registry.PageQuery, **_: str) -> Page[deployments.Endpoint]:
        return page_of([self._get_endpoint("live")], asked.page_token, Page[deployments.Endpoint])

    def _get_endpoint(self, endpoint: str, **_: str) -> deployments.Endpoint:
        return deployments.Endpoint(
            project=PROJECT, endpoint=endpoint, model="net", version=1, manifest_digest="0" * 64,
            deployment_id="1" * 32, updated_at=1,
        )  # fmt: skip

    def _list_deployments(
        self, asked: registry.PageQuery, endpoint: str, **_: str
    ) -> Page[deployments.Deployment]:
        found = [self._deployment(endpoint, "promotion", 1, "")]
        return page_of(found, asked.page_token, Page[deployments.Deployment])

    def _deployment(self, endpoint: str, kind: Any, version: int, reason: str) -> deployments.Deployment:
        return deployments.Deployment(
            deployment_id="1" * 32, project=PROJECT, endpoint=endpoint, model="net", version=version,
            manifest_digest="0" * 64, kind=kind, status=deployments.DeploymentStatus.LIVE,
            approval_id="2" * 32, actor=ACTOR, reason=reason, replaced_version=2, created_at=1, live_at=1,
        )  # fmt: skip

    def _rollback(self, asked: deployments.Rollback, endpoint: str, **_: str) -> deployments.Deployment:
        return self._deployment(endpoint, "rollback", asked.version or 1, asked.reason)

    def _invoke(self, asked: deployments.Invocation, **_: str) -> deployments.Prediction:
        return deployments.Prediction(
            outputs=tuple(sum(row) for row in asked.inputs), model="net", version=1,
            manifest_digest="0" * 64, deployment_id="1" * 32,
        )  # fmt: skip

    def _trace_version(self, model: str, version: str, **_: str) -> lineage.Trace:
        found = self._get_version(model, version)
        checks = (lineage.LineageCheck(name="code", present=True, detail="abc"),)
        return lineage.Trace(
            endpoint=None, deployment=None, approval=next(iter(self.approvals.values()), None),
            version=found, run=self.runs[found.run_id], lineage=lineage.Lineage(score=1.0, checks=checks),
        )  # fmt: skip

    def _trace_endpoint(self, asked: lineage.TraceQuery, endpoint: str, **_: str) -> lineage.Trace:
        live = self._deployment(endpoint, "promotion", 1, "")
        return self._trace_version("net", "1").model_copy(update={"endpoint": endpoint, "deployment": live})

    def _verify_version(
        self, asked: lineage.VerifyVersion, model: str, version: str, **_: str
    ) -> lineage.Verification:
        """One file a step."""
        manifest = self._get_version(model, version).manifest
        following = asked.file + 1
        path = manifest[asked.file].path
        return lineage.Verification(
            files=1,
            bytes=manifest[asked.file].object.size,
            failures=tuple(f for f in self.failures if f.path == path),
            next=lineage.VerifyVersion(file=following) if following < len(manifest) else None,
        )
