"""One change of a model: what moves, what the audit trail says of it and what the bus will hear.

A model is one aggregate. Its head carries the version counter, the aliases, the audit head and a revision;
every change commits the next head on the condition that the revision is still the one it was decided on.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from functions.core.causes import Cause, Said, chained
from functions.core.errors import ConflictError
from functions.core.registrations import Registration
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.audit import GENESIS, AuditRecord
from lineal_contract.cards import CardRevision
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.events import DATA_MODELS, Detail, DetailType, EventData, Metadata
from lineal_contract.ids import new_id
from lineal_contract.lifecycle import Consumer
from lineal_contract.people import Actor
from lineal_contract.registry import Model, ModelVersion
from lineal_contract.stages import Stage, StageName

_TYPES = {model: detail_type for detail_type, model in DATA_MODELS.items()}


@dataclass(frozen=True, kw_only=True)
class ModelHead:
    """The item that serialises a model's changes. `open_approvals` maps `version:stage` to an id."""

    project: str
    model: str
    created_at: int
    created_by: Actor
    latest_version: int = 0
    production_version: int | None = None
    aliases: dict[str, int] = field(default_factory=dict)
    open_approvals: dict[str, str] = field(default_factory=dict)
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    semver: str | None = None
    """The highest semantic version, of `semver_version`."""
    semver_version: int | None = None
    consumers: dict[str, Consumer] = field(default_factory=dict)
    deleted_at: int | None = None
    buried: int = 0
    """Versions up to this number were deleted with the model they belonged to, or have another name now."""
    renamed_to: str | None = None
    """The name that a model left this one for."""
    formerly: tuple[str, ...] = ()
    """The names that the model had before, oldest first."""
    updated_at: int | None = None
    audit_sequence: int = 0
    audit_digest: str = GENESIS
    revision: int = 0

    def wire(self) -> Model:
        """Return the model as the API shows it."""
        return Model(
            project=self.project,
            model=self.model,
            latest_version=self.latest_version,
            latest_semver=self.semver,
            production_version=self.production_version,
            aliases=self.aliases,
            description=self.description,
            tags=self.tags,
            formerly=self.formerly,
            updated_at=self.updated_at,
            created_at=self.created_at,
            created_by=self.created_by,
        )


@dataclass(frozen=True)
class Event:
    """An event in the outbox."""

    detail_type: DetailType
    detail: Detail


@dataclass(frozen=True)
class Move:
    """A version that enters a stage; `approval_id` is set when an approval brought it to production."""

    version: int
    stage: StageName
    approval_id: str | None = None


@dataclass(frozen=True)
class Carried:
    """A version that gets another model name: the whole record, and what goes by it."""

    version: ModelVersion
    signature: str | None
    cards: tuple[CardRevision, ...]

    @property
    def records(self) -> int:
        """How many records it takes."""
        names = (self.version.semver, self.version.commit, self.signature)
        return 1 + sum(name is not None for name in names) + len(self.cards)


@dataclass(frozen=True, kw_only=True)
class Change:
    """All that one transaction writes."""

    head: ModelHead
    new_version: ModelVersion | None = None
    signature: str | None = None
    """The bundle that signs the manifest of the new version, or of the one that is completed."""
    carried: tuple[Carried, ...] = ()
    """Versions that come along with a model that is renamed to this one."""
    request_id: str | None = None
    said: Said | None = None
    """The request that is done with this change, and is not to be done again."""
    completed: ModelVersion | None = None
    """A version that was pending, and has its files now."""
    registration: Registration | None = None
    policy_digest: str | None = None
    """The rules that must still be in force when this is committed."""
    moves: tuple[Move, ...] = ()
    edits: tuple[ModelVersion, ...] = ()
    """Versions whose `VersionState` is written anew."""
    card: CardRevision | None = None
    approval: Approval | None = None
    deployments: tuple[Deployment, ...] = ()
    endpoint: Endpoint | None = None
    audit: tuple[AuditRecord, ...] = ()
    events: tuple[Event, ...] = ()


def opens_deployment(approval: Approval) -> bool:
    """Say whether a deployment has to follow from what an approval is now."""
    return approval.status is ApprovalStatus.APPLIED and approval.stage == Stage.PRODUCTION


class Draft:
    """Collects a change step by step. Each record of the audit trail may carry one event."""

    def __init__(self, head: ModelHead, cause: Cause) -> None:
        self.head = head
        self.cause = cause
        self._revision = head.revision
        self._parts: dict[str, Any] = {}
        self._moves: list[Move] = []
        self._audit: list[AuditRecord] = []
        self._events: list[Event] = []

    def set_head(self, **values: Any) -> None:
        """Change fields of the head."""
        self.head = replace(self.head, **values)

    def put(self, **parts: Any) -> None:
        """Add a new version, approval, endpoint or deployments to the change, by `Change`'s field."""
        self._parts |= parts

    def move(self, move: Move) -> None:
        """Bring a version to a stage."""
        self._moves.append(move)

    def record(self, action: str, subject: str, event: EventData | None = None, **details: Any) -> None:
        """Append to the audit trail, and announce `event` with the record's sequence."""
        sequence = self.head.audit_sequence + 1
        record = chained(self.head.audit_digest, sequence, self.cause, action, subject, details)
        self._audit.append(record)
        self.set_head(audit_sequence=sequence, audit_digest=record.digest)
        if event is not None:
            self._events.append(Event(_TYPES[type(event)], Detail(metadata=self._metadata(), data=event)))

    def change(self) -> Change:
        """Return the change. Raises ConflictError for one that would leave no trace."""
        if not self._audit:
            raise ConflictError("a change of a model must be recorded")
        return Change(
            head=replace(self.head, revision=self._revision + 1, updated_at=self.cause.at),
            moves=tuple(self._moves),
            audit=tuple(self._audit),
            events=tuple(self._events),
            **self._parts,
        )

    def _metadata(self) -> Metadata:
        return Metadata(
            event_id=new_id(self.cause.at),
            correlation_id=self.cause.correlation_id,
            causation_id=self.cause.causation_id,
            actor=self.cause.actor,
            project=self.head.project,
            subject=f"model/{self.head.model}",
            sequence=self.head.audit_sequence,
            occurred_at=datetime.fromtimestamp(self.cause.at / 1000, UTC),
        )
