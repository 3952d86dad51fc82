"""What the rules of access need from the world: trails, projects with their members, bearer tokens."""

from dataclasses import dataclass
from typing import Protocol

from lineal_contract.audit import GENESIS, AuditRecord
from lineal_contract.base import Page
from lineal_contract.projects import Member, Project
from lineal_contract.tokens import Token


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


class Trails(Protocol):
    """The trails of projects and of the installation, read strongly."""

    def head(self, project: str) -> TrailHead:
        """Return where a trail ends."""

    def records(self, project: str, after: int, page_size: int) -> list[AuditRecord]:
        """Return records with a sequence above `after`, in order."""


class Projects(Protocol):
    """Projects and who is in them, read strongly."""

    def get(self, project: str) -> Project | None:
        """Return a project."""

    def member(self, project: str, person: str) -> Member | None:
        """Return a person's roles in a project."""

    def list(self, page_size: int, page_token: str | None) -> Page[Project]:
        """Return projects by name."""

    def members(self, project: str, page_size: int, page_token: str | None) -> Page[Member]:
        """Return a project's members by person."""

    def create(self, project: Project, first: Member | None, entry: Entry) -> None:
        """Store a new project with its first member. Raises StaleError."""

    def put_member(self, member: Member, entry: Entry) -> None:
        """Store a person's roles. Raises StaleError."""


class TokenStore(Protocol):
    """Bearer tokens; a secret is known by its digest alone. Reads are strong."""

    def find(self, digest: str) -> Token | None:
        """Return the token whose secret has a digest."""

    def get(self, project: str, token_id: str) -> Token | None:
        """Return a token."""

    def create(self, token: Token, digest: str, entry: Entry) -> None:
        """Store a new token. Raises StaleError, also when its id or its secret is there already."""

    def revoke(self, token: Token, entry: Entry) -> None:
        """Store a token that is revoked now. Raises StaleError."""

    def list(self, project: str, page_size: int, page_token: str | None) -> Page[Token]:
        """Return a project's tokens, newest first."""
