"""What lineal says on its bus. Consumers need only the schemas generated from here.

EventBridge orders nothing and may deliver twice: be idempotent on `event_id` and drop a `sequence` lower
than the last one seen of a `subject`.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from lineal_contract.approvals import ApprovalStatus
from lineal_contract.base import Answer, Digest, Millis, ModelName, PersonId, RecordId
from lineal_contract.deployments import DeploymentStatus
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.people import Actor
from lineal_contract.stages import StageName

SOURCE = "lineal"


class DetailType(StrEnum):
    """The detail-types of the bus, in the past tense."""

    VERSION_REGISTERED = "Model Version Registered"
    APPROVAL_REQUESTED = "Approval Requested"
    APPROVAL_PENDING = "Approval Pending"
    APPROVAL_DELEGATED = "Approval Delegated"
    APPROVAL_REMINDED = "Approval Reminded"
    APPROVAL_CLOSED = "Approval Closed"
    VERSION_APPROVED = "Model Version Approved"
    VERSION_STATE_CHANGED = "Model Version State Change"
    DEPLOYMENT_STATE_CHANGED = "Deployment State Change"
    ALIAS_CHANGED = "Model Alias Change"
    VERSION_LIFECYCLE_CHANGED = "Model Version Lifecycle Change"
    MODEL_CREATED = "Model Created"
    MODEL_DESCRIBED = "Model Description Change"
    VERSION_DESCRIBED = "Model Version Description Change"
    MODEL_RENAMED = "Model Renamed"


class Metadata(Answer):
    """The envelope. `subject` is `model/<model>` and `sequence` counts that model's events and records."""

    event_id: RecordId
    schema_version: Literal[1] = 1
    correlation_id: str
    causation_id: str | None = None
    actor: Actor
    project: str
    subject: str
    sequence: Annotated[int, Field(ge=1)]
    occurred_at: AwareDatetime


class VersionRegistered(Answer):
    """A version was made."""

    model: ModelName
    version: int
    run_id: str | None
    manifest_digest: Digest
    new_model: bool = False
    """Whether the model began with this version, or came back with it after it had been deleted."""


class ApprovalRequested(Answer):
    """Somebody asked for a promotion."""

    approval_id: RecordId
    model: ModelName
    version: int
    stage: StageName
    reason: str


class ApprovalPending(Answer):
    """The rules hold and people are asked; again where production changed and they have to look anew."""

    approval_id: RecordId
    model: ModelName
    version: int
    stage: StageName
    approvals_needed: int
    expires_at: Millis


class ApprovalDelegated(Answer):
    """An approver left the decision to somebody else."""

    approval_id: RecordId
    model: ModelName
    version: int
    stage: StageName
    to: PersonId
    reason: str


class ApprovalReminded(Answer):
    """Nobody has decided yet, and the time is running out."""

    approval_id: RecordId
    model: ModelName
    version: int
    stage: StageName
    expires_at: Millis


class ApprovalClosed(Answer):
    """A request ended: `applied`, `refused` by the rules, `rejected`, `expired`, `withdrawn`, `cancelled`."""

    approval_id: RecordId
    model: ModelName
    version: int
    stage: StageName
    status: ApprovalStatus
    detail: str = ""


class VersionApproved(Answer):
    """A version entered production by an approval; a deployment follows."""

    approval_id: RecordId
    model: ModelName
    version: int
    manifest_digest: Digest
    endpoint: str


class VersionStateChanged(Answer):
    """A version moved from one stage to another."""

    model: ModelName
    version: int
    from_stage: StageName
    to_stage: StageName
    approval_id: RecordId | None = None


class DeploymentStateChanged(Answer):
    """A deployment went live, failed, was refused or was superseded."""

    deployment_id: RecordId
    endpoint: str
    model: ModelName
    version: int
    status: DeploymentStatus
    detail: str = ""


class AliasChanged(Answer):
    """An alias points at another version; at none when it was removed."""

    model: ModelName
    alias: str
    version: int | None
    previous_version: int | None


class VersionLifecycleChanged(Answer):
    """A version was deprecated, reinstated, retired or deleted. `successor` is the version to use instead."""

    model: ModelName
    version: int
    status: VersionStatus
    reason: str
    successor: int | None = None


SetTags = dict[str, str | None]
"""Tags that were set; null in place of a value that is too long to be repeated in an event."""


class ModelCreated(Answer):
    """A model was made without a version."""

    model: ModelName
    set_tags: SetTags = {}


class ModelDescribed(Answer):
    """A model's description or tags changed."""

    model: ModelName
    description_changed: bool = False
    set_tags: SetTags = {}
    removed_tags: tuple[str, ...] = ()


class VersionDescribed(Answer):
    """A version's description or tags changed."""

    model: ModelName
    version: int
    description_changed: bool = False
    set_tags: SetTags = {}
    removed_tags: tuple[str, ...] = ()


class ModelRenamed(Answer):
    """A model has another name. The event's `subject` is the old one; later events have the new one."""

    model: ModelName
    new_name: ModelName


EventData = (
    VersionRegistered
    | ApprovalRequested
    | ApprovalPending
    | ApprovalDelegated
    | ApprovalReminded
    | ApprovalClosed
    | VersionApproved
    | VersionStateChanged
    | DeploymentStateChanged
    | AliasChanged
    | VersionLifecycleChanged
    | ModelCreated
    | ModelDescribed
    | VersionDescribed
    | ModelRenamed
)

DATA_MODELS: dict[DetailType, type[Answer]] = {
    DetailType.VERSION_REGISTERED: VersionRegistered,
    DetailType.APPROVAL_REQUESTED: ApprovalRequested,
    DetailType.APPROVAL_PENDING: ApprovalPending,
    DetailType.APPROVAL_DELEGATED: ApprovalDelegated,
    DetailType.APPROVAL_REMINDED: ApprovalReminded,
    DetailType.APPROVAL_CLOSED: ApprovalClosed,
    DetailType.VERSION_APPROVED: VersionApproved,
    DetailType.VERSION_STATE_CHANGED: VersionStateChanged,
    DetailType.DEPLOYMENT_STATE_CHANGED: DeploymentStateChanged,
    DetailType.ALIAS_CHANGED: AliasChanged,
    DetailType.VERSION_LIFECYCLE_CHANGED: VersionLifecycleChanged,
    DetailType.MODEL_CREATED: ModelCreated,
    DetailType.MODEL_DESCRIBED: ModelDescribed,
    DetailType.VERSION_DESCRIBED: VersionDescribed,
    DetailType.MODEL_RENAMED: ModelRenamed,
}


class Detail(Answer):
    """The `detail` of an event of any type."""

    metadata: Metadata
    data: EventData


def parse_detail(detail_type: DetailType, detail: dict[str, Any]) -> Detail:
    """Return the typed detail of an event. Raises pydantic's ValidationError, or KeyError."""
    data: Any = DATA_MODELS[detail_type].model_validate(detail["data"])
    return Detail(metadata=Metadata.model_validate(detail["metadata"]), data=data)
