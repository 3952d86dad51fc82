"""Endpoints, deployments to them, predictions, and the way back."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import FailFast, Field

from lineal_contract.base import (
    Answer,
    Digest,
    EndpointName,
    Millis,
    ModelName,
    Number,
    Reason,
    RecordId,
    VersionNumber,
    Wire,
)
from lineal_contract.people import Actor

NOTES = "deployments/"
"""What the keys of documents on deployments under way begin with; they are below no project's prefix."""


class DeploymentStatus(StrEnum):
    """Where a deployment is; `superseded` was live once, `refused` never was."""

    PENDING = "pending"
    LIVE = "live"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    REFUSED = "refused"


class Deployment(Answer):
    """A version running at an endpoint, as recorded by what switched it."""

    deployment_id: RecordId
    project: str
    endpoint: EndpointName
    model: ModelName
    version: VersionNumber
    manifest_digest: Digest
    target: Literal["serverless"] = "serverless"
    kind: Literal["promotion", "rollback"]
    status: DeploymentStatus
    approval_id: RecordId
    actor: Actor
    reason: str = ""
    execution_arn: str | None = None
    replaced_version: int | None = None
    error: str | None = None
    created_at: Millis
    live_at: Millis | None = None
    ended_at: Millis | None = None


class Endpoint(Answer):
    """What is live: the record the serving function follows."""

    project: str
    endpoint: EndpointName
    model: ModelName
    version: VersionNumber
    manifest_digest: Digest
    deployment_id: RecordId
    target: Literal["serverless"] = "serverless"
    updated_at: Millis


class Rollback(Wire):
    """Puts an endpoint back on a version that was approved for production before.

    Without `version`, on the last one that was live and was not rolled away from. The same `request_id`
    again gives the same deployment.
    """

    request_id: RecordId
    version: VersionNumber | None = None
    reason: Annotated[Reason, Field(min_length=1)]


class Invocation(Wire):
    """Rows to predict: one list of numbers per row, in the order of the model's features."""

    inputs: Annotated[
        tuple[Annotated[tuple[Number, ...], Field(max_length=10_000), FailFast()], ...],
        Field(min_length=1, max_length=1_000),
        FailFast(),
    ]


class Prediction(Answer):
    """The model's outputs, one per row, with the version that answered."""

    outputs: tuple[Any, ...]
    model: ModelName
    version: VersionNumber
    manifest_digest: Digest
    deployment_id: RecordId
