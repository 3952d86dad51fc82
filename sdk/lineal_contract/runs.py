"""Experiments, runs, metrics and datasets."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lineal_contract.artifacts import Artifact
from lineal_contract.base import Answer, Digest, Key, Millis, ParamValue, Reason, RunId, Text, Wire
from lineal_contract.chunks import MAX_CHUNK_BYTES
from lineal_contract.datasets import Dataset as Dataset
from lineal_contract.datasets import DatasetFile as DatasetFile
from lineal_contract.datasets import UseDataset as UseDataset
from lineal_contract.environments import Environment
from lineal_contract.people import Actor

ExperimentName = Annotated[str, Field(min_length=1, max_length=250, pattern=r"^[^\x00-\x1f\x7f]+$")]
Params = Annotated[dict[Key, ParamValue], Field(max_length=1_000)]
Tags = Annotated[dict[Key, Text], Field(max_length=200)]
MAX_PATCH_CHARS = 200_000
SYSTEM_METRICS = "system/"
"""What the names of a machine's own metrics begin with; they say nothing about a model."""


class RunStatus(StrEnum):
    """How far a run is; no client sets `lost`. A finished run changes no more, but for its tags and note."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    KILLED = "killed"
    LOST = "lost"


class Lifecycle(StrEnum):
    """Whether a run is shown in lists. A deleted run can be restored."""

    ACTIVE = "active"
    DELETED = "deleted"


class ParamType(StrEnum):
    """What a param's text stands for, where that is not text."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    NULL = "null"
    JSON = "json"


ParamTypes = Annotated[dict[Key, ParamType], Field(max_length=1_000)]


class Code(Wire):
    """The code of a run. Outside Git `commit` is null and `script_digest` stands for it.

    `patch_digest` is the SHA-256 of `patch`, the uncommitted changes in Git's binary patch format;
    `patch` is null where it is empty or longer than 200,000 characters (`patch_digest` still set).
    `source` is the text of a script that the commit does not have, or of a notebook without its outputs;
    `script_digest` is that text's SHA-256.
    """

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")] | None = None
    branch: str | None = None
    remote: str | None = None
    dirty: Annotated[bool, Field(strict=True)] = False
    patch: Annotated[str, Field(max_length=MAX_PATCH_CHARS)] | None = None
    patch_digest: Digest | None = None
    script: str | None = None
    script_digest: Digest | None = None
    source: Annotated[str, Field(max_length=MAX_PATCH_CHARS)] | None = None


class ModelFacts(Wire):
    """What a model object says about itself: the model's class, the algorithm at its core, the framework."""

    model_type: Annotated[str, Field(min_length=1, max_length=250)]
    algorithm: Annotated[str, Field(max_length=250)] | None = None
    framework: Annotated[str, Field(max_length=250)] | None = None
    framework_version: Annotated[str, Field(max_length=250)] | None = None


class CreateRun(Wire):
    """Starts a run. The client makes `run_id`; creating the same run twice gives one run."""

    run_id: RunId
    experiment: ExperimentName = "Default"
    name: Annotated[str, Field(max_length=250)] = ""
    parent_run_id: RunId | None = None
    params: Params = {}
    param_types: ParamTypes = {}
    tags: Tags = {}
    note: Text = ""
    code: Code = Code()
    environment: Environment | None = None
    started_at: Millis
    heartbeat: Annotated[bool, Field(strict=True)] = False
    """Whether the client promises heartbeats; only then can the run be `lost`."""

    @model_validator(mode="after")
    def _is_not_its_own_parent(self) -> Self:
        if self.parent_run_id == self.run_id:
            raise ValueError("a run is not its own parent")
        return self


class RequestStop(Wire):
    """Asks a run to stop; its process learns it with the next answer it gets."""

    reason: Reason = ""


