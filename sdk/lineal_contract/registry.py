"""Registered models, their versions and aliases."""

from typing import Annotated

from pydantic import Field

from lineal_contract.artifacts import ManifestEntry, ModelInfo
from lineal_contract.base import (
    AliasName,
    Answer,
    Digest,
    Key,
    Millis,
    ModelName,
    RelativePath,
    RunId,
    Text,
    VersionNumber,
    Wire,
)
from lineal_contract.people import Actor
from lineal_contract.policies import Stage


class RegisterVersion(Wire):
    """Makes a version of an artifact of a run. The same `request_id` gives the same version."""

    run_id: RunId
    artifact: RelativePath
    request_id: RunId
    description: Text = ""
    tags: Annotated[dict[Key, Text], Field(max_length=50)] = {}


class ModelVersion(Answer):
    """An immutable version: a pinned manifest, and where it came from. Only `stage` moves."""

    project: str
    model: ModelName
    version: VersionNumber
    run_id: RunId
    artifact: str
    artifact_digest: Digest
    manifest: tuple[ManifestEntry, ...]
    manifest_digest: Digest
    info: ModelInfo | None
    metrics: dict[str, float]
    stage: Stage
    aliases: tuple[str, ...] = ()
    approved_by_approval: str | None = None
    description: str = ""
    tags: dict[str, str] = {}
    registered_by: Actor
    registered_at: Millis


class Model(Answer):
    """A registered model. `production_version` is the version in stage production."""

    project: str
    model: ModelName
    latest_version: int
    production_version: int | None = None
    aliases: dict[AliasName, int] = {}
    created_at: Millis
    created_by: Actor


class PageQuery(Wire):
    """Which page of a listing."""

    page_size: Annotated[int, Field(ge=1, le=200)] = 50
    page_token: str | None = None
