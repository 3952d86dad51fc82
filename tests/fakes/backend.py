"""The composition root on stores in memory: the use cases are the real ones."""

from collections.abc import Callable

from functions.bootstrap import Backend
from functions.core.access.access import Access
from functions.core.access.admission import Admission
from functions.core.access.bearing import Bearing, Tokens
from functions.core.access.people import PeopleAdministration
from functions.core.access.project_rules import RulesAdministration
from functions.core.access.projects import ProjectAdministration
from functions.core.approvals.approving import Approving
from functions.core.approvals.asking import Asking
from functions.core.approvals.console import ConsoleDeciding
from functions.core.approvals.mailing import Mailing
from functions.core.approvals.reconciling import Reconciling
from functions.core.audit.anchoring import Anchoring
from functions.core.audit.trails import Recorder
from functions.core.commits import Contention
from functions.core.deployments.checking import Checking
from functions.core.deployments.redeploying import Redeploying
from functions.core.deployments.releasing import Releasing
from functions.core.deployments.serving import Load, ServerlessTarget, Serving
from functions.core.models.adopting import Adopting
from functions.core.models.cards import Cards
from functions.core.models.completing import Completing
from functions.core.models.curating import Curating
from functions.core.models.finding import Finding
from functions.core.models.pending_versions import PendingVersions
from functions.core.models.registry import Registry
from functions.core.models.renaming import Renaming
from functions.core.models.restaging import UNRULED
from functions.core.models.resuming import Resuming
from functions.core.models.signing import Signing
from functions.core.objects.batches import Batches
from functions.core.objects.hashing import Hashing
from functions.core.objects.manifests import Manifests
from functions.core.objects.pinning import Pinning
from functions.core.objects.staging import Staging
from functions.core.objects.uploads import Uploads
from functions.core.policies.candidates import Candidates
from functions.core.policies.rehearsing import Rehearsing
from functions.core.runs.experiments import Experiments
from functions.core.runs.logged_models import LoggedModels
from functions.core.runs.logs import Logs
from functions.core.runs.quotas import CountedObjects, Quotas
from functions.core.runs.recording import Recording
from functions.core.runs.series import Reading
from functions.core.sending import Sending
from functions.core.webhooks.addresses import Addresses
from functions.core.webhooks.delivery import Announcing, Delivering
from functions.core.webhooks.keeping import Webhooks
from functions.settings import Settings
from lineal_contract.roles import Role
from tests.fakes.access import MemoryProjects, MemoryTokenStore
from tests.fakes.blocks import MemoryBlocks, MemoryFoldingList
from tests.fakes.cloudtrail import MemoryCloudTrail
from tests.fakes.deployment_runs import MemoryDeploymentRuns
from tests.fakes.experiments import MemoryExperiments
from tests.fakes.logged_models import MemoryLoggedModels
from tests.fakes.logs import MemoryLogs
from tests.fakes.mail import MemoryMail, MemoryTold
from tests.fakes.models import MemoryModels
from tests.fakes.objects import MemoryObjectRecords, MemoryObjects
from tests.fakes.page_tokens import ClearPageTokens
from tests.fakes.quotas import MemoryQuotas
from tests.fakes.records import (
    MemoryBus,
    MemoryOutbox,
    MemoryPeople,
    MemoryPolicies,
    MemoryTokens,
    MemoryWorkflows,
)
from tests.fakes.registrations import MemoryPlans, MemoryRegistrationRuns
from tests.fakes.runs import MemoryRuns
from tests.fakes.staging import MemoryStaging
from tests.fakes.trails import MemoryTrails
from tests.fakes.webhooks import MemoryNotices, MemoryTester, MemoryWebhooks, Names, Sent
from tests.fakes.work import MemoryAnchors, MemoryOpenDeployments, MemoryOpenRegistrations, MemoryOpenWork

TEAM = {
    "ann": (Role.DATA_SCIENTIST,),
    "bob": (Role.APPROVER, Role.DEPLOYER, Role.AUDITOR),
    "cleo": (Role.APPROVER,),
}
"""Who is in the project of the samples."""


