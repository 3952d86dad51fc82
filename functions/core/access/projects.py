"""Projects, their members and their settings, as an admin decides them."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.access.people import recorded
from functions.core.audit.trails import Note, Recorder
from functions.core.causes import Cause
from functions.core.errors import AlreadyExistsError, NotFoundError
from functions.core.ports.access import People, Projects
from lineal_contract.base import Page
from lineal_contract.projects import CreateProject, Member, MlflowSettings, Project, PutMember, Retention
from lineal_contract.roles import Role


@dataclass(frozen=True)
class ProjectAdministration:
    """Each change leaves a record in the project's trail."""

    projects: Projects
    people: People
    recorder: Recorder

    def create_project(self, project: str, wanted: CreateProject, cause: Cause) -> Project:
        """Make a project, with its maker as a member; the same request again returns the same one.

        Raises AlreadyExistsError.
        """

        def attempt(note: Note) -> Project:
            present = self.projects.get(project)
            if present is not None:
                if (present.created_by, present.description) == (cause.actor, wanted.description):
                    return present
                raise AlreadyExistsError(f"there is a project {project} already")
            made = Project(
                project=project, description=wanted.description, created_at=cause.at, created_by=cause.actor
            )
            first = self._member(project, cause.actor.person, (Role.ADMIN,), cause)
            details = {"description": wanted.description, "admin": cause.actor.person}
            self.projects.create(made, first, note.entry("project.created", f"project/{project}", **details))
            return made

        return self.recorder.run(project, cause, attempt)

    def list_projects(self, page_size: int, page_token: str | None) -> Page[Project]:
        """Return projects by name."""
        return self.projects.list(page_size, page_token)

    def project(self, project: str) -> Project:
        """Return a project. Raises NotFoundError."""
        found = self.projects.get(project)
        if found is None:
            raise NotFoundError(f"nobody has created a project {project}")
        return found

    def put_retention(self, project: str, wanted: Retention, cause: Cause) -> Project:
        """Put in force for how long a project keeps what no version needs. Raises NotFoundError."""
        return self._put(project, "retention", wanted, cause)

    def put_mlflow(self, project: str, wanted: MlflowSettings, cause: Cause) -> Project:
        """Put in force how MLflow's clients reach a project's files. Raises NotFoundError."""
        return self._put(project, "mlflow", wanted, cause)

    def _put(self, project: str, field: str, wanted: Retention | MlflowSettings, cause: Cause) -> Project:
        def attempt(note: Note) -> Project:
            present = self.project(project)
            if getattr(present, field) == wanted:
                return present
            after = present.model_copy(update={field: wanted})
            details = wanted.model_dump(mode="json")
            self.projects.put(after, note.entry(f"{field}.put", f"project/{project}", **details))
            return after

        return self.recorder.run(project, cause, attempt, repeated=lambda _: self.project(project))

    def members(self, project: str, page_size: int, page_token: str | None) -> Page[Member]:
        """Return members by person; who was taken out is left out, so a page may be short."""
        page = self.projects.members(project, page_size, page_token)
        return page.model_copy(update={"items": tuple(m for m in page.items if m.roles)})

    def put_member(self, project: str, person_id: str, wanted: PutMember, cause: Cause) -> Member:
        """Give a person roles in a project, in place of those before. Raises NotFoundError."""
        roles = tuple(sorted(set(wanted.roles)))

        def attempt(note: Note) -> Member:
            self.project(project)
            recorded(self.people, person_id)
            return self._set_roles(project, person_id, roles, note, "member.put")

        return self._of_member(project, person_id, cause, attempt)

    def remove_member(self, project: str, person_id: str, cause: Cause) -> Member:
        """Take all roles from a member. Raises NotFoundError for one who never was."""

        def attempt(note: Note) -> Member:
            self._known_member(project, person_id)
            return self._set_roles(project, person_id, (), note, "member.removed")

        return self._of_member(project, person_id, cause, attempt)

    def _of_member(
        self, project: str, person_id: str, cause: Cause, attempt: Callable[[Note], Member]
    ) -> Member:
        return self.recorder.run(
            project, cause, attempt, repeated=lambda _: self._known_member(project, person_id)
        )

    def _known_member(self, project: str, person_id: str) -> Member:
        found = self.projects.member(project, person_id)
        if found is None:
            raise NotFoundError(f"{person_id} is not a member of project {project}")
        return found

    def _set_roles(
        self, project: str, person_id: str, roles: tuple[Role, ...], note: Note, action: str
    ) -> Member:
        before = self.projects.member(project, person_id)
        if before is not None and before.roles == roles:
            return before
        member = self._member(project, person_id, roles, note.cause)
        if member is None:
            raise NotFoundError(f"nobody is recorded as {person_id!r}")
        details = {"person": person_id, "roles": list(roles), "before": list(before.roles if before else ())}
        self.projects.put_member(member, note.entry(action, f"project/{project}", **details))
        return member

    def _member(
        self, project: str, person: str | None, roles: tuple[Role, ...], cause: Cause
    ) -> Member | None:
        if person is None:
            return None
        return Member(project=project, person=person, roles=roles, added_at=cause.at, added_by=cause.actor)
