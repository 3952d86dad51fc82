"""Messages of experiments."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from lineal_contract.mlflow.messages import Answer, Int64, Name, PageToken, Request

MAX_EXPERIMENT_NAME = 500
MAX_EXPERIMENT_TAG_VALUE = 20_000
MAX_PER_PAGE = 50_000

TagKey = Annotated[str, StringConstraints(min_length=1, max_length=250)]
ExperimentName = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_EXPERIMENT_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class ViewType(StrEnum):
    """Whether what is deleted is looked at."""

    ACTIVE_ONLY = "ACTIVE_ONLY"
    DELETED_ONLY = "DELETED_ONLY"
    ALL = "ALL"


class ExperimentTag(Request):
    """A tag of an experiment."""

    key: TagKey
    value: Annotated[str, StringConstraints(max_length=MAX_EXPERIMENT_TAG_VALUE)] = ""


class Experiment(Answer):
    """An experiment. `lifecycle_stage` is `active` or `deleted`; times are milliseconds."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: str
    creation_time: int
    last_update_time: int
    tags: tuple[ExperimentTag, ...] = ()


class CreateExperiment(Request):
    """Creates an experiment."""

    name: ExperimentName
    artifact_location: Annotated[str, StringConstraints(max_length=2_048)] = ""
    tags: Annotated[tuple[ExperimentTag, ...], Field(max_length=100)] = ()


class ExperimentCreated(Answer):
    """The id of a new experiment."""

    experiment_id: str


class ExperimentId(Request):
    """Names an experiment: to read, delete or restore it."""

    experiment_id: Name


class ExperimentByName(Request):
    """Names an experiment by its name."""

    experiment_name: Name


class OneExperiment(Answer):
    """An experiment."""

    experiment: Experiment


class SearchExperiments(Request):
    """Searches experiments; `order_by` has `field [ASC|DESC]` each."""

    max_results: Annotated[Int64, Field(ge=1, le=MAX_PER_PAGE)] = 1_000
    page_token: PageToken = ""
    filter: str = ""
    order_by: tuple[str, ...] = ()
    view_type: ViewType = ViewType.ACTIVE_ONLY


class Experiments(Answer):
    """A page of experiments."""

    experiments: tuple[Experiment, ...] = ()
    next_page_token: str | None = None


class UpdateExperiment(Request):
    """Renames an experiment."""

    experiment_id: Name
    new_name: ExperimentName


class SetExperimentTag(Request):
    """Sets a tag of an experiment."""

    experiment_id: Name
    key: TagKey
    value: Annotated[str, StringConstraints(max_length=MAX_EXPERIMENT_TAG_VALUE)]


class DeleteExperimentTag(Request):
    """Deletes a tag of an experiment."""

    experiment_id: Name
    key: TagKey