class MemoryBackend(Backend):
    """A `Backend` without AWS. What it is given in place of a cached property is never built."""

    def __init__(self, new_id: Callable[[], str], clock: Callable[[], int], load: Load) -> None:
        super().__init__(Settings())
        patient = Contention(lambda: 0.0, lambda seconds: None, lambda ceiling: 0.0)
        trails = MemoryTrails()
        self.memory_policies, self.workflows = MemoryPolicies(trails), MemoryWorkflows()
        self.memory_models, self.memory_objects = MemoryModels(self.memory_policies), MemoryObjects()
        self.trail, self.mail = MemoryCloudTrail(), MemoryMail()
        self.outbox, self.bus = MemoryOutbox(), MemoryBus()
        self.webhook_store, self.tester, self.names = MemoryWebhooks(trails), MemoryTester(), Names()
        self.sent, self.notices = Sent(), MemoryNotices()
        self.names["ci.example.com"] = ("93.184.215.14",)
        addresses = Addresses(self.names)
        records, signing = MemoryObjectRecords(), Signing(self.memory_models, None)
        models, runs, objects = self.memory_models, MemoryRuns(), self.memory_objects
        people, projects, tokens = MemoryPeople(trails), MemoryProjects(trails), MemoryTokenStore(trails)
        recorder = Recorder(trails, patient)
        projects.add("team", **TEAM)
        access, work, anchors = Access(people), MemoryOpenWork(models), MemoryAnchors(models, trails)
        admission = Admission(people, projects, {}, clock)
        experiments = Experiments(MemoryExperiments(), patient, clock)
        targets = {"serverless": ServerlessTarget(objects, load)}
        task_tokens, candidates = MemoryTokens(), Candidates(models, runs, signing)
        approving = Approving(models, access, admission, self.memory_policies, task_tokens, patient, clock)
        quota_store = MemoryQuotas(trails)
        quotas, staging = Quotas(quota_store, clock), Staging(MemoryStaging())
        hashing = Hashing(staging.store, CountedObjects(records, quotas))
        self.registration_runs = MemoryRegistrationRuns()
        self.registration_plans = plans = MemoryPlans()
        pending = PendingVersions(models, patient)
        self.__dict__ |= {
            "models": models,
            "runs": runs,
            "blocks": MemoryBlocks(),
            "folding_list": MemoryFoldingList(),
            "objects": objects,
            "logs": Logs(MemoryLogs(runs)),
            "policies": self.memory_policies,
            "waiting": self.workflows,
            "access": access,
            "quotas": quotas,
            "uploads": Uploads(objects, CountedObjects(records, quotas)),
            "batches": Batches(objects, CountedObjects(records, quotas)),
            "manifests": Manifests(objects, records),
            "experiments": experiments,
            "logged_models": LoggedModels(MemoryLoggedModels(), experiments, patient, clock, new_id),
            "recording": Recording(runs, patient, quotas),
            "staging": staging,
            "pinning": Pinning(staging),
            "adopting": Adopting(
                models, runs, objects, signing, patient, new_id, hashing, plans, self.registration_runs
            ),
            "pending_versions": pending,
            "completing": Completing(pending, hashing, plans, objects, signing),
            "resuming": Resuming(MemoryOpenRegistrations(models), pending, self.registration_runs, clock),
            "curating_by_hand": Curating(models, self.memory_policies, patient, UNRULED),
            "page_tokens": ClearPageTokens(),
            "curating": Curating(models, self.memory_policies, patient),
            "renaming": Renaming(models, objects, signing, self.memory_policies, patient),
            "signing": signing,
            "cards": Cards(models, runs, patient),
            "finding": Finding(models, ClearPageTokens()),
            "registry": Registry(models, runs, Manifests(objects, records), signing, patient),
            "asking": Asking(models, self.memory_policies, self.workflows, patient, new_id),
            "reading": Reading(runs, ClearPageTokens()),
            "rehearsing": Rehearsing(models, candidates, clock),
            "candidates": candidates,
            "people": people,
            "projects": projects,
            "admission": admission,
            "bearing": Bearing(tokens, people, clock),
            "approving": approving,
            "console_deciding": ConsoleDeciding(
                self.trail, admission, approving, self.workflows, clock, 1_800_000
            ),
            "mailing": Mailing(models, self.mail, "https://api", MemoryTold(), clock),
            "tokens": Tokens(tokens, admission, recorder),
            "trails": trails,
            "people_administration": PeopleAdministration(people, recorder),
            "project_administration": ProjectAdministration(projects, people, recorder),
            "rules_administration": RulesAdministration(self.memory_policies, quota_store, recorder),
            "checking": Checking(models, objects, signing, MemoryPlans()),
            "releasing": Releasing(models, objects, signing, self.memory_policies, dict(targets), patient),
            "webhooks": Webhooks(self.webhook_store, addresses, self.tester, recorder, new_id),
            "announcing": Announcing(self.webhook_store, models, self.notices),
            "delivering": Delivering(
                self.webhook_store, addresses, self.sent, self.notices, clock, lambda ceiling: ceiling
            ),
            "serving": Serving(models, objects, load),
            "sending": Sending(self.outbox, self.bus, clock),
            "reconciling": Reconciling(
                work, models, self.workflows, patient, clock, task_tokens, self.workflows
            ),
            "redeploying": Redeploying(
                MemoryOpenDeployments(models), models, MemoryDeploymentRuns(), patient, clock
            ),
            "anchoring": Anchoring(anchors, models, trails, clock),
        }
