"""What the rules need from the world, as Protocols; `functions.adapters` implements them on AWS."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from functions.core.access_ports import Entry
from functions.core.ledger import Change, Event, ModelHead
from functions.core.witnessing import Record
from lineal_contract.approvals import Approval
from lineal_contract.artifacts import Artifact, PartUpload, StoredObject
from lineal_contract.audit import AuditAnchor, AuditRecord
from lineal_contract.base import Page
from lineal_contract.cards import CardRevision
from lineal_contract.chunks import Point
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.experiments import Experiment
from lineal_contract.logged_models import LoggedModel
from lineal_contract.logs import LogLines, LogPart, LogQuery
from lineal_contract.people import Person
from lineal_contract.policies import Policy
from lineal_contract.quotas import Limit, StoredQuota
from lineal_contract.registry import ModelVersion
from lineal_contract.runs import Attempt, Dataset, MetricSummary, ModelLink, Run, RunQuery

if TYPE_CHECKING:
    from functions.core.mailing import Letter

Clock = Callable[[], int]
"""Returns the time, UTC milliseconds."""
NewId = Callable[[], str]
"""Returns a fresh id, 32 hex digits."""


class RunStore(Protocol):
    """Runs with their metrics, inputs and outputs. Reads see every write that was answered."""

    def create(self, run: Run) -> bool:
        """Store a new run; False when a run of this id is there already."""

    def get(self, project: str, run_id: str) -> Run:
        """Return a run with its datasets and artifacts. Raises NotFoundError."""

    def replace(self, before: Run, after: Run, attempt: Attempt | None = None) -> None:
        """Store what changes in a run, and an attempt that it goes on with.

        Raises StaleError if `before` is not the present one, or the attempt is there already.
        """

    def beat(self, project: str, run_id: str, now: int) -> Run:
        """Record a sign of life and return the run at a glance. Raises NotFoundError."""

    def query(self, project: str, query: RunQuery, after: str | None) -> tuple[list[Run], bool]:
        """Return a page of runs, newest first, behind a run id, and whether there are more.

        Listed runs are at a glance: without patch, packages, artifacts and the datasets' files.
        """

    def children(self, project: str, run_id: str, limit: int) -> list[Run]:
        """Return the runs that have this one as parent at a glance, in no order. Raises TooLargeError."""

    def of_experiments(self, project: str, experiment_ids: Sequence[str], limit: int) -> list[Run]:
        """Return all runs of some experiments at a glance, in no order. Raises TooLargeError past `limit`."""

    def all(self, project: str, experiment: str | None, limit: int) -> list[Run]:
        """Return all runs at a glance, in no order. Raises TooLargeError past `limit`."""

    def add_chunk(self, run: Run, writer: str, seq: int, data: bytes, summary: "Summaries") -> None:
        """Store a chunk once per (run, writer, seq) and fold its summary into the run.

        Raises ConflictError for other data under the same number.
        """

    def points(self, project: str, run_id: str, keys: Collection[str]) -> list[Point]:
        """Return a run's points of these keys, in no order, possibly repeated; none for an unknown run."""

    def add_batch(self, run: Run, seq: int, data: bytes, summary: "Summaries") -> None:
        """Store a chunk of a caller without writer and number, once per (run, seq), and fold its summary in.

        Raises StaleError when others log at the same time.
        """

    def put_model_link(self, run: Run, link: ModelLink) -> None:
        """Record a logged model that a run used or made."""

    def put_dataset(self, run: Run, dataset: Dataset) -> None:
        """Record an input of a run."""

    def put_artifact(self, run: Run, artifact: Artifact) -> None:
        """Record an output of a run. Raises AlreadyExistsError for other content under its name."""

    def drop_artifacts(self, run: Run, dropped: Sequence[Artifact]) -> None:
        """Show these outputs no more. Their bytes stay: versions may have been made of them."""


class LoggedModelStore(Protocol):
    """Logged models by id. Reads see every write that was answered."""

    def get(self, project: str, model_id: str) -> LoggedModel | None:
        """Return a model, also a deleted one."""

    def put(self, before: LoggedModel | None, after: LoggedModel) -> None:
        """Store a model. Raises StaleError if `before` is not the present one; None is for a new one."""

    def all(self, project: str, limit: int) -> list[LoggedModel]:
        """Return all models, deleted ones too, in no order. Raises TooLargeError past `limit`."""


