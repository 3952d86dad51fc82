"""Projects, and who is a member of which with which roles."""

from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Millis, PersonId, ProjectName, Reason, Wire
from lineal_contract.people import Actor
from lineal_contract.roles import Role


class CreateProject(Wire):
    """Makes a project. Whoever makes it becomes its first member, with the role Admin."""

    description: Reason = ""


class Project(Answer):
    """A project: the boundary of access."""

    project: ProjectName
    description: str = ""
    created_at: Millis
    created_by: Actor


class PutMember(Wire):
    """Gives a person roles in a project, in place of those they had there."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]


class Member(Answer):
    """A person's roles in a project; none after they were taken out of it."""

    project: ProjectName
    person: PersonId
    roles: tuple[Role, ...]
    added_at: Millis
    added_by: Actor
