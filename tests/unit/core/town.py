"""A project in memory with its people, models and workflows: the use cases on fakes."""

from collections.abc import Sequence
from functools import partial
from itertools import count

from functions.core.access.access import Access
from functions.core.access.admission import Admission
from functions.core.approvals.approving import Approving
from functions.core.approvals.asking import Asking
from functions.core.approvals.promotions import Step
from functions.core.approvals.reconciling import Reconciling
from functions.core.deployments.checking import Checking
from functions.core.deployments.deploying import Step as DeploymentStep
from functions.core.deployments.releasing import Releasing
from functions.core.deployments.serving import ServerlessTarget
from functions.core.ledger import ModelHead
from functions.core.models.curating import Curating
from functions.core.models.registry import Registry
from functions.core.models.renaming import Renaming
from functions.core.models.signing import Signing
from functions.core.objects.manifests import Manifests
from functions.core.policies.candidates import Candidates
from functions.core.ports.registry import Signer
from lineal_contract.approvals import (
    Approval,
    ApprovalStatus,
    CancelPromotion,
    Decide,
    Delegate,
    RequestPromotion,
    Verdict,
)
from lineal_contract.deployments import Deployment, Rollback
from lineal_contract.events import VersionApproved
from lineal_contract.lineage import FileFailure
from lineal_contract.people import Actor, Person
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion, RegisterVersion
from lineal_contract.roles import Role
from lineal_contract.stages import Stage, StageName
from tests import builders
from tests.builders import ANN, BOB, CLEO, HOUR, MODEL, NOW, PROJECT
from tests.fakes.access import MemoryProjects
from tests.fakes.models import MemoryModels
from tests.fakes.objects import MemoryObjectRecords, MemoryObjects
from tests.fakes.records import MemoryPeople, MemoryPolicies, MemoryTokens, MemoryWorkflows
from tests.fakes.registrations import MemoryPlans
from tests.fakes.runs import MemoryRuns
from tests.fakes.work import MemoryOpenWork


