"""The composition root: settings in, use cases on their adapters out. Handlers ask here for all."""

import os
import random
import time
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import boto3
from botocore.config import Config

from functions.adapters.anchors import S3Anchors
from functions.adapters.deployment_runs import DeploymentWorkflow
from functions.adapters.dynamo import Table
from functions.adapters.experiments import DynamoExperiments
from functions.adapters.keys.registry import OPEN_DEPLOYMENTS
from functions.adapters.logged_models import DynamoLoggedModels
from functions.adapters.logs import DynamoLogs
from functions.adapters.mail import Topic
from functions.adapters.models import DynamoModels
from functions.adapters.objects import DynamoObjects, S3Objects
from functions.adapters.outbox import DynamoOpenWork, DynamoOutbox, EventBus
from functions.adapters.outbox import event_of as outbox_event
from functions.adapters.page_tokens import SealedPageTokens
from functions.adapters.projects import DynamoProjects
from functions.adapters.quotas import DynamoQuotas
from functions.adapters.records import DynamoPeople, DynamoPolicies
from functions.adapters.runs import DynamoRuns
from functions.adapters.signing import FILE_SCHEME, FileSigner, KmsSigner
from functions.adapters.staging import S3Staging
from functions.adapters.tokens import DynamoTokens
from functions.adapters.trail import CloudTrail
from functions.adapters.trails import DynamoTrails
from functions.adapters.workflows import ApprovalWorkflow, DynamoTaskTokens, WaitingExecutions
from functions.core.access.access import Access
from functions.core.access.administering import Administration
from functions.core.access.admission import Admission
from functions.core.access.bearing import Bearing, Tokens
from functions.core.approvals.approving import Approving
from functions.core.approvals.console import ConsoleDeciding
from functions.core.approvals.mailing import Mailing
from functions.core.approvals.reconciling import Reconciling
from functions.core.audit.anchoring import Anchoring
from functions.core.audit.trails import Recorder
from functions.core.commits import Contention
from functions.core.deployments.redeploying import Redeploying
from functions.core.deployments.releasing import Releasing
from functions.core.deployments.serving import ServerlessTarget, Serving
from functions.core.models.adopting import Adopting
from functions.core.models.cards import Cards
from functions.core.models.curating import Curating
from functions.core.models.registry import Registry
from functions.core.models.restaging import UNRULED
from functions.core.models.signing import Signing
from functions.core.models.tracing import Tracing
from functions.core.objects.pinning import Pinning
from functions.core.objects.staging import Staging
from functions.core.objects.uploads import Uploads
from functions.core.policies.rehearsing import Rehearsing
from functions.core.ports.registry import Signer
from functions.core.ports.serving import ServableModel
from functions.core.runs.experiments import Experiments
from functions.core.runs.logged_models import LoggedModels
from functions.core.runs.logs import Logs
from functions.core.runs.quotas import CountedObjects, Quotas
from functions.core.runs.recording import Recording
from functions.core.runs.series import Reading
from functions.core.runs.tracking import Tracking
from functions.core.sending import Sending
from functions.settings import Settings
from lineal_contract.approvals import Approval
from lineal_contract.ids import new_id

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from functions.core.models.finding import Finding
    from functions.core.runs.listing import Listing

__all__ = ["Backend", "backend", "now", "outbox_event"]

_TIMEOUTS = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
_SIGNED = _TIMEOUTS.merge(Config(signature_version="s3v4"))


def now() -> int:
    """Return the time, UTC milliseconds."""
    return time.time_ns() // 1_000_000


