"""Who is let in: people by their membership, tokens by their grant as well, nobody into a project unmade."""

from dataclasses import dataclass
from typing import Any

import pytest

from functions.core.access.admission import REMEMBERED_MILLIS, Admission, Caller
from functions.core.access.bearing import Grant
from functions.core.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from lineal_contract.people import Actor, Person
from lineal_contract.permissions import allows
from lineal_contract.roles import Role
from lineal_contract.routes import admin, approvals, tracking
from lineal_contract.routes.route import Route
from lineal_contract.routes.table import ROUTES
from tests.builders import BOB, NOBODY, NOW, PROJECT
from tests.fakes.access import MemoryProjects
from tests.fakes.records import MemoryPeople

SIGNED_ONLY = {"create_token", "create_project"}
BY_SIGNATURE = Caller(BOB.principal, "123456789012")
STRANGER = Caller(NOBODY.principal, "123456789012")


@dataclass
class Door:
    """An admission with its stores and its clock."""

    people: MemoryPeople
    projects: MemoryProjects
    admission: Admission
    now: int = NOW

    def admit(self, route: Route[Any], caller: Caller, project: str | None = PROJECT) -> Actor:
        return self.admission.admit(route, project, caller)


def door(*roles: Role, **default_members: Role) -> Door:
    """Return a door to a project in which Bob has roles; without any there is no such project."""
    people, projects = MemoryPeople(), MemoryProjects()
    people.put(Person(person_id="bob", name="Bob", identities=(BOB.principal,)))
    if roles:
        projects.add(PROJECT, bob=roles)
    found = Door(people, projects, Admission(people, projects, default_members, lambda: found.now))
    return found


def with_token(role: Role, project: str = PROJECT, expires_at: int = NOW + 1) -> Caller:
    grant = Grant(token_id="0" * 32, project=project, person="bob", role=role, expires_at=expires_at)
    return Caller(grant.principal, "123456789012", grant)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_members_reach_what_their_roles_reach(role: Role, route: Route[Any]) -> None:
    project = PROJECT if "{project}" in route.path else None
    expected = allows(role, route) or project is None or route.path.startswith("/admin/")
    assert is_let_in(door(role), route, BY_SIGNATURE, project) is expected


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_a_token_reaches_what_its_role_reaches(role: Role, route: Route[Any]) -> None:
    project = PROJECT if "{project}" in route.path else None
    expected = allows(role, route) and route.name not in SIGNED_ONLY and project is not None
    assert is_let_in(door(*Role), route, with_token(role), project) is expected


def is_let_in(at: Door, route: Route[Any], caller: Caller, project: str | None) -> bool:
    try:
        return at.admit(route, caller, project).person == "bob"
    except ForbiddenError:
        return False


def test_a_token_is_the_person_who_made_it() -> None:
    actor = door(Role.APPROVER).admit(approvals.DECIDE, with_token(Role.APPROVER))
    assert actor == Actor(principal=f"token/{'0' * 32}", person="bob")


def test_an_expired_token_is_nobodys_however_it_was_remembered() -> None:
    with pytest.raises(UnauthenticatedError):
        door(*Role).admit(tracking.GET_RUN, with_token(Role.AUDITOR, expires_at=NOW))


def test_a_token_opens_its_own_project_alone() -> None:
    at = door(*Role)
    at.projects.add("others", bob=tuple(Role))
    with pytest.raises(ForbiddenError, match="project others, not team"):
        at.admit(tracking.GET_RUN, with_token(Role.AUDITOR, project="others"))


def test_a_token_gives_no_role_that_was_taken_away() -> None:
    at = door(Role.DATA_SCIENTIST)
    for route in (approvals.DECIDE, tracking.GET_RUN):
        with pytest.raises(ForbiddenError, match="no longer"):
            at.admit(route, with_token(Role.APPROVER))


def test_a_person_outside_the_project_is_told_so() -> None:
    at = door(Role.DATA_SCIENTIST)
    at.projects.add(PROJECT, ann=(Role.DATA_SCIENTIST,))
    at.projects.add("others", ann=(Role.DATA_SCIENTIST,))
    with pytest.raises(ForbiddenError, match="not a member"):
        at.admit(tracking.GET_RUN, BY_SIGNATURE, "others")


def test_who_is_no_person_is_left_to_iam() -> None:
    at = door(Role.DATA_SCIENTIST)
    assert at.admit(tracking.CREATE_RUN, STRANGER) == NOBODY


@pytest.mark.parametrize(
    "caller", [BY_SIGNATURE, STRANGER, with_token(Role.ADMIN)], ids=lambda c: c.principal
)
def test_a_project_that_nobody_made_is_not_there(caller: Caller) -> None:
    with pytest.raises(NotFoundError, match="lineal projects create team"):
        door().admit(tracking.GET_RUN, caller)


def test_an_admin_may_create_what_is_not_there() -> None:
    at = door()
    assert at.admit(admin.CREATE_PROJECT, BY_SIGNATURE).person == "bob"
    assert at.admit(admin.CREATE_PROJECT, STRANGER) == NOBODY
    with pytest.raises(ForbiddenError):
        at.admit(admin.CREATE_PROJECT, with_token(Role.ADMIN))


def test_where_projects_make_themselves_the_default_members_are_in_them() -> None:
    at = door(bob=Role.DATA_SCIENTIST)
    assert at.admit(tracking.CREATE_RUN, BY_SIGNATURE).person == "bob"
    assert at.admit(tracking.CREATE_RUN, STRANGER) == NOBODY
    with pytest.raises(ForbiddenError):
        at.admit(approvals.DECIDE, BY_SIGNATURE)
    at.projects.add(PROJECT, ann=(Role.DATA_SCIENTIST,))
    at.now += REMEMBERED_MILLIS
    with pytest.raises(ForbiddenError):
        at.admit(tracking.CREATE_RUN, BY_SIGNATURE)


def test_a_right_that_is_gone_is_gone_at_once_where_people_decide_and_soon_elsewhere() -> None:
    at = door(Role.APPROVER)
    for route in (approvals.DECIDE, tracking.GET_RUN):
        at.admit(route, BY_SIGNATURE)
    at.projects.add(PROJECT, bob=(Role.DEPLOYER,))
    at.people.put(Person(person_id="bob", name="Bob", identities=(BOB.principal,)))
    with pytest.raises(ForbiddenError):
        at.admit(approvals.DECIDE, BY_SIGNATURE)
    at.projects.add("team", bob=())
    assert at.admit(tracking.GET_RUN, BY_SIGNATURE).person == "bob"
    at.now += REMEMBERED_MILLIS
    with pytest.raises(ForbiddenError):
        at.admit(tracking.GET_RUN, BY_SIGNATURE)
