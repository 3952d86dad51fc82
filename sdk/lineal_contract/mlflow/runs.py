"""Messages of runs, and of what is logged into them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from lineal_contract.mlflow.experiments import ViewType
from lineal_contract.mlflow.messages import Answer, Double, Int64, Name, PageToken, Request

MAX_METRICS, MAX_PARAMS, MAX_TAGS, MAX_ENTITIES = 1_000, 100, 100, 1_000
MAX_RUNS_PER_PAGE = 50_000


def _stays_a_name(key: str) -> str:
    """A key may become a file's name: it must not lead elsewhere."""
    if key.startswith("/") or any(part in ("", ".", "..") for part in key.split("/")):
        raise ValueError("a key is no path that leads elsewhere")
    return key


Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=250, pattern=r"^[/\w.\- :]+$"),
    AfterValidator(_stays_a_name),
]
"""The key of a metric, param or tag: letters, digits, underscores, dashes, dots, spaces, colons, slashes."""
Time = Annotated[Int64, Field(ge=0, le=253_402_300_799_999)]


class RunStatus(StrEnum):
    """How far a run is."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


class OfRun(Request):
    """What names a run by its id; `run_uuid` is the id's former name."""

    synonyms: ClassVar[Mapping[str, str]] = {"run_uuid": "run_id"}

    run_id: Name


class Tag(Request):
    """A tag of a run."""

    key: Key
    value: Annotated[str, StringConstraints(max_length=8_000)] = ""


class Param(Request):
    """A param of a run."""

    key: Key
    value: Annotated[str, StringConstraints(max_length=6_000)] = ""


class Metric(Request):
    """A value of a metric. With `model_id` it is a logged model's too, on a dataset where one is named."""

    key: Key
    value: Double
    timestamp: Int64
    step: Int64 = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class CreateRun(Request):
    """Starts a run."""

    experiment_id: Name = "0"
    user_id: str = ""
    run_name: Annotated[str, StringConstraints(max_length=250)] = ""
    start_time: Time | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] = ()


class UpdateRun(OfRun):
    """Ends, continues or renames a run."""

    status: RunStatus | None = None
    end_time: Time | None = None
    run_name: Annotated[str, StringConstraints(max_length=250)] = ""


class LogMetric(OfRun, Metric):
    """Logs one value."""


class LogParam(OfRun, Param):
    """Logs one param."""


class SetTag(OfRun, Tag):
    """Sets a tag."""


class DeleteTag(OfRun):
    """Deletes a tag."""

    key: Name


class LogBatch(OfRun):
    """Logs metrics, params and tags at once: 1,000, 100 and 100 at most, and 1,000 together."""

    metrics: Annotated[tuple[Metric, ...], Field(max_length=MAX_METRICS)] = ()
    params: Annotated[tuple[Param, ...], Field(max_length=MAX_PARAMS)] = ()
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] = ()


class LogModel(OfRun):
    """Notes a model that was logged, as the JSON of its MLmodel file."""

    model_json: Name


class SearchRuns(Request):
    """Searches runs of some experiments; `order_by` has `field [ASC|DESC]` each."""

    experiment_ids: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()
    filter: str = ""
    run_view_type: ViewType = ViewType.ACTIVE_ONLY
    max_results: Annotated[Int64, Field(ge=1, le=MAX_RUNS_PER_PAGE)] = 1_000
    order_by: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    page_token: PageToken = ""


class RunInfo(Answer):
    """What is known of a run besides its data. Times are milliseconds."""

    run_id: str
    run_uuid: str
    run_name: str
    experiment_id: str
    user_id: str
    status: RunStatus
    start_time: int
    end_time: int | None = None
    artifact_uri: str
    lifecycle_stage: str


class MetricValue(Answer):
    """A value of a metric."""

    key: str
    value: float
    timestamp: int
    step: int
    run_id: str | None = None
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class RunData(Answer):
    """What was logged into a run; of each metric the last value."""

    metrics: tuple[MetricValue, ...] = ()
    params: tuple[Param, ...] = ()
    tags: tuple[Tag, ...] = ()


class InputTag(Request):
    """A tag of an input, such as its context."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    value: Annotated[str, StringConstraints(max_length=500)] = ""


class Dataset(Request):
    """A dataset as MLflow describes one: `source`, `schema` and `profile` are JSON texts of the client's."""

    synonyms: ClassVar[Mapping[str, str]] = {"schema": "columns"}

    name: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    digest: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    source_type: Annotated[str, StringConstraints(max_length=250)] = ""
    source: Annotated[str, StringConstraints(max_length=65_535)] = ""
    columns: Annotated[str, Field(max_length=1_048_575, serialization_alias="schema")] = ""
    profile: Annotated[str, StringConstraints(max_length=1_048_575)] = ""


class DatasetInput(Request):
    """A dataset that a run used."""

    tags: Annotated[tuple[InputTag, ...], Field(max_length=100)] = ()
    dataset: Dataset


class ModelInput(Request):
    """A logged model that a run used."""

    model_id: Name


class ModelOutput(Request):
    """A logged model that a run made, and at which step."""

    model_id: Name
    step: Int64 = 0


class LogInputs(OfRun):
    """Notes what a run used."""

    datasets: Annotated[tuple[DatasetInput, ...], Field(max_length=1_000)] = ()
    models: Annotated[tuple[ModelInput, ...], Field(max_length=1_000)] = ()


class LogOutputs(OfRun):
    """Notes what a run made."""

    models: Annotated[tuple[ModelOutput, ...], Field(max_length=1_000)] = ()


class RunInputs(Answer):
    """What a run used."""

    dataset_inputs: tuple[DatasetInput, ...] = ()
    model_inputs: tuple[ModelInput, ...] = ()


class RunOutputs(Answer):
    """What a run made."""

    model_outputs: tuple[ModelOutput, ...] = ()


class Run(Answer):
    """A run."""

    info: RunInfo
    data: RunData
    inputs: RunInputs
    outputs: RunOutputs


class OneRun(Answer):
    """A run."""

    run: Run


class OneRunInfo(Answer):
    """A run's facts."""

    run_info: RunInfo


class Runs(Answer):
    """A page of runs; it may have fewer than asked for while there are more."""

    runs: tuple[Run, ...] = ()
    next_page_token: str | None = None