class Backend:
    """Use cases, each built when first asked for: a function builds what it serves and no more."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._contention = Contention(time.monotonic, time.sleep, lambda ceiling: random.uniform(0, ceiling))  # noqa: S311

    @cached_property
    def access(self) -> Access:
        """People and their identities."""
        return Access(self.people)

    @cached_property
    def admission(self) -> Admission:
        """Who is let in."""
        return Admission(self.people, self.projects, self._settings.members(), now)

    @cached_property
    def bearing(self) -> Bearing:
        """Tokens that requests present."""
        return Bearing(DynamoTokens(self._registry_table), self.people, now)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens that people make."""
        return Tokens(DynamoTokens(self._registry_table), self.admission, self._recorder)

    @cached_property
    def administration(self) -> Administration:
        """What admins do."""
        return Administration(self.people, self.projects, self.policies, self._recorder)

    @cached_property
    def trails(self) -> DynamoTrails:
        """The trails of projects and of the installation."""
        return DynamoTrails(self._registry_table)

    @cached_property
    def people(self) -> DynamoPeople:
        """Person records."""
        return DynamoPeople(self._registry_table)

    @cached_property
    def projects(self) -> DynamoProjects:
        """Projects and members."""
        return DynamoProjects(self._registry_table)

    @cached_property
    def uploads(self) -> Uploads:
        """Uploads by content address."""
        return Uploads(self.objects, CountedObjects(DynamoObjects(self._runs_table), self.quotas))

    @cached_property
    def tracking(self) -> Tracking:
        """Runs."""
        return Tracking(self.runs, self.experiments, self.uploads, self._contention, now, self.quotas)

    @cached_property
    def quotas(self) -> Quotas:
        """What projects may use."""
        return Quotas(DynamoQuotas(self._registry_table, self._runs_table), now)

    @cached_property
    def quota_settings(self) -> Quotas:
        """Quotas where they are set; what was used is not seen there."""
        return Quotas(DynamoQuotas(self._registry_table, None), now)

    @cached_property
    def recording(self) -> Recording:
        """What clients record who number nothing."""
        return Recording(self.runs, self._contention, self.quotas)

    @cached_property
    def logged_models(self) -> LoggedModels:
        """Models that runs made, before and besides the registry."""
        store = DynamoLoggedModels(self._runs_table)
        return LoggedModels(store, self.experiments, self._contention, now, new_id)

    @cached_property
    def experiments(self) -> Experiments:
        """Experiments."""
        return Experiments(DynamoExperiments(self._runs_table), self._contention, now)

    @cached_property
    def logs(self) -> Logs:
        """What runs print."""
        return Logs(DynamoLogs(self._runs_table))

    @cached_property
    def reading(self) -> Reading:
        """Metrics."""
        return Reading(self.runs, SealedPageTokens(self._runs_table))

    @cached_property
    def listing(self) -> "Listing":
        """Lists and searches of runs; the parser is loaded with the first of them."""
        from functions.core.runs.listing import Listing

        return Listing(self.runs, self.page_tokens, now)

    @cached_property
    def registry(self) -> Registry:
        """Registered models."""
        return Registry(
            self.models,
            self.runs,
            DynamoObjects(self._runs_table),
            self.signing,
            self.policies,
            self._approval_workflow,
            self._contention,
            new_id,
        )

    @cached_property
    def rehearsing(self) -> Rehearsing:
        """Trying promotion rules out."""
        return Rehearsing(self.models, self.runs, now)

    @cached_property
    def signing(self) -> Signing:
        """Signatures of versions."""
        return Signing(self.models, self._signer())

    @cached_property
    def cards(self) -> Cards:
        """Model cards."""
        return Cards(self.models, self.runs, self._contention)

    @cached_property
    def finding(self) -> "Finding":
        """Searches of models and versions; the parser is loaded with the first of them."""
        from functions.core.models.finding import Finding

        return Finding(self.models, SealedPageTokens(self._registry_table))

    @cached_property
    def curating(self) -> Curating:
        """Aliases, descriptions, lifecycle."""
        return Curating(self.models, self.policies, self._contention)

    @cached_property
    def curating_by_hand(self) -> Curating:
        """The same for MLflow's clients, who expect aliases to be theirs where a project has no rules."""
        return Curating(self.models, self.policies, self._contention, UNRULED)

    @cached_property
    def adopting(self) -> Adopting:
        """Versions of staged files."""
        return Adopting(self.models, self.runs, self.signing, self._contention, new_id)

    @cached_property
    def pinning(self) -> Pinning:
        """Staged files that become part of a version."""
        return Pinning(self.staging, CountedObjects(DynamoObjects(self._runs_table), self.quotas))

    @cached_property
    def approving(self) -> Approving:
        """Evaluation, decisions and what follows from them."""
        tokens = DynamoTaskTokens(self._registry_table)
        return Approving(
            self.models, self.access, self.admission, self.policies, tokens, self._contention, now
        )

    def briefing(self, approval: Approval) -> dict[str, Any]:
        """What an operator sees of a waiting approval."""
        return self.approving.briefing(approval, self.runs, self.page_base)

    @property
    def page_base(self) -> str | None:
        """The API's address; the local stack gives it as a path below the emulator's."""
        given = self._settings.api_url
        return urljoin(os.environ.get("AWS_ENDPOINT_URL", ""), given) if given else None

    @cached_property
    def console_deciding(self) -> ConsoleDeciding:
        """Decisions made by starting a workflow."""
        trail = CloudTrail(self._client("cloudtrail"))
        patience = int(self._given("trail_patience_seconds")) * 1000
        return ConsoleDeciding(trail, self.admission, self.approving, self.waiting, now, patience)

    @cached_property
    def mailing(self) -> Mailing:
        """Mails to people."""
        topic = Topic(self._client("sns"), self._given("mail_topic_arn"))
        return Mailing(self.models, topic, self.page_base or "")

    @cached_property
    def waiting(self) -> WaitingExecutions:
        """Executions that wait for people."""
        return WaitingExecutions(self._client("stepfunctions"))

    @cached_property
    def releasing(self) -> Releasing:
        """Deployments and rollback."""
        targets = {"serverless": ServerlessTarget(self.objects, _load_onnx)}
        return Releasing(
            self.models, self.objects, self.signing, self.policies, dict(targets), self._contention
        )

    @cached_property
    def tracing(self) -> Tracing:
        """Traces."""
        return Tracing(self.models, self.runs)

    @cached_property
    def serving(self) -> Serving:
        """Predictions."""
        return Serving(self.models, self.objects, _load_onnx)

    @cached_property
    def sending(self) -> Sending:
        """From the outbox to the bus."""
        bus = EventBus(self._client("events"), self._given("bus_name"))
        return Sending(DynamoOutbox(self._registry_table), bus, now)

    @cached_property
    def reconciling(self) -> Reconciling:
        """Approvals and their executions."""
        work = DynamoOpenWork(self._registry_table)
        return Reconciling(work, self.models, self._approval_workflow, self._contention, now)

    @cached_property
    def redeploying(self) -> Redeploying:
        """Applied approvals and their deployments."""
        work = DynamoOpenWork(self._registry_table, OPEN_DEPLOYMENTS)
        workflow = DeploymentWorkflow(self._client("stepfunctions"), self._given("deployment_workflow_arn"))
        return Redeploying(work, self.models, workflow, self._contention, now)

    @cached_property
    def anchoring(self) -> Anchoring:
        """Audit chains and their anchors."""
        client: S3Client = boto3.client("s3", config=_SIGNED)
        anchors = S3Anchors(self._registry_table, client, self._given("artifacts_bucket"))
        return Anchoring(anchors, self.models, self.trails, now)

    @cached_property
    def models(self) -> DynamoModels:
        """The registry's records."""
        return DynamoModels(self._registry_table)

    @cached_property
    def runs(self) -> DynamoRuns:
        """The runs' records."""
        return DynamoRuns(self._runs_table)

    @cached_property
    def policies(self) -> DynamoPolicies:
        """Promotion rules."""
        return DynamoPolicies(self._registry_table)

    @cached_property
    def objects(self) -> S3Objects:
        """Stored bytes."""
        client: S3Client = boto3.client("s3", config=_SIGNED)
        return S3Objects(client, self._given("artifacts_bucket"))

    @cached_property
    def staging(self) -> Staging:
        """Files that MLflow clients put."""
        client: S3Client = boto3.client("s3", config=_SIGNED)
        return Staging(S3Staging(client, self._given("artifacts_bucket")))

    @cached_property
    def page_tokens(self) -> SealedPageTokens:
        """Where pages begin."""
        return SealedPageTokens(self._runs_table)

    @cached_property
    def _recorder(self) -> Recorder:
        return Recorder(self.trails, self._contention)

    @cached_property
    def _approval_workflow(self) -> ApprovalWorkflow:
        arn = self._given("approval_workflow_arn")
        return ApprovalWorkflow(self._client("stepfunctions"), arn, self.page_base)

    @cached_property
    def _runs_table(self) -> Table:
        return Table(self._client("dynamodb"), self._given("runs_table"))

    @cached_property
    def _registry_table(self) -> Table:
        return Table(self._client("dynamodb"), self._given("registry_table"))

    def _signer(self) -> Signer | None:
        key = self._settings.signing_key
        if key is None:
            return None
        if key.startswith(FILE_SCHEME):
            return FileSigner(Path(key.removeprefix(FILE_SCHEME)))
        return KmsSigner(self._client("kms"), key)

    def _given(self, setting: str) -> str:
        return self._settings.require(setting)

    def _client(self, service: Any) -> Any:
        return boto3.client(service, config=_TIMEOUTS)


def _load_onnx(data: bytes) -> ServableModel:
    """Load a model; onnxruntime is only in the bundles of functions that do."""
    from functions.adapters.onnx import OnnxModel

    return OnnxModel(data)


@lru_cache(maxsize=1)
def backend() -> Backend:
    """Return the backend of this function's environment."""
    return Backend(Settings.from_env(os.environ))
