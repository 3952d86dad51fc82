"""Projects and their members in the registry table."""

from dataclasses import dataclass

from functions.adapters import keys
from functions.adapters.dynamo import Table, parse
from lineal_contract.projects import Member, Project


@dataclass(frozen=True)
class DynamoProjects:
    """The `Projects` port."""

    table: Table

    def get(self, project: str) -> Project | None:
        """Return a project."""
        item = self.table.get(keys.project(project))
        return parse(Project, item) if item else None

    def member(self, project: str, person: str) -> Member | None:
        """Return a person's roles."""
        item = self.table.get(keys.member(project, person))
        return parse(Member, item) if item else None
