"""Projects and their members in the registry table."""

from dataclasses import dataclass
from functools import cached_property

from functions.adapters.dynamo import ABSENT, PRESENT, Table, document, parse
from functions.adapters.keys import registry as keys
from functions.adapters.paging import Pages
from functions.adapters.trails import writes
from functions.core.ports.audit import Entry
from lineal_contract.base import Page
from lineal_contract.projects import Member, Project


@dataclass(frozen=True)
class DynamoProjects:
    """The `Projects` port."""

    table: Table

    def get(self, project: str) -> Project | None:
        """Return a project."""
        item = self.table.get(keys.project(project))
        return parse(Project, item) if item else None

    def list(self, page_size: int, page_token: str | None) -> Page[Project]:
        """Return projects by name."""
        items, more = self._pages.read(keys.PROJECTS, page_size, page_token)
        return Page(items=tuple(parse(Project, i) for i in items), next_page_token=more)

    def create(self, project: Project, first: Member | None, entry: Entry) -> None:
        """Store a project and its first member."""
        parts = [self.table.put_in(keys.project(project.project), document(project), ABSENT)]
        if first is not None:
            parts.append(self.table.put_in(keys.member(first.project, first.person), document(first)))
        self.table.write([*parts, *writes(self.table, entry)])

    def put(self, project: Project, entry: Entry) -> None:
        """Replace a project."""
        put = self.table.put_in(keys.project(project.project), document(project), PRESENT)
        self.table.write([put, *writes(self.table, entry)])

    def member(self, project: str, person: str) -> Member | None:
        """Return a person's roles."""
        item = self.table.get(keys.member(project, person))
        return parse(Member, item) if item else None

    def members(self, project: str, page_size: int, page_token: str | None) -> Page[Member]:
        """Return members by person."""
        items, more = self._pages.read(keys.members(project), page_size, page_token)
        return Page(items=tuple(parse(Member, i) for i in items), next_page_token=more)

    def put_member(self, member: Member, entry: Entry) -> None:
        """Store a person's roles."""
        put = self.table.put_in(keys.member(member.project, member.person), document(member))
        self.table.write([put, *writes(self.table, entry)])

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.table)
