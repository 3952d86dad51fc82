"""Registered models: registration, promotion requests, and what is there to read."""

from dataclasses import dataclass

from functions.core import promotions, registering
from functions.core.commits import Contention
from functions.core.errors import ConflictError, NotFoundError
from functions.core.ledger import Cause, ModelHead
from functions.core.ports import ModelStore, NewId, Policies, RunStore, Workflows
from lineal_contract.approvals import Approval, RequestPromotion
from lineal_contract.artifacts import Artifact
from lineal_contract.base import Page
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.registry import Model, ModelVersion, RegisterVersion
from lineal_contract.rules import LineageComplete
from lineal_contract.runs import Lifecycle, Run

DEFAULT_POLICY = Policy(
    name="default",
    stages={
        Stage.STAGING: StagePolicy(rules=(LineageComplete(),)),
        Stage.PRODUCTION: StagePolicy(rules=(LineageComplete(),), approvals=1, alias="champion"),
    },
)
"""What holds in a project without rules of its own: complete lineage, and one person who agrees."""


def policy_of(policies: Policies, project: str) -> Policy:
    """Return the rules in force in a project."""
    return policies.current(project) or DEFAULT_POLICY


def head_of(models: ModelStore, project: str, model: str) -> ModelHead:
    """Return a model's head. Raises NotFoundError."""
    head = models.head(project, model)
    if head is None:
        raise NotFoundError(f"project {project} has no model {model!r}")
    return head


@dataclass(frozen=True)
class Registry:
    """What scientists do with models."""

    models: ModelStore
    runs: RunStore
    policies: Policies
    workflows: Workflows
    contention: Contention
    new_id: NewId

    def register(self, project: str, model: str, wanted: RegisterVersion, cause: Cause) -> ModelVersion:
        """Return the version made by this request, now or by an earlier delivery of it.

        Raises NotFoundError for an unknown run or artifact, ConflictError for a deleted run, ContentionError.
        """
        run = self.runs.get(project, wanted.run_id)
        if run.lifecycle is Lifecycle.DELETED:
            raise ConflictError("the run is deleted: restore it before a version is made of it")
        artifact = _artifact(run, wanted.artifact)

        def attempt() -> ModelVersion:
            head = self.models.head(project, model)
            earlier = self.models.registered(project, wanted.request_id)
            if earlier is not None:
                return self._earlier(project, model, wanted, earlier)
            change = registering.register(head, model, wanted, run, artifact, cause)
            self.models.commit(head, change)
            return self.models.version(project, model, change.head.latest_version)

        return self.contention.run(attempt)

    def request_promotion(
        self, project: str, model: str, number: int, asked: RequestPromotion, cause: Cause
    ) -> Approval:
        """Return the open approval of a version for a stage, its workflow started.

        Raises NotFoundError, IllegalTransitionError, ContentionError.
        """

        def attempt() -> Approval:
            head = head_of(self.models, project, model)
            version = self.models.version(project, model, number)
            open_id = head.open_approvals.get(promotions.open_key(number, asked.stage))
            if open_id is not None:
                return self.models.approval(project, open_id)
            approval_id = self.new_id()
            arn = self.workflows.execution_arn(approval_id)
            policy = policy_of(self.policies, project)
            change = promotions.request(head, version, asked, policy, approval_id, arn, cause)
            self.models.commit(head, change)
            return self.models.approval(project, approval_id)

        approval = self.contention.run(attempt)
        self.workflows.start(approval)
        return approval

    def model(self, project: str, model: str) -> Model:
        """Return a model. Raises NotFoundError."""
        return head_of(self.models, project, model).wire()

    def list_models(self, project: str, page_size: int, page_token: str | None) -> Page[Model]:
        """Return models by name."""
        page = self.models.heads(project, page_size, page_token)
        return Page(items=tuple(h.wire() for h in page.items), next_page_token=page.next_page_token)

    def version(self, project: str, model: str, number: int) -> ModelVersion:
        """Return a version with the aliases that point at it. Raises NotFoundError."""
        return with_aliases(head_of(self.models, project, model), self.models.version(project, model, number))

    def list_versions(
        self, project: str, model: str, page_size: int, page_token: str | None
    ) -> Page[ModelVersion]:
        """Return versions with their aliases, newest first. Raises NotFoundError."""
        head = head_of(self.models, project, model)
        page = self.models.versions(project, model, page_size, page_token)
        items = tuple(with_aliases(head, version) for version in page.items)
        return Page(items=items, next_page_token=page.next_page_token)

    def _earlier(
        self, project: str, model: str, wanted: RegisterVersion, earlier: tuple[str, int]
    ) -> ModelVersion:
        version = self.models.version(project, *earlier)
        if (version.model, version.run_id, version.artifact) != (model, wanted.run_id, wanted.artifact):
            raise ConflictError("this request id has registered something else")
        return version


def with_aliases(head: ModelHead, version: ModelVersion) -> ModelVersion:
    """Return a version with the aliases that point at it."""
    names = tuple(sorted(a for a, number in head.aliases.items() if number == version.version))
    return version.model_copy(update={"aliases": names})


def _artifact(run: Run, name: str) -> Artifact:
    for artifact in run.artifacts:
        if artifact.name == name:
            return artifact
    raise NotFoundError(f"run {run.run_id} has no artifact {name!r}")