class ExperimentStore(Protocol):
    """Experiments by id and by name. Reads see every write that was answered."""

    def get(self, project: str, experiment_id: str) -> Experiment | None:
        """Return an experiment."""

    def named(self, project: str, name: str) -> Experiment | None:
        """Return the experiment that has a name now."""

    def all(self, project: str) -> list[Experiment]:
        """Return all experiments, in no order."""

    def create(self, experiment: Experiment) -> None:
        """Store an experiment. Raises StaleError if its id or its name is taken."""

    def replace(self, before: Experiment, after: Experiment) -> None:
        """Store a change. Raises StaleError if `before` is not the present one, or a new name is taken."""


Summaries = dict[str, MetricSummary]


class LogStore(Protocol):
    """What runs printed, in chunks."""

    def put(self, project: str, run_id: str, at: int, lines: LogLines) -> None:
        """Store a chunk that begins at `at` once. Raises NotFoundError, ConflictError for other lines."""

    def page(self, project: str, run_id: str, query: LogQuery) -> Page[LogPart]:
        """Return chunks in order of where they begin. Raises NotFoundError, InvalidRequestError."""


class QuotaStore(Protocol):
    """Quotas of projects, and counters of what was used; a rate has a counter for each window of time."""

    def quota(self, project: str) -> StoredQuota | None:
        """Return what was set, or None."""

    def put_quota(self, project: str, quota: StoredQuota) -> None:
        """Put a quota in force."""

    def add(self, project: str, limit: Limit, window: int | None, amount: int, most: int | None) -> bool:
        """Count `amount` more, in one step; False, and nothing counted, if it would be beyond `most`."""

    def used(self, project: str, limit: Limit, window: int | None) -> int:
        """Return what was counted."""


class PageTokens(Protocol):
    """Tokens that say where a page begins, and for which query; nobody else can make one."""

    def seal(self, scope: str, position: object) -> str:
        """Return the token of a position, JSON, within the query that `scope` names."""

    def open(self, scope: str, token: str) -> Any:
        """Return the position. Raises InvalidRequestError for a token of another query, or not ours."""


class ObjectRecords(Protocol):
    """Which content a project has stored."""

    def get(self, project: str, digest: str) -> StoredObject | None:
        """Return the stored object of a content address."""

    def put(self, project: str, stored: StoredObject) -> StoredObject:
        """Record a stored object; return the one that was recorded first."""

    def open_upload(self, project: str, digest: str) -> str | None:
        """Return the id of the multipart upload that was opened last for a content address."""

    def put_upload(self, project: str, digest: str, upload_id: str, instead_of: str | None) -> str:
        """Record an open upload, unless another took the place of `instead_of`; return what is in place."""


@dataclass(frozen=True)
class SentPart:
    """A part of a multipart upload as the store has it; `sha256` is in hex."""

    number: int
    size: int
    sha256: str
    etag: str


class ObjectStore(Protocol):
    """Versioned storage of bytes, checked on the way in."""

    def begin_multipart(self, key: str) -> str:
        """Open a multipart upload with part checksums and return its id."""

    def presign_object(self, key: str, size: int, sha256: str) -> PartUpload:
        """Return the one PUT of an object that is a single part."""

    def presign_part(self, key: str, upload_id: str, number: int, size: int, sha256: str) -> PartUpload:
        """Return the PUT of one part of a multipart upload."""

    def sent_parts(self, key: str, upload_id: str) -> tuple[SentPart, ...] | None:
        """Return the parts that have arrived; None for an upload that was ended, aborted or never opened."""

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Give up a multipart upload; one that is gone is no error."""

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[SentPart]) -> None:
        """Join the parts into the object. Does nothing for an upload that was ended before.

        Raises UploadIncompleteError, ChecksumMismatchError.
        """

    def head(self, key: str) -> "Head | None":
        """Return what is stored under a key now, with the checksum the store itself computed."""

    def presign_download(self, stored: StoredObject) -> str:
        """Return an address to read exactly this version from."""

    def part_digest(self, stored: StoredObject, number: int) -> str:
        """Return the SHA-256 of part `number` of the stored bytes. Raises NotFoundError."""

    def read(self, stored: StoredObject) -> bytes:
        """Return the bytes of exactly this version. Raises NotFoundError."""


@dataclass(frozen=True)
class StagedFile:
    """A staged file, pinned by the version that is there now."""

    path: str
    size: int
    version_id: str


@dataclass(frozen=True)
class StagedEntry:
    """Something right in a folder: a file with its size, or a folder, whose size is None."""

    name: str
    size: int | None


@dataclass(frozen=True)
class StagedPage:
    """A page of a folder, and where the next one begins."""

    entries: Sequence[StagedEntry]
    after: str | None = None


@dataclass(frozen=True)
class PartUrl:
    """Where to PUT one part of an upload."""

    number: int
    url: str


class StagedStore(Protocol):
    """Versioned storage of files by key, below the staging prefix."""

    @property
    def bucket(self) -> str:
        """The bucket's name."""

    def listed(self, folder: str, after: str | None) -> StagedPage:
        """Return a page of what lies right in a folder, whose key ends in a slash."""

    def every(self, start: str) -> Iterator[str]:
        """Yield the keys of all files that begin so."""

    def head(self, key: str) -> StagedFile | None:
        """Return what is stored under a key now."""

    def read(self, key: str) -> bytes:
        """Return the bytes under a key. Raises NotFoundError."""

    def blocks(self, key: str, version_id: str) -> Iterator[bytes]:
        """Yield the bytes of a version. Raises NotFoundError."""

    def write(self, key: str, data: bytes) -> None:
        """Store bytes under a key."""

    def delete(self, key: str) -> None:
        """Hide what is under a key."""

    def presign_read(self, key: str, version_id: str, seconds: int) -> str:
        """Return an address to read a version from."""

    def presign_write(self, key: str, seconds: int) -> str:
        """Return an address to PUT to."""

    def begin_parts(self, key: str, count: int) -> tuple[str, list[PartUrl]]:
        """Open an upload in parts; return its id and where each part goes."""

    def complete_parts(self, key: str, upload_id: str, etags: Sequence[tuple[int, str]]) -> None:
        """Join the parts. Raises UploadIncompleteError, NotFoundError."""

    def abort_parts(self, key: str, upload_id: str) -> None:
        """Give an upload up; one that is gone is no error."""