class Echo:
    """A model that answers with its own bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def predict(self, rows: Sequence[Sequence[float]]) -> list[object]:
        return [self.data.decode()] * len(rows)


class Town:
    """Everything works on one clock, which a test may move."""

    def __init__(self, policy: Policy = builders.POLICY, signer: Signer | None = None) -> None:
        self.now = NOW
        self.new_id = partial(next, map(builders.hex_id, count(1)))
        self.runs, self.objects, self.stored = MemoryRuns(), MemoryObjects(), MemoryObjectRecords()
        self.policies, self.tokens, self.workflows = MemoryPolicies(), MemoryTokens(), MemoryWorkflows()
        self.models = MemoryModels(self.policies)
        self.policies.put(PROJECT, policy)
        contention = builders.patient()
        self.manifests = Manifests(self.objects, self.stored)
        self.signing = Signing(self.models, signer)
        self.registry = Registry(self.models, self.runs, self.manifests, self.signing, contention)
        self.asking = Asking(self.models, self.policies, self.workflows, contention, self.new_id)
        self.candidates = Candidates(self.models, self.runs, self.signing)
        self.curating = Curating(self.models, self.policies, contention)
        self.renaming = Renaming(self.models, self.objects, self.signing, self.policies, contention)
        self.people = MemoryPeople()
        self.access = Access(self.people)
        for person in (ANN, BOB, CLEO):
            self.know(person)
        self.projects = MemoryProjects()
        self.projects.add(
            PROJECT,
            ann=(Role.DATA_SCIENTIST, Role.APPROVER),
            bob=(Role.APPROVER,),
            cleo=(Role.APPROVER,),
            eve=(Role.AUDITOR,),
        )
        self.admission = Admission(self.access.people, self.projects, {}, lambda: self.now)
        self.approving = Approving(
            self.models, self.access, self.admission, self.policies, self.tokens, contention, lambda: self.now
        )
        targets = {"serverless": ServerlessTarget(self.objects, Echo)}
        self.checking = Checking(self.models, self.objects, self.signing, MemoryPlans())
        self.releasing = Releasing(
            self.models, self.objects, self.signing, self.policies, dict(targets), contention
        )

    def know(self, actor: Actor) -> None:
        """Record whose identity an actor's principal is."""
        assert actor.person is not None
        known = self.people.get(actor.person)
        identities = (*(known.identities if known else ()), actor.principal)
        self.people.put(Person(person_id=actor.person, name=actor.person, identities=identities))

    def forget(self, actor: Actor) -> None:
        """Take a person's identities away: whoever signs with one is nobody from now on."""
        assert actor.person is not None
        self.people.put(Person(person_id=actor.person, name=actor.person))

    def version(self, mae: float, by: Actor = ANN) -> ModelVersion:
        """Log a run with this metric and register its model."""
        number = self.latest + 1
        run = builders.finished(number)
        self.runs.create(run)
        self.runs.put_datasets(run, [builders.dataset()])
        self.runs.add_chunk(run, "0", 0, b"", {"mae": builders.summary(mae)})
        artifact = builders.artifact(data=f"model {number}".encode())
        self.objects.put(artifact.files[0].object.key, f"model {number}".encode())
        self.runs.put_artifact(run, artifact)
        wanted = RegisterVersion(run_id=run.run_id, artifact="model", request_id=run.run_id)
        return self.registry.register(PROJECT, MODEL, wanted, builders.cause(by, self.now))

    def ask(self, number: int, stage: StageName = Stage.PRODUCTION, by: Actor = ANN) -> Approval:
        asked = RequestPromotion(stage=stage, reason="better")
        cause = builders.cause(by, self.now)
        return self.asking.ask(PROJECT, MODEL, str(number), asked, cause)

    def evaluate(self, approval_id: str) -> Step:
        return self.approving.evaluate(PROJECT, approval_id, self.candidates, builders.cause(at=self.now))

    def decide(self, approval_id: str, verdict: Verdict = Verdict.APPROVE, by: Actor = BOB) -> Approval:
        said, cause = Decide(verdict=verdict, reason="so it is"), builders.cause(by, self.now)
        return self.approving.decide(PROJECT, approval_id, said, self.workflows, cause)

    def delegate(self, approval_id: str, to: str = "cleo", by: Actor = BOB) -> Approval:
        said, cause = Delegate(to=to, reason="on leave"), builders.cause(by, self.now)
        return self.approving.delegate(PROJECT, approval_id, said, cause)

    def cancel(self, approval_id: str, by: Actor = ANN) -> Approval:
        said, cause = CancelPromotion(reason="not wanted any more"), builders.cause(by, self.now)
        return self.approving.cancel(PROJECT, approval_id, said, self.workflows, cause)

    def look_after(self) -> None:
        """Do what the sweep does for approvals."""
        work = MemoryOpenWork(self.models)
        clock = partial(getattr, self, "now")
        Reconciling(
            work, self.models, self.workflows, builders.patient(), clock, self.tokens, self.workflows
        ).restart_lost()

    def apply(self, approval_id: str) -> Step:
        return self.approving.apply(PROJECT, approval_id, builders.cause(at=self.now))

    def expire(self, approval_id: str) -> Step:
        return self.approving.expire(PROJECT, approval_id, builders.cause(at=self.now))

    def claim(self, approval_id: str) -> VersionApproved:
        """Return the event that an applied approval has sent."""
        approval = self.approval(approval_id)
        return VersionApproved(
            approval_id=approval_id,
            model=MODEL,
            version=approval.version,
            manifest_digest=approval.manifest_digest,
            endpoint=MODEL,
        )

    def open(self, approval_id: str) -> DeploymentStep:
        cause = builders.cause(at=self.now)
        return self.releasing.open(PROJECT, self.claim(approval_id), "arn:execution", cause)

    def check(self, approval_id: str) -> tuple[FileFailure, ...]:
        """Hash all shares of a deployment and return the files that are wrong."""
        for share in self.checking.plan(PROJECT, MODEL, approval_id):
            self.checking.check(PROJECT, MODEL, approval_id, share)
        return self.checking.failures(PROJECT, MODEL, approval_id)

    def switch(self, approval_id: str) -> DeploymentStep:
        return self.releasing.switch(PROJECT, MODEL, approval_id, builders.cause(at=self.now))

    def fail(self, approval_id: str) -> None:
        self.releasing.fail(PROJECT, MODEL, approval_id, "a fault", builders.cause(at=self.now))

    def roll_back(self, number: int | None = None) -> Deployment:
        back = Rollback(version=number, reason="errors", request_id=self.new_id())
        return self.releasing.roll_back(PROJECT, MODEL, back, builders.cause(BOB, self.now))

    def promoted(self, mae: float) -> str:
        """Bring a new version to production; return its approval."""
        approval_id = self.ask(self.version(mae).version).approval_id
        self.evaluate(approval_id)
        self.decide(approval_id)
        assert self.apply(approval_id).outcome == "applied"
        return approval_id

    def live(self, mae: float) -> str:
        """Bring a new version to its endpoint; return its approval."""
        approval_id = self.promoted(mae)
        assert self.open(approval_id).outcome == "deploy"
        assert self.switch(approval_id).outcome == "live"
        return approval_id

    def let_time_pass(self) -> None:
        self.now += 73 * HOUR

    @property
    def latest(self) -> int:
        head = self.models.head(PROJECT, MODEL)
        return head.latest_version if head else 0

    @property
    def head(self) -> ModelHead:
        head = self.models.head(PROJECT, MODEL)
        assert head is not None
        return head

    def approval(self, approval_id: str) -> Approval:
        return self.models.approval(PROJECT, approval_id)

    def versions(self) -> tuple[ModelVersion, ...]:
        return self.models.versions(PROJECT, MODEL, 1_000, None).items

    def approvals(self, *statuses: ApprovalStatus) -> list[Approval]:
        """Return approvals, oldest first."""
        found = self.models.approvals(PROJECT, 1_000, None).items
        return [a for a in reversed(found) if not statuses or a.status in statuses]

    def deployments(self) -> tuple[Deployment, ...]:
        return self.models.deployments(PROJECT, MODEL, 1_000, None).items
