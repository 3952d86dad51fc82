"""Projects, and who is a member of which with which roles."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lineal_contract.base import Answer, Millis, PersonId, ProjectName, Reason, Wire
from lineal_contract.people import Actor
from lineal_contract.roles import Role


class CreateProject(Wire):
    """Makes a project. Whoever makes it becomes its first member, with the role Admin."""

    description: Reason = ""


Days = Annotated[int, Field(ge=1, le=36_500, strict=True)]


class Retention(Wire):
    """For how many days a project keeps what no version needs; null is for ever.

    `deleted_runs_days` counts from a run's deletion and is about all of it, `series_days` from its end and is
    about its points and its log lines. Runs that a version or a logged model refers to stay whole.
    """

    deleted_runs_days: Days | None = None
    series_days: Days | None = None


class ArtifactScheme(StrEnum):
    """By which addresses MLflow's clients read and write files."""

    S3 = "s3"
    """`s3://` for callers who sign: they write there themselves, at any size."""
    PROXY = "proxy"
    """`mlflow-artifacts:` for everybody: through the server, or where it leads to."""


class MlflowSettings(Wire):
    """What a project has chosen for MLflow's clients. Callers with a token have the proxy in any case."""

    artifacts: ArtifactScheme = ArtifactScheme.S3


class Project(Answer):
    """A project: the boundary of access."""

    project: ProjectName
    description: str = ""
    created_at: Millis
    created_by: Actor
    retention: Retention = Retention()
    mlflow: MlflowSettings = MlflowSettings()


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
