"""What an admin does: people and their identities, projects and their members, promotion rules, quotas."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.access.access import stored_policy
from functions.core.audit.trails import INSTALLATION, Note, Recorder
from functions.core.causes import Cause, Said
from functions.core.errors import AlreadyExistsError, InvalidRequestError, NotFoundError
from functions.core.ports.access import People, Projects, QuotaSettings
from functions.core.ports.registry import Policies
from lineal_contract.base import Page
from lineal_contract.people import Person, PutPerson, UpdatePerson
from lineal_contract.policies import Policy, StoredPolicy
from lineal_contract.projects import CreateProject, Member, MlflowSettings, Project, PutMember, Retention
from lineal_contract.quotas import Quota, StoredQuota
from lineal_contract.roles import Role

MAX_IDENTITIES = 20


@dataclass(frozen=True)
class Administration:
    """Each change leaves a record: in the project's trail, or for people in the installation's."""

    people: People
    projects: Projects
    policies: Policies
    recorder: Recorder
    quotas: QuotaSettings

    def put_person(self, person_id: str, wanted: PutPerson, cause: Cause) -> Person:
        """Store a person, also one who was removed. Raises InvalidRequestError, AlreadyExistsError."""
        _check_identities(wanted.identities)

        def attempt(note: Note) -> Person:
            before = self.people.get(person_id)
            kept = before is not None and before.removed_at is None
            since = before.recorded_at if before and kept else cause.at
            person = Person(person_id=person_id, recorded_at=since, **dict(wanted))
            if person == before:
                return person
            details = wanted.model_dump(mode="json", exclude={"email"})
            self.people.put(person, note.entry("person.recorded", f"person/{person_id}", **details))
            return person

        return self._of_person(person_id, cause, attempt)

    def update_person(self, person_id: str, wanted: UpdatePerson, cause: Cause) -> Person:
        """Give a person identities, or take some away; what is so already is left.

        Raises NotFoundError, InvalidRequestError, AlreadyExistsError for an identity of somebody else.
        """

        def attempt(note: Note) -> Person:
            before = self._person(person_id)
            kept = tuple(i for i in before.identities if i not in wanted.unlink)
            identities = (*kept, *(i for i in wanted.link if i not in kept))
            _check_identities(identities)
            if identities == before.identities:
                return before
            person = before.model_copy(update={"identities": identities})
            details = {"linked": list(wanted.link), "unlinked": list(wanted.unlink)}
            self.people.put(person, note.entry("person.updated", f"person/{person_id}", **details))
            return person

        return self._of_person(person_id, cause, attempt)

    def remove_person(self, person_id: str, cause: Cause) -> Person:
        """Take a person's identities, their tokens and their say. Raises NotFoundError."""

        def attempt(note: Note) -> Person:
            before = self.people.get(person_id)
            if before is not None and before.removed_at is not None:
                return before
            gone = {"identities": (), "removed_at": cause.at}
            person = self._person(person_id).model_copy(update=gone)
            self.people.put(person, note.entry("person.removed", f"person/{person_id}"))
            return person

        return self._of_person(person_id, cause, attempt)

    def list_people(self, page_size: int, page_token: str | None) -> Page[Person]:
        """Return people by id; who was removed is left out, so a page may be short."""
        page = self.people.list(page_size, page_token)
        return page.model_copy(update={"items": tuple(p for p in page.items if p.removed_at is None)})

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
            self._person(person_id)
            return self._set_roles(project, person_id, roles, note, "member.put")

        return self._of_member(project, person_id, cause, attempt)

    def remove_member(self, project: str, person_id: str, cause: Cause) -> Member:
        """Take all roles from a member. Raises NotFoundError for one who never was."""

        def attempt(note: Note) -> Member:
            self._known_member(project, person_id)
            return self._set_roles(project, person_id, (), note, "member.removed")

        return self._of_member(project, person_id, cause, attempt)

    def policy(self, project: str) -> StoredPolicy:
        """Return the rules in force in a project."""
        return stored_policy(self.policies, project)

    def put_policy(self, project: str, policy: Policy, cause: Cause) -> StoredPolicy:
        """Put a project's rules in force; the record has their digest, and where they came from.

        The same rules of the same commit again leave no record.
        """

        def attempt(note: Note) -> StoredPolicy:
            if self.policies.current(project) == policy:
                return stored_policy(self.policies, project)
            before = stored_policy(self.policies, project).ref.digest
            details = {"name": policy.name, "digest": policy.digest(), "before": before}
            if policy.commit is not None:
                details["commit"] = policy.commit
            self.policies.put(project, policy, note.entry("policy.put", f"project/{project}", **details))
            return stored_policy(self.policies, project)

        return self.recorder.run(project, cause, attempt, repeated=lambda _: self.policy(project))

    def put_quota(self, project: str, wanted: Quota, cause: Cause) -> StoredQuota:
        """Put a quota in force, a lowered one within a minute. The same again leaves no record."""
        stored = StoredQuota(**dict(wanted), custom=True)

        def attempt(note: Note) -> StoredQuota:
            before = self.quotas.quota(project)
            if before != stored:
                details = wanted.model_dump(mode="json")
                details["before"] = before.model_dump(mode="json") if before else None
                entry = note.entry("quota.put", f"project/{project}", **details)
                self.quotas.put_quota(project, stored, entry)
            return stored

        return self.recorder.run(
            project, cause, attempt, repeated=lambda _: self.quotas.quota(project) or stored
        )

    def _of_person(self, person_id: str, cause: Cause, attempt: Callable[[Note], Person]) -> Person:
        """Change a person; who asks a second time gets them as they are now, removed or not."""

        def now(_: Said) -> Person:
            return self.people.get(person_id) or self._person(person_id)

        return self.recorder.run(INSTALLATION, cause, attempt, repeated=now)

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

    def _person(self, person_id: str) -> Person:
        person = self.people.get(person_id)
        if person is None or person.removed_at is not None:
            raise NotFoundError(f"nobody is recorded as {person_id!r}")
        return person

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


def _check_identities(identities: tuple[str, ...]) -> None:
    if len(set(identities)) != len(identities):
        raise InvalidRequestError("an identity is listed twice")
    if len(identities) > MAX_IDENTITIES:
        raise InvalidRequestError(f"a person has at most {MAX_IDENTITIES} identities")
