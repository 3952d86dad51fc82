"""Messages of registered models and their aliases."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from lineal_contract.mlflow.messages import Answer, Int64, Name, PageToken, Request
from lineal_contract.mlflow.model_versions import ModelVersion, VersionTag
from lineal_contract.mlflow.runs import Key, Tag

Description = Annotated[str, StringConstraints(max_length=8_000)]
Alias = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=50)]


def _no_job(given: str) -> str:
    if given:
        raise ValueError("lineal has no deployment jobs: an approved version is deployed by itself")
    return given


NoJob = Annotated[str, AfterValidator(_no_job)]
"""A field that must be empty, since it names what lineal has not."""


class OfModel(Request):
    """Names a registered model."""

    name: Name


class CreateRegisteredModel(OfModel):
    """Creates a model without versions."""

    tags: Tags = ()
    description: Description = ""
    deployment_job_id: NoJob = ""


class RenameRegisteredModel(OfModel):
    """Gives a model another name."""

    new_name: Name


class UpdateRegisteredModel(OfModel):
    """Changes the description."""

    description: Description | None = None
    deployment_job_id: NoJob = ""


class SetModelTag(OfModel, Tag):
    """Sets a tag."""


class DeleteModelTag(OfModel):
    """Deletes a tag."""

    key: Key


class GetLatestVersions(OfModel):
    """Asks for the newest version in each stage."""

    stages: Annotated[tuple[str, ...], Field(max_length=10)] = ()


class SearchRegisteredModels(Request):
    """Searches models."""

    filter: str = ""
    max_results: Annotated[Int64, Field(ge=1, le=1_000)] = 100
    order_by: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    page_token: PageToken = ""


class OfAlias(OfModel):
    """Names an alias of a model."""

    alias: Alias


class SetAlias(OfAlias):
    """Points an alias at a version."""

    version: Name


class RegisteredModelAlias(Answer):
    """An alias, and the version it points at."""

    alias: str
    version: str


class RegisteredModel(Answer):
    """A registered model with the newest version in each stage. Times are milliseconds."""

    name: str
    creation_timestamp: int
    last_updated_timestamp: int
    user_id: str
    description: str = ""
    latest_versions: tuple[ModelVersion, ...] = ()
    tags: tuple[VersionTag, ...] = ()
    aliases: tuple[RegisteredModelAlias, ...] = ()


class OneRegisteredModel(Answer):
    """A registered model."""

    registered_model: RegisteredModel


class RegisteredModels(Answer):
    """A page of registered models."""

    registered_models: tuple[RegisteredModel, ...] = ()
    next_page_token: str | None = None
