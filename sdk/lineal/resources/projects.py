"""Projects, and who is in them."""

from collections.abc import Iterator, Sequence

from lineal.http.api import checked_input, limited, paged
from lineal.resources.base import Resource
from lineal_contract.base import Page
from lineal_contract.projects import (
    ArtifactScheme,
    CreateProject,
    Member,
    MlflowSettings,
    Project,
    PutMember,
    Retention,
)
from lineal_contract.registry import PageQuery
from lineal_contract.roles import Role
from lineal_contract.routes import admin, registry


class Projects(Resource):
    """The installation's projects, for its admins, and the members of one."""

    def create(self, project: str, *, description: str = "") -> Project:
        """Create a project; its maker becomes a member with the role Admin. Raises ConflictError."""
        with checked_input():
            wanted = CreateProject(description=description)
        return self._api.call(admin.CREATE_PROJECT, body=wanted, project=project)

    def list(self, *, limit: int | None = None) -> Iterator[Project]:
        """Yield all projects, by name."""

        def fetch(token: str | None) -> Page[Project]:
            return self._api.call(admin.LIST_PROJECTS, query=PageQuery(page_token=token))

        return limited(paged(fetch), limit)

    def get(self, project: str | None = None) -> Project:
        """Return a project, by default the client's. Raises NotFoundError."""
        return self._api.call(registry.GET_PROJECT, project=project or self._api.project)

    def put_retention(self, retention: Retention, *, project: str | None = None) -> Project:
        """Say for how long a project keeps runs that no version needs. Raises NotFoundError."""
        return self._api.call(admin.PUT_RETENTION, body=retention, project=project or self._api.project)

    def put_mlflow(self, artifacts: ArtifactScheme | str, *, project: str | None = None) -> Project:
        """Choose how MLflow's clients reach a project's files: `s3` or `proxy`. Raises NotFoundError."""
        with checked_input():
            wanted = MlflowSettings(artifacts=ArtifactScheme(artifacts))
        return self._api.call(admin.PUT_MLFLOW, body=wanted, project=project or self._api.project)

    def members(self, project: str | None = None, *, limit: int | None = None) -> Iterator[Member]:
        """Yield who is in a project, by person."""

        def fetch(token: str | None) -> Page[Member]:
            query = PageQuery(page_token=token)
            return self._api.call(registry.LIST_MEMBERS, query=query, project=project or self._api.project)

        return limited(paged(fetch), limit)

    def put_member(
        self, person_id: str, roles: Sequence[Role | str], *, project: str | None = None
    ) -> Member:
        """Give a person roles in a project, in place of those they had there. Raises NotFoundError."""
        with checked_input():
            wanted = PutMember.model_validate({"roles": list(roles)})
        return self._api.call(
            admin.PUT_MEMBER, body=wanted, person_id=person_id, project=project or self._api.project
        )

    def remove_member(self, person_id: str, *, project: str | None = None) -> Member:
        """Take a person out of a project. Raises NotFoundError."""
        return self._api.call(admin.REMOVE_MEMBER, person_id=person_id, project=project or self._api.project)
