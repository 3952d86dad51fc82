"""From what is live, or from a version, back to bytes, code, data and decisions."""

from dataclasses import dataclass

from functions.core.errors import NotFoundError
from functions.core.models.completeness import lineage_of
from functions.core.models.naming import head_of, resolve
from functions.core.models.registry import with_aliases
from functions.core.ports.registry import ModelStore
from functions.core.ports.tracking import RunStore
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.lineage import Trace


@dataclass(frozen=True)
class Tracing:
    """Follows the records; nothing here is derived from what a client says."""

    models: ModelStore
    runs: RunStore

    def endpoint(self, project: str, endpoint: str) -> Endpoint:
        """Return what is live. Raises NotFoundError."""
        current = self.models.endpoint(project, endpoint)
        if current is None:
            raise NotFoundError(f"project {project} has no endpoint {endpoint!r}")
        return current

    def from_endpoint(self, project: str, endpoint: str, deployment_id: str | None) -> Trace:
        """Return the trace of an endpoint's live deployment, or of an earlier one. Raises NotFoundError."""
        wanted = deployment_id or self.endpoint(project, endpoint).deployment_id
        deployment = self.models.deployment(project, endpoint, wanted)
        if deployment is None:
            raise NotFoundError(f"endpoint {endpoint!r} has no deployment {wanted}")
        return self._trace(project, deployment.model, deployment.version, deployment)

    def from_version(self, project: str, model: str, which: str) -> Trace:
        """Return the trace of a version, deployed or not. Raises NotFoundError."""
        number = resolve(self.models, head_of(self.models, project, model), which)
        return self._trace(project, model, number, None)

    def _trace(self, project: str, model: str, number: int, deployment: Deployment | None) -> Trace:
        version = with_aliases(
            head_of(self.models, project, model), self.models.version(project, model, number)
        )
        run = self.runs.get(project, version.run_id) if version.run_id else None
        approval_id = deployment.approval_id if deployment else version.approved_by_approval
        return Trace(
            endpoint=deployment.endpoint if deployment else None,
            deployment=deployment,
            approval=self.models.approval(project, approval_id) if approval_id else None,
            version=version,
            run=run,
            lineage=lineage_of(version, run),
        )
