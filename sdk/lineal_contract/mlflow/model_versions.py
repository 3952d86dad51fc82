"""Messages of versions of registered models."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from lineal_contract.mlflow.messages import Answer, Int64, Name, PageToken, Request
from lineal_contract.mlflow.runs import Key, Tag


class VersionStatus(StrEnum):
    """How far the registration of a version is."""

    PENDING = "PENDING_REGISTRATION"
    FAILED = "FAILED_REGISTRATION"
    READY = "READY"


class OfVersion(Request):
    """Names a version by its number."""

    name: Name
    version: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}$")]


class CreateModelVersion(Request):
    """Makes a version of the files at `source`. Those of a run or a logged model are known as its own."""

    name: Name
    source: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    run_id: str = ""
    run_link: Annotated[str, StringConstraints(max_length=500)] = ""
    model_id: str = ""
    tags: Annotated[tuple[Tag, ...], Field(max_length=50)] = ()
    description: Annotated[str, StringConstraints(max_length=8_000)] = ""


class UpdateModelVersion(OfVersion):
    """Changes the description."""

    description: Annotated[str, StringConstraints(max_length=8_000)] | None = None


class TransitionStage(OfVersion):
    """Moves a version to a stage, and maybe the others there to `Archived`."""

    stage: Name
    archive_existing_versions: bool = False


class SetVersionTag(OfVersion, Tag):
    """Sets a tag."""


class DeleteVersionTag(OfVersion):
    """Deletes a tag."""

    key: Key


class SearchModelVersions(Request):
    """Searches versions of all models."""

    filter: str = ""
    max_results: Annotated[Int64, Field(ge=1, le=200_000)] = 10_000
    order_by: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    page_token: PageToken = ""


class VersionTag(Answer):
    """A tag of a version."""

    key: str
    value: str


class VersionMetric(Answer):
    """A metric that the version's run ended with."""

    key: str
    value: float
    model_id: str = ""


class ModelVersion(Answer):
    """A version of a registered model. Times are milliseconds."""

    name: str
    version: str
    creation_timestamp: int
    last_updated_timestamp: int
    user_id: str
    current_stage: str
    description: str = ""
    source: str
    run_id: str = ""
    run_link: str = ""
    model_id: str = ""
    status: VersionStatus
    status_message: str = ""
    tags: tuple[VersionTag, ...] = ()
    aliases: tuple[str, ...] = ()
    model_metrics: tuple[VersionMetric, ...] = ()


class OneModelVersion(Answer):
    """A version."""

    model_version: ModelVersion


class ModelVersions(Answer):
    """A page of versions."""

    model_versions: tuple[ModelVersion, ...] = ()
    next_page_token: str | None = None


class DownloadUri(Answer):
    """Where a version's files are read from."""

    artifact_uri: str
