"""People, projects and tokens."""

from typing import Protocol

from functions.core.ports.audit import Entry
from lineal_contract.base import Page
from lineal_contract.people import Person
from lineal_contract.projects import Member, Project
from lineal_contract.quotas import StoredQuota
from lineal_contract.tokens import Token


class People(Protocol):
    """Person records."""

    def get(self, person_id: str) -> Person | None:
        """Return a person."""

    def by_principal(self, principal: str) -> Person | None:
        """Return the person an identity belongs to."""

    def put(self, person: Person, entry: Entry) -> None:
        """Store a person and link their identities.

        Raises AlreadyExistsError if one is somebody else's, StaleError.
        """

    def list(self, page_size: int, page_token: str | None) -> Page[Person]:
        """Return people by id."""


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

    def put(self, project: Project, entry: Entry) -> None:
        """Store a project that is there in place of what it was. Raises StaleError."""

    def put_member(self, member: Member, entry: Entry) -> None:
        """Store a person's roles. Raises StaleError."""


class QuotaSettings(Protocol):
    """Quotas that were set."""

    def quota(self, project: str) -> StoredQuota | None:
        """Return what was set, or None."""

    def put_quota(self, project: str, quota: StoredQuota, entry: Entry) -> None:
        """Put a quota in force. Raises StaleError."""


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
