"""Projects, members and bearer tokens in memory."""

from collections import defaultdict

from functions.core.errors import StaleError
from functions.core.ports.audit import Entry
from lineal_contract.base import Page
from lineal_contract.people import Actor
from lineal_contract.projects import Member, Project
from lineal_contract.roles import Role
from lineal_contract.tokens import Token
from tests.fakes.pages import page_of
from tests.fakes.trails import MemoryTrails

_ADMIN = Actor(principal="arn:aws:iam::123456789012:user/admin")


class MemoryProjects:
    """The `Projects` port."""

    def __init__(self, trails: MemoryTrails | None = None) -> None:
        self._trails = trails or MemoryTrails()
        self._projects: dict[str, Project] = {}
        self._members: dict[tuple[str, str], Member] = {}

    def get(self, project: str) -> Project | None:
        return self._projects.get(project)

    def member(self, project: str, person: str) -> Member | None:
        return self._members.get((project, person))

    def list(self, page_size: int, page_token: str | None) -> Page[Project]:
        return page_of(self._projects, page_size, page_token)

    def members(self, project: str, page_size: int, page_token: str | None) -> Page[Member]:
        found = {person: m for (name, person), m in self._members.items() if name == project}
        return page_of(found, page_size, page_token)

    def create(self, project: Project, first: Member | None, entry: Entry) -> None:
        if project.project in self._projects:
            raise StaleError
        self._trails.append(entry)
        self._projects[project.project] = project
        if first is not None:
            self._members[first.project, first.person] = first

    def put(self, project: Project, entry: Entry) -> None:
        if project.project not in self._projects:
            raise StaleError
        self._trails.append(entry)
        self._projects[project.project] = project

    def put_member(self, member: Member, entry: Entry) -> None:
        self._trails.append(entry)
        self._members[member.project, member.person] = member

    def add(self, project: str, **members: tuple[Role, ...]) -> None:
        """Make a project with members."""
        self._projects[project] = Project(project=project, created_at=0, created_by=_ADMIN)
        for person, roles in members.items():
            self._members[project, person] = Member(
                project=project, person=person, roles=roles, added_at=0, added_by=_ADMIN
            )


class MemoryTokenStore:
    """The `TokenStore` port."""

    def __init__(self, trails: MemoryTrails | None = None) -> None:
        self._trails = trails or MemoryTrails()
        self._tokens: defaultdict[str, dict[str, Token]] = defaultdict(dict)
        self._secrets: dict[str, tuple[str, str]] = {}

    def find(self, digest: str) -> Token | None:
        at = self._secrets.get(digest)
        return self.get(*at) if at else None

    def get(self, project: str, token_id: str) -> Token | None:
        return self._tokens[project].get(token_id)

    def create(self, token: Token, digest: str, entry: Entry) -> None:
        if digest in self._secrets or token.token_id in self._tokens[token.project]:
            raise StaleError
        self._trails.append(entry)
        self._tokens[token.project][token.token_id] = token
        self._secrets[digest] = (token.project, token.token_id)

    def revoke(self, token: Token, entry: Entry) -> None:
        assert token.token_id in self._tokens[token.project]
        self._trails.append(entry)
        self._tokens[token.project][token.token_id] = token

    def list(self, project: str, page_size: int, page_token: str | None) -> Page[Token]:
        return page_of(self._tokens[project], page_size, page_token, newest_first=True)
