"""Registered models, their versions and aliases."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lineal_contract.artifacts import Listing, ManifestEntry, ModelInfo, StoredObject
from lineal_contract.base import (
    Answer,
    Digest,
    Key,
    KnownDigest,
    Millis,
    ModelName,
    Number,
    Reason,
    RelativePath,
    RunId,
    Text,
    VersionNumber,
    Wire,
)
from lineal_contract.cards import CardRef
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.people import Actor
from lineal_contract.references import AliasName, VersionSelector
from lineal_contract.semver import Bump, SemVer
from lineal_contract.stages import StageName

Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
Tags = Annotated[dict[Key, Text], Field(max_length=50)]
TagChanges = Annotated[dict[Key, Text | None], Field(max_length=50)]
"""Tags to set; null takes one away."""


class OutsideArtifact(Listing):
    """Stored files that no run of this project made: who vouches for them is in `source`."""

    source: Annotated[str, Field(min_length=1, max_length=2_000)]
    info: ModelInfo | None = None
    metrics: Annotated[dict[Key, Number], Field(max_length=200)] = {}


class RegisterVersion(Wire):
    """Makes a version of a run's artifact, or of files from outside; once for each `request_id`.

    With `semver`, or `bump` from the highest one, it gets a semantic version too.
    """

    run_id: RunId | None = None
    artifact: RelativePath | None = None
    outside: OutsideArtifact | None = None
    request_id: RunId
    semver: SemVer | None = None
    bump: Bump | None = None
    commit: Commit | None = None
    description: Text = ""
    tags: Tags = {}

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if (self.run_id is None) != (self.artifact is None) or (self.run_id is None) == (
            self.outside is None
        ):
            raise ValueError("a version comes from run_id and artifact, or from outside")
        if self.semver is not None and self.bump is not None:
            raise ValueError("semver says the version, bump finds it: give one of them")
        return self


class VersionState(Answer):
    """What may change of a version; each change is in the audit trail."""

    description: str = ""
    tags: dict[str, str] = {}
    status: VersionStatus = VersionStatus.ACTIVE
    status_reason: str = ""
    successor: int | None = None
    card: CardRef | None = None


class DatasetRef(Answer):
    """A dataset that went into a version."""

    name: str
    digest: Digest
    context: str = ""
    source: str = ""


class ModelVersion(VersionState):
    """An immutable version: a pinned manifest, and where it came from.

    `manifest` has all files, or none where there are more than 200: then the stored `manifest_object` lists
    them, and `manifest_digest` is over the same as ever.

    Only `stage`, `aliases` and what `VersionState` has ever change, but for a version that is `pending`: it
    has neither files nor digests until its bytes are hashed, and one that `failed` never has. `run_id` is
    null, and `origin` is `outside`, for files that no run of the project made; `source` says where from.
    """

    project: str
    model: ModelName
    version: VersionNumber
    semver: str | None = None
    commit: str | None = None
    origin: Literal["run", "outside"] = "run"
    source: str = ""
    run_id: RunId | None
    artifact: str
    artifact_digest: KnownDigest
    manifest: tuple[ManifestEntry, ...]
    manifest_digest: KnownDigest
    manifest_object: StoredObject | None = None
    file_count: int | None = None
    info: ModelInfo | None
    metrics: dict[str, float]
    datasets: tuple[DatasetRef, ...] = ()
    stage: StageName
    aliases: tuple[str, ...] = ()
    approved_by_approval: str | None = None
    registered_by: Actor
    registered_at: Millis

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self.manifest) if self.file_count is None else self.file_count


class Model(Answer):
    """A registered model. `production_version` is the version in stage production.

    `formerly` has the names it had before, oldest first.
    """

    project: str
    model: ModelName
    latest_version: int
    latest_semver: str | None = None
    production_version: int | None = None
    aliases: dict[AliasName, int] = {}
    description: str = ""
    tags: dict[str, str] = {}
    formerly: tuple[str, ...] = ()
    created_at: Millis
    created_by: Actor
    updated_at: Millis | None = None


class CreateModel(Wire):
    """Makes a model without versions; registering makes one by itself."""

    model: ModelName
    description: Text = ""
    tags: Tags = {}


class Describe(Wire):
    """Changes description and tags; what is not named stays."""

    description: Text | None = None
    tags: TagChanges = {}


class RenameModel(Wire):
    """Gives a model another name, which nobody has or had."""

    name: ModelName


class SetAlias(Wire):
    """Points an alias at a version, by any of its names."""

    version: VersionSelector
    reason: Reason = ""


class SearchQuery(Wire):
    """Which models or versions to list, and in which order; the grammar is that of runs."""

    filter: Annotated[str, Field(max_length=4_000)] = ""
    order_by: Annotated[str, Field(max_length=1_000)] = ""
    page_size: Annotated[int, Field(ge=1, le=200)] = 50
    page_token: Annotated[str, Field(max_length=4_000)] | None = None


class PageQuery(Wire):
    """Which page of a listing."""

    page_size: Annotated[int, Field(ge=1, le=200)] = 50
    page_token: str | None = None