@dataclass(frozen=True)
class Head:
    """What a store says of an object: `checksum` is base64, as S3 writes it, `-N` for N parts."""

    bucket: str
    version_id: str
    size: int
    checksum: str | None


class ModelStore(Protocol):
    """Registered models. All that changes for a model is committed in one transaction."""

    def head(self, project: str, model: str) -> ModelHead | None:
        """Return a model's head, read strongly."""

    def commit(self, before: ModelHead | None, change: Change) -> None:
        """Store a change whole or not at all. Raises StaleError if the head is not `before`."""

    def heads(self, project: str, page_size: int, page_token: str | None) -> Page[ModelHead]:
        """Return models by name."""

    def version(self, project: str, model: str, version: int) -> ModelVersion:
        """Return a version, read strongly. Raises NotFoundError."""

    def versions(
        self, project: str, model: str, page_size: int, page_token: str | None
    ) -> Page[ModelVersion]:
        """Return versions, newest first."""

    def by_semver(self, project: str, model: str, semver: str) -> int | None:
        """Return the version with a semantic version, deleted or not."""

    def by_commit(self, project: str, model: str, prefix: str) -> list[tuple[str, int]]:
        """Return (commit, version) of versions whose commit begins so, at most some dozens."""

    def card(self, project: str, model: str, version: int, revision: int) -> CardRevision | None:
        """Return a revision of a version's card."""

    def signature(self, project: str, model: str, version: int) -> str | None:
        """Return the signature bundle of a version's manifest."""

    def registered(self, project: str, request_id: str) -> tuple[str, int] | None:
        """Return the (model, version) that a registration request made."""

    def approval(self, project: str, approval_id: str) -> Approval:
        """Return an approval, read strongly. Raises NotFoundError."""

    def approvals(self, project: str, page_size: int, page_token: str | None) -> Page[Approval]:
        """Return approvals, newest first."""

    def endpoint(self, project: str, endpoint: str) -> Endpoint | None:
        """Return what an endpoint serves, read strongly."""

    def endpoints(self, project: str, page_size: int, page_token: str | None) -> Page[Endpoint]:
        """Return endpoints by name."""

    def deployment(self, project: str, endpoint: str, deployment_id: str) -> Deployment | None:
        """Return a deployment, read strongly."""

    def deployments(
        self, project: str, endpoint: str, page_size: int, page_token: str | None
    ) -> Page[Deployment]:
        """Return deployments, newest first."""

    def audit(self, project: str, model: str, after: int, page_size: int) -> list[AuditRecord]:
        """Return audit records with a sequence above `after`, in order."""


class Signer(Protocol):
    """A key that signs: ECDSA on P-256 with SHA-256, signatures in DER."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`. Raises UnavailableError."""

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Say whether a signature of `data` is by this key. Raises UnavailableError."""

    def public_key(self) -> str:
        """Return the public key as PEM."""


class TaskTokens(Protocol):
    """The callbacks of waiting workflows; kept from everything but asking and deciding."""

    def put(self, project: str, approval_id: str, token: str) -> None:
        """Keep the token of an approval's waiting execution, replacing an older one."""

    def get(self, project: str, approval_id: str) -> str | None:
        """Return the token, or None while nothing waits."""


