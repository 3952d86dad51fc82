"""The life of a version beside its stage, and who still uses it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Millis, Reason, Slug, Wire
from lineal_contract.people import Actor
from lineal_contract.references import VersionSelector


class VersionStatus(StrEnum):
    """`deprecated` warns, `retired` ends: neither is promoted. `deleted` is out of sight for good.

    Files of a `pending` version are still being hashed: nothing reads, promotes or deploys it. It becomes
    `active`, or else `failed` for good.
    """

    PENDING = "pending"
    FAILED = "failed"
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"
    DELETED = "deleted"


UNFINISHED = frozenset({VersionStatus.PENDING, VersionStatus.FAILED})
"""Such a version has no bytes that are known."""


class LifecycleAction(StrEnum):
    """What can be done to a version beside promoting it."""

    DEPRECATE = "deprecate"
    REINSTATE = "reinstate"
    ARCHIVE = "archive"
    RETIRE = "retire"
    DELETE = "delete"


class ChangeLifecycle(Wire):
    """Deprecates a version, takes that back, archives, retires or deletes it, and says why."""

    action: LifecycleAction
    reason: Annotated[Reason, Field(min_length=1)]
    successor: VersionSelector | None = None
    """The version to use instead; for a deprecation."""


class PutConsumer(Wire):
    """Says that something uses a version, or whatever an alias points at."""

    version: VersionSelector
    contact: Annotated[str, Field(max_length=320)] = ""
    note: Reason = ""


class Consumer(Answer):
    """Something that uses a version and would break without it; `version` may be an alias, and follows it."""

    name: Slug
    version: str
    contact: str = ""
    note: str = ""
    registered_by: Actor
    registered_at: Millis


class Consumers(Answer):
    """All registered consumers of a model, by name."""

    items: tuple[Consumer, ...]
