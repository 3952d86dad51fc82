"""The deployment workflow's steps, and rollback."""

from dataclasses import dataclass

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.deployments import deploying
from functions.core.deployments.deploying import Step
from functions.core.errors import ConflictError, NotFoundError
from functions.core.in_force import policy_of
from functions.core.ledger import Change
from functions.core.models.naming import head_of
from functions.core.models.signing import Signing
from functions.core.models.verification import verify_whole
from functions.core.objects.manifests import whole
from functions.core.ports.objects import ObjectStore
from functions.core.ports.registry import ModelStore, Policies
from functions.core.ports.serving import Target
from lineal_contract.deployments import Deployment, DeploymentStatus, Endpoint, Rollback
from lineal_contract.events import VersionApproved
from lineal_contract.registry import ModelVersion

_HISTORY = 100


@dataclass(frozen=True)
class Releasing:
    """Brings approved versions to endpoints, and back."""

    models: ModelStore
    objects: ObjectStore
    signing: Signing
    policies: Policies
    targets: dict[str, Target]
    contention: Contention

    def open(self, project: str, claim: VersionApproved, execution_arn: str, cause: Cause) -> Step:
        """Record the deployment an event asks for, if the registry bears the event out."""

        def attempt() -> Step:
            head = head_of(self.models, project, claim.model)
            approval = self.models.approval(project, claim.approval_id)
            version = self.models.version(project, claim.model, claim.version)
            if (doubt := deploying.distrust(claim, approval, version)) is not None:
                return Step("ignore", doubt)
            present = self.models.deployment(project, claim.model, approval.approval_id)
            if present is not None:
                again = present.status is DeploymentStatus.PENDING
                return Step("deploy" if again else "ignore", f"the deployment is {present.status}")
            change = deploying.open_deployment(head, approval, claim.model, execution_arn, cause)
            self.models.commit(head, change)
            return Step("deploy", "recorded", change)

        try:
            return self.contention.run(attempt)
        except NotFoundError as error:
            return Step("ignore", error.detail)

    def switch(self, project: str, model: str, deployment_id: str, cause: Cause) -> Step:
        """Point the endpoint at the deployment once its target is ready."""
        deployment = self._deployment(project, model, deployment_id)
        version = whole(self.models.version(project, model, deployment.version), self.objects)
        target = self.targets[deployment.target]
        target.start(deployment, version)
        if not target.ready(deployment):
            return Step("wait", f"{deployment.target} is not ready yet")

        def attempt() -> Step:
            head = head_of(self.models, project, model)
            present = self._deployment(project, model, deployment_id)
            current = self.models.endpoint(project, present.endpoint)
            step = deploying.switch(head, present, current, self._live(current), cause)
            if step.change is not None:
                self.models.commit(head, step.change)
            return step

        return self.contention.run(attempt)

    def fail(self, project: str, model: str, deployment_id: str, detail: str, cause: Cause) -> None:
        """Record that a deployment failed; one that has ended stays as it ended."""

        def attempt() -> None:
            head = head_of(self.models, project, model)
            deployment = self._deployment(project, model, deployment_id)
            if deployment.status is DeploymentStatus.PENDING:
                change = deploying.end(head, deployment, DeploymentStatus.FAILED, detail, cause)
                self.models.commit(head, change)

        self.contention.run(attempt)

    def roll_back(self, project: str, endpoint: str, asked: Rollback, cause: Cause) -> Deployment:
        """Return the deployment of the version gone back to; the same request again makes no other.

        Raises NotFoundError, ConflictError, NotApprovedError, BytesChangedError, UnsupportedModelError.
        """
        found = self._endpoint(project, endpoint).deployment_id
        verified: set[str] = set()

        def attempt() -> Deployment:
            earlier = self.models.deployment(project, endpoint, asked.request_id)
            if earlier is not None:
                return deploying.same_rollback(earlier, asked)
            current = self._endpoint(project, endpoint)
            if current.deployment_id != found:
                raise ConflictError("the endpoint has moved meanwhile: look at it again")
            change = self._going_back(current, asked, cause, verified)
            return change.deployments[-1]

        return self.contention.run(attempt)

    def _going_back(self, current: Endpoint, asked: Rollback, cause: Cause, verified: set[str]) -> Change:
        project, model = current.project, current.model
        head = head_of(self.models, project, model)
        history = self.models.deployments(project, current.endpoint, _HISTORY, None).items
        number = deploying.rollback_target(asked, head, current, history)
        target = self.models.version(project, model, number)
        # Production moves before the endpoint does: what leaves it may not have been live yet.
        leaving = self.models.version(project, model, head.production_version or current.version)
        live = self._deployment(project, current.endpoint, current.deployment_id)
        policy = policy_of(self.policies, project)
        change = deploying.roll_back(head, current, live, leaving, target, policy, asked, cause)
        complete = whole(target, self.objects)
        self.targets[live.target].check(complete)
        self._check_bytes(complete, verified)
        self.models.commit(head, change)
        return change

    def _check_bytes(self, version: ModelVersion, verified: set[str]) -> None:
        if version.manifest_digest not in verified:
            self.signing.check(version)
            verify_whole(version, self.objects)
            verified.add(version.manifest_digest)

    def _live(self, current: Endpoint | None) -> Deployment | None:
        if current is None:
            return None
        return self._deployment(current.project, current.endpoint, current.deployment_id)

    def _endpoint(self, project: str, endpoint: str) -> Endpoint:
        current = self.models.endpoint(project, endpoint)
        if current is None:
            raise NotFoundError(f"project {project} has no endpoint {endpoint!r}")
        return current

    def _deployment(self, project: str, endpoint: str, deployment_id: str) -> Deployment:
        deployment = self.models.deployment(project, endpoint, deployment_id)
        if deployment is None:
            raise NotFoundError(f"endpoint {endpoint!r} has no deployment {deployment_id}")
        return deployment