class Execution(Enum):
    """How an execution stands."""

    RUNNING = "running"
    ENDED = "ended"
    ABSENT = "absent"


class Workflows(Protocol):
    """The approval workflow."""

    def execution_arn(self, approval_id: str) -> str:
        """Return the ARN of an approval's first execution."""

    def next_execution_arn(self, approval_id: str, lost: str) -> str:
        """Return the ARN of the execution that takes the place of a lost one."""

    def start(self, approval: Approval) -> None:
        """Start the execution an approval names; one that was started before is no error."""

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""


class DeploymentRuns(Protocol):
    """The deployment workflow, started by hand where the bus did not."""

    def arn_of(self, approval_id: str, lost: str | None) -> str:
        """Return the ARN of the execution that takes the place of a lost one, or of one that never was."""

    def start(self, approval: Approval, arn: str) -> None:
        """Start the execution of an ARN once, about an applied approval. Raises UnavailableError."""

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""


class OpenWork(Protocol):
    """Approvals that were opened and not yet seen closed, over all projects."""

    def list(self) -> Sequence[tuple[str, str]]:
        """Return (project, approval id) of each, oldest first."""

    def done(self, project: str, approval_id: str) -> None:
        """Strike an approval off the list."""


class Waiting(Protocol):
    """Executions that wait for a person."""

    def resume(self, token: str) -> bool:
        """Wake the execution behind a token; False when it no longer waits."""


class Trail(Protocol):
    """The cloud's own record of calls."""

    def starts(self, at: int, region: str) -> Iterable[Record]:
        """Return records of starts of executions around a time, UTC milliseconds.

        In no order, possibly repeated, minutes late. Raises UnavailableError.
        """


class Mail(Protocol):
    """Where letters go."""

    def send(self, letter: "Letter") -> None:
        """Send a letter to all who want its kind. Raises UnavailableError."""


class Policies(Protocol):
    """Promotion rules by project."""

    def current(self, project: str) -> Policy | None:
        """Return the rules in force, read strongly."""

    def put(self, project: str, policy: Policy, entry: Entry) -> None:
        """Put rules in force; they also stay readable by digest. Raises StaleError."""


class People(Protocol):
    """Person records."""

    def get(self, person_id: str) -> Person | None:
        """Return a person."""

    def by_principal(self, principal: str) -> Person | None:
        """Return the person an identity belongs to."""

    def put(self, person: Person, entry: Entry) -> None:
        """Store a person and link their identities.

        Raises AlreadyExistsError if one is somebody else's, StaleError.
        """

    def list(self, page_size: int, page_token: str | None) -> Page[Person]:
        """Return people by id."""


class Anchors(Protocol):
    """Heads of audit chains, kept outside the table that holds the chains."""

    def waiting(self) -> Sequence[tuple[str, str, int]]:
        """Return (project, model, sequence) of chains that have grown since they were anchored."""

    def put(self, project: str, model: str, anchor: AuditAnchor) -> None:
        """Write an anchor; earlier ones stay as older versions."""

    def done(self, project: str, model: str, sequence: int) -> None:
        """Strike a chain off the list unless it has grown beyond `sequence` since."""

    def last(self, project: str, model: str) -> AuditAnchor | None:
        """Return the last anchor of a chain."""


class Outbox(Protocol):
    """Events that were committed and not yet sent."""

    def pending(self, before: int) -> "Pending":
        """Return what was committed before a time, UTC milliseconds."""

    def sent(self, event_id: str) -> None:
        """Forget an event that the bus has accepted."""


@dataclass(frozen=True)
class Pending:
    """Events that wait, and the ids of records that are no events."""

    events: tuple[Event, ...]
    unreadable: tuple[str, ...] = ()


class Bus(Protocol):
    """The event bus."""

    def put(self, events: Sequence[Event]) -> list[str]:
        """Send events; return the ids of those the bus accepted."""


class Target(Protocol):
    """Something that runs models: `serverless` now, others by the same port."""

    def check(self, version: ModelVersion) -> None:
        """Look at what is recorded of a version. Raises UnsupportedModelError for one it cannot run."""

    def start(self, deployment: Deployment, version: ModelVersion) -> None:
        """Begin to bring a version up. Idempotent. Raises UnsupportedModelError, BytesChangedError."""

    def ready(self, deployment: Deployment) -> bool:
        """Say whether the version can take traffic."""


class ServableModel(Protocol):
    """A loaded model."""

    def predict(self, rows: Sequence[Sequence[float]]) -> list[object]:
        """Return one output per row. Raises InvalidRequestError for rows of a wrong shape."""