class UpdateRun(Wire):
    """Changes a run. A param that has a value keeps it: another value is a 409.

    A `note` is Markdown; an empty one removes it. `attempt` says whose end a status is: the end of an attempt
    that another one has succeeded changes nothing. The first attempt has the run's own id.
    """

    name: Annotated[str, Field(max_length=250)] | None = None
    params: Params = {}
    param_types: ParamTypes = {}
    tags: Tags = {}
    remove_tags: Annotated[tuple[Key, ...], Field(max_length=200)] = ()
    note: Text | None = None
    status: RunStatus | None = None
    error: Text | None = None
    traceback: Text | None = None
    model: ModelFacts | None = None
    ended_at: Millis | None = None
    attempt: RunId | None = None
    stop: RequestStop | None = None
    lifecycle: Lifecycle | None = None


class StartAttempt(Wire):
    """Continues a run. The client makes `attempt_id`; the same attempt twice is one."""

    attempt_id: RunId
    host: Annotated[str, Field(max_length=250)] = ""
    started_at: Millis


class Attempt(Answer):
    """A continuation of a run: by whom, when, where, and the status that it found."""

    attempt_id: RunId
    actor: Actor
    host: str
    started_at: Millis
    found: RunStatus


class Stop(Answer):
    """Who has asked a run to stop, and why."""

    actor: Actor
    requested_at: Millis
    reason: str = ""


class Edit(Answer):
    """The last change by hand: of tags, note or lifecycle."""

    actor: Actor
    at: Millis


class LogChunk(Wire):
    """One flush of metric points, see `chunks`; (writer, seq) makes a repeated delivery harmless.

    `data` is URL-safe base64 on the wire. A writer counts its chunks and sends them in order.
    """

    writer: Annotated[str, Field(pattern=r"^[0-9a-z]{1,16}$")]
    seq: Annotated[int, Field(ge=0, lt=2**53, strict=True)]
    data: Annotated[bytes, Field(max_length=MAX_CHUNK_BYTES)]


class ChunkReceipt(Answer):
    """How many points the chunk held, and whether somebody has asked the run to stop."""

    points: int
    stop: Stop | None = None


class MetricSummary(Answer):
    """A metric at a glance; `last` is the value at the highest (step, timestamp)."""

    last: float
    min: float
    max: float
    step: int
    timestamp: int
    count: int


class ModelLink(Answer):
    """A logged model that a run used or made; `step` is the one it was made at."""

    model_id: str
    direction: Literal["input", "output"]
    step: int = 0


class Run(Answer):
    """A run with its params, metric summaries, inputs and outputs.

    `attempt_id` is the attempt that is going on, null for the first; `attempts` are those after the first.
    """

    run_id: RunId
    project: str
    experiment: str
    experiment_id: str
    name: str
    parent_run_id: RunId | None = None
    status: RunStatus
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    error: str | None = None
    stop: Stop | None = None
    traceback: str | None = None
    model: ModelFacts | None = None
    params: dict[str, str]
    param_types: dict[str, ParamType] = {}
    tags: dict[str, str]
    note: str = ""
    edited: Edit | None = None
    metrics: dict[str, MetricSummary]
    code: Code
    environment: Environment | None
    datasets: tuple[Dataset, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    logged_models: tuple[ModelLink, ...] = ()
    actor: Actor
    started_at: Millis
    ended_at: Millis | None = None
    attempt_id: RunId | None = None
    attempts: tuple[Attempt, ...] = ()
    heartbeat_at: Millis | None = None


class RunQuery(Wire):
    """Which runs of a project to list, and in which order: newest first unless `order_by` says otherwise.

    `filter` is a condition such as `metrics.mae < 45 AND params.model = 'ridge'`; `order_by` is a list of
    fields with ASC or DESC behind them, separated by commas. A page may hold fewer than asked for.
    With `parent_run_id` only that run's children are listed, whichever experiment they are in.
    """

    experiment: ExperimentName | None = None
    parent_run_id: RunId | None = None
    status: RunStatus | None = None
    lifecycle: Literal["active", "deleted", "all"] = "active"
    filter: Annotated[str, Field(max_length=4_000)] = ""
    order_by: Annotated[str, Field(max_length=1_000)] = ""
    page_size: Annotated[int, Field(ge=1, le=1_000)] = 100
    page_token: Annotated[str, Field(max_length=4_000)] | None = None
