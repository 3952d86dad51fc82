"""What a source has, in words that are no tracker's own. Times are UTC milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lineal_contract.chunks import Point
from lineal_contract.policies import Stage
from lineal_contract.runs import RunStatus


class Holder(StrEnum):
    """What files belong to."""

    RUN = "run"
    LOGGED_MODEL = "logged model"
    LOCATION = "location"


@dataclass(frozen=True)
class Place:
    """Where files are: those of a run or of a logged model, by its id, or what lies at a location."""

    holder: Holder
    id: str
    path: str = ""
    """A folder or a file in it, or empty for all."""


@dataclass(frozen=True)
class FileRecord:
    """A file by its path within its holder; the size is None where the source does not say."""

    path: str
    size: int | None


@dataclass(frozen=True)
class ExperimentRecord:
    """An experiment."""

    id: str
    name: str
    deleted: bool
    tags: Mapping[str, str]
    created_at: int


@dataclass(frozen=True)
class DatasetRecord:
    """A dataset as the source describes it; schema, profile and source are texts of the client's."""

    name: str
    digest: str
    source_type: str
    source: str
    columns: str
    profile: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class RunRecord:
    """A run. `status` is `running` for one that has not ended; `metrics` are the keys that it has."""

    id: str
    experiment_id: str
    name: str
    status: RunStatus
    deleted: bool
    user: str
    started_at: int
    ended_at: int | None
    artifact_uri: str
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: tuple[str, ...]
    datasets: tuple[DatasetRecord, ...] = ()
    used_models: tuple[str, ...] = ()
    made_models: tuple[tuple[str, int], ...] = ()
    """Logged models, each with the step that it was made at."""
    latest: tuple[tuple[str, int, int, str], ...] = ()
    """Of each metric key, step, time and value of the last point: what tells that a run has gone on."""


@dataclass(frozen=True)
class ModelValue:
    """The last value of a metric of a logged model, which a run measured."""

    point: Point
    run_id: str
    dataset_name: str = ""
    dataset_digest: str = ""


@dataclass(frozen=True)
class LoggedModelRecord:
    """A logged model; `ready` says whether its files are whole."""

    id: str
    experiment_id: str
    name: str
    model_type: str
    source_run_id: str
    ready: bool
    created_at: int
    params: Mapping[str, str]
    tags: Mapping[str, str]
    values: tuple[ModelValue, ...] = ()


@dataclass(frozen=True)
class Origin:
    """What a version was made of: files at a place, another version, or a text of its own."""

    place: Place | None = None
    version: tuple[str, str] | None = None
    text: str | None = None


@dataclass(frozen=True)
class VersionRecord:
    """A version by its number at the source."""

    model: str
    number: int
    description: str
    tags: Mapping[str, str]
    stage: Stage
    source: str
    origin: Origin
    run_id: str
    user: str
    created_at: int


@dataclass(frozen=True)
class RegisteredModelRecord:
    """A registered model; `aliases` lead to numbers of the source."""

    name: str
    description: str
    tags: Mapping[str, str]
    aliases: Mapping[str, int]
    created_at: int
    versions: tuple[VersionRecord, ...] = field(default=())
