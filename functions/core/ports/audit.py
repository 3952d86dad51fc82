"""Audit chains and their anchors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.core.causes import Said
from functions.core.ports.requests import Requests
from lineal_contract.audit import GENESIS, AuditAnchor, AuditRecord


class Anchors(Protocol):
    """Heads of audit chains, kept outside the table that holds the chains."""

    def waiting(self) -> Sequence[tuple[str, str, int]]:
        """Return (project, model, sequence) of chains that have grown since they were anchored."""

    def put(self, project: str, model: str, anchor: AuditAnchor) -> None:
        """Write an anchor; earlier ones stay as older versions."""

    def done(self, project: str, model: str, sequence: int) -> None:
        """Strike a chain off the list unless it has grown beyond `sequence` since."""

    def last(self, project: str, model: str) -> AuditAnchor | None:
        """Return the last anchor of a chain."""


@dataclass(frozen=True)
class TrailHead:
    """Where the trail of a project ends; the installation's has an empty name for one."""

    project: str
    sequence: int = 0
    digest: str = GENESIS


@dataclass(frozen=True)
class Entry:
    """A record at the end of a trail, to be written if that is still where it was read."""

    before: TrailHead
    record: AuditRecord
    said: Said | None = None
    """The request that is done with it, and is not to be done again."""


class Trails(Requests, Protocol):
    """The trails of projects and of the installation, read strongly."""

    def head(self, project: str) -> TrailHead:
        """Return where a trail ends."""

    def records(self, project: str, after: int, page_size: int) -> list[AuditRecord]:
        """Return records with a sequence above `after`, in order."""
