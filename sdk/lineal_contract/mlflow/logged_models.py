"""Messages of logged models."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from lineal_contract.mlflow.messages import Answer, Int64, Name, PageToken, Request
from lineal_contract.mlflow.runs import MAX_PARAMS, Key, MetricValue, Param, Tag


class Status(StrEnum):
    """How far a logged model's files are."""

    UNSPECIFIED = "LOGGED_MODEL_STATUS_UNSPECIFIED"
    PENDING = "LOGGED_MODEL_PENDING"
    READY = "LOGGED_MODEL_READY"
    UPLOAD_FAILED = "LOGGED_MODEL_UPLOAD_FAILED"


ModelName = Annotated[str, StringConstraints(max_length=250, pattern=r"^[^/:.%\"'\x00-\x1f\x7f]*$")]
"""A logged model's name: none of slash, colon, dot, percent sign and quotes."""


class OfLoggedModel(Request):
    """Names a logged model."""

    model_id: Name


class GetLoggedModel(OfLoggedModel):
    """Reads a logged model."""

    allow_deleted: bool = False


class CreateLoggedModel(Request):
    """Begins a logged model, whose files are still to come."""

    experiment_id: Name
    name: ModelName = ""
    model_type: Annotated[str, StringConstraints(max_length=500)] = ""
    source_run_id: str = ""
    params: Annotated[tuple[Param, ...], Field(max_length=MAX_PARAMS)] = ()
    tags: Annotated[tuple[Tag, ...], Field(max_length=100)] = ()


class FinalizeLoggedModel(OfLoggedModel):
    """Says how the upload of the files ended."""

    status: Status


class SetLoggedModelTags(OfLoggedModel):
    """Sets tags."""

    tags: Annotated[tuple[Tag, ...], Field(max_length=100)] = ()


class DeleteLoggedModelTag(OfLoggedModel):
    """Deletes a tag."""

    tag_key: Key


class LogLoggedModelParams(OfLoggedModel):
    """Adds params."""

    params: Annotated[tuple[Param, ...], Field(max_length=MAX_PARAMS)] = ()


class ListLoggedModelArtifacts(OfLoggedModel):
    """Asks what lies right in a folder of the model."""

    artifact_directory_path: Annotated[str, StringConstraints(max_length=1_000)] = ""
    page_token: PageToken = ""


class OnDataset(Request):
    """A dataset that metrics were measured on."""

    dataset_name: Name
    dataset_digest: str = ""


class OrderBy(Request):
    """One field to sort by; a metric may be that on one dataset."""

    field_name: Name
    ascending: bool = True
    dataset_name: str = ""
    dataset_digest: str = ""


class SearchLoggedModels(Request):
    """Searches logged models of some experiments. Metrics in the filter are those on `datasets`, if any."""

    experiment_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=1_000)]
    filter: str = ""
    datasets: Annotated[tuple[OnDataset, ...], Field(max_length=100)] = ()
    max_results: Annotated[Int64, Field(ge=1, le=1_000)] = 50
    order_by: Annotated[tuple[OrderBy, ...], Field(max_length=20)] = ()
    page_token: PageToken = ""


class Registration(Answer):
    """A version that a logged model was registered as."""

    name: str
    version: str


class LoggedModelInfo(Answer):
    """What is known of a logged model besides its data. Times are milliseconds."""

    model_id: str
    experiment_id: str
    name: str
    creation_timestamp_ms: int
    last_updated_timestamp_ms: int
    artifact_uri: str
    status: Status
    model_type: str
    source_run_id: str
    tags: tuple[Tag, ...] = ()
    registrations: tuple[Registration, ...] = ()


class LoggedModelData(Answer):
    """Params, and of each metric on each dataset the last value."""

    params: tuple[Param, ...] = ()
    metrics: tuple[MetricValue, ...] = ()


class LoggedModel(Answer):
    """A logged model."""

    info: LoggedModelInfo
    data: LoggedModelData


class OneLoggedModel(Answer):
    """A logged model."""

    model: LoggedModel


class LoggedModels(Answer):
    """A page of logged models."""

    models: tuple[LoggedModel, ...] = ()
    next_page_token: str | None = None
