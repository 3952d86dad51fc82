"""What admins do, each change with its record in the same breath."""

from collections.abc import Iterator

import pytest

from functions.core.access.access import Access
from functions.core.access.people import PeopleAdministration
from functions.core.access.project_rules import RulesAdministration
from functions.core.access.projects import ProjectAdministration
from functions.core.audit.trails import INSTALLATION, Recorder
from functions.core.causes import Cause
from functions.core.errors import AlreadyExistsError, InvalidRequestError, NotFoundError
from lineal.governance.audit_chain import check
from lineal_contract.audit import AuditRecord
from lineal_contract.people import Actor, PutPerson, UpdatePerson
from lineal_contract.projects import ArtifactScheme, CreateProject, MlflowSettings, PutMember, Retention
from lineal_contract.quotas import Quota, StoredQuota
from lineal_contract.roles import Role
from tests import builders
from tests.builders import BOB, NOW, PROJECT
from tests.fakes.access import MemoryProjects
from tests.fakes.quotas import MemoryQuotas
from tests.fakes.records import MemoryPeople, MemoryPolicies
from tests.fakes.trails import MemoryTrails

ADMIN = Actor(principal="arn:aws:iam::123456789012:user/root-of-all")
ROLE_SESSION = "arn:aws:sts::123456789012:assumed-role/Approver/bob"


class Office:
    """An installation and its admin."""

    def __init__(self) -> None:
        self.now = NOW
        self.trails = MemoryTrails()
        self.people, self.projects = MemoryPeople(self.trails), MemoryProjects(self.trails)
        self.policies = MemoryPolicies(self.trails)
        recorder = Recorder(self.trails, builders.patient())
        self.quotas = MemoryQuotas(self.trails)
        self.people_admin = PeopleAdministration(self.people, recorder)
        self.project_admin = ProjectAdministration(self.projects, self.people, recorder)
        self.rules_admin = RulesAdministration(self.policies, self.quotas, recorder)

    def cause(self, actor: Actor = ADMIN) -> Cause:
        self.now += 1
        return Cause(actor, self.now, "request-1")

    def hire(self, person: str = "bob", *identities: str) -> None:
        self.people_admin.put_person(person, PutPerson(name=person, identities=identities), self.cause())

    def told(self, project: str = PROJECT) -> list[tuple[str, str]]:
        return [(r.action, r.subject) for r in self.records(project)]

    def records(self, project: str) -> list[AuditRecord]:
        return self.trails.records(project, 0, 1_000)


@pytest.fixture
def office() -> Iterator[Office]:
    """An office whose trails are whole in the end, whatever was done."""
    found = Office()
    yield found
    for project in (PROJECT, INSTALLATION):
        assert check(found.records(project)).ok


def test_people_are_recorded_with_their_identities(office: Office) -> None:
    office.hire("bob", BOB.principal)
    office.people_admin.update_person("bob", UpdatePerson(link=(ROLE_SESSION,)), office.cause())
    assert office.people.by_principal(ROLE_SESSION) == office.people.get("bob")
    office.people_admin.update_person("bob", UpdatePerson(unlink=(BOB.principal,)), office.cause())
    assert office.people.by_principal(BOB.principal) is None
    assert office.told(INSTALLATION) == [
        ("person.recorded", "person/bob"),
        ("person.updated", "person/bob"),
        ("person.updated", "person/bob"),
    ]
    assert office.records(INSTALLATION)[1].details == {"linked": [ROLE_SESSION], "unlinked": []}
    assert office.records(INSTALLATION)[1].actor == ADMIN


def test_an_identity_belongs_to_one_person(office: Office) -> None:
    office.hire("bob", BOB.principal)
    office.hire("cleo")
    with pytest.raises(AlreadyExistsError):
        office.people_admin.update_person("cleo", UpdatePerson(link=(BOB.principal,)), office.cause())
    with pytest.raises(AlreadyExistsError):
        office.hire("dora", BOB.principal)
    with pytest.raises(InvalidRequestError):
        office.hire("dora", "arn:x", "arn:x")
    assert len(office.records(INSTALLATION)) == 2


def test_what_is_so_already_leaves_no_record(office: Office) -> None:
    for _ in range(2):
        office.hire("bob", BOB.principal)
        office.people_admin.update_person("bob", UpdatePerson(link=(BOB.principal,)), office.cause())
        office.project_admin.create_project(PROJECT, CreateProject(), office.cause())
        office.project_admin.put_member(PROJECT, "bob", PutMember(roles=(Role.APPROVER,)), office.cause())
    assert office.told(INSTALLATION) == [("person.recorded", "person/bob")]
    assert [action for action, _ in office.told()] == ["project.created", "member.put"]


def test_a_removed_person_has_no_identity_and_no_say(office: Office) -> None:
    office.hire("bob", BOB.principal)
    for _ in range(2):
        gone = office.people_admin.remove_person("bob", office.cause())
    assert (gone.identities, gone.removed_at) == ((), NOW + 2)
    assert office.people.by_principal(BOB.principal) is None
    assert office.people_admin.list_people(10, None).items == ()
    for attempt in (
        lambda: Access(office.people).person("bob"),
        lambda: office.people_admin.update_person("bob", UpdatePerson(link=(ROLE_SESSION,)), office.cause()),
        lambda: office.people_admin.remove_person("nobody", office.cause()),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    assert office.told(INSTALLATION)[1:] == [("person.removed", "person/bob")]


def test_who_comes_back_is_there_since_they_came_back(office: Office) -> None:
    office.hire("bob")
    since = office.people.get("bob")
    office.people_admin.remove_person("bob", office.cause())
    office.hire("bob", BOB.principal)
    back = office.people.get("bob")
    assert since is not None
    assert back is not None
    assert (back.removed_at, back.recorded_at) == (None, office.now)
    assert back.recorded_at > since.recorded_at


def test_a_projects_maker_is_its_first_member(office: Office) -> None:
    office.project_admin.create_project(PROJECT, CreateProject(description="x"), office.cause(BOB))
    assert office.project_admin.members(PROJECT, 10, None).items[0].roles == (Role.ADMIN,)
    assert [p.project for p in office.project_admin.list_projects(10, None).items] == [PROJECT]
    assert office.records(PROJECT)[0].details == {"description": "x", "admin": "bob"}
    with pytest.raises(AlreadyExistsError):
        office.project_admin.create_project(PROJECT, CreateProject(description="y"), office.cause(BOB))
    with pytest.raises(NotFoundError):
        office.project_admin.project("others")


def test_a_projects_retention_is_on_record_once_for_each_change(office: Office) -> None:
    office.project_admin.create_project(PROJECT, CreateProject(), office.cause())
    wanted = Retention(deleted_runs_days=30)
    for _ in range(2):
        assert office.project_admin.put_retention(PROJECT, wanted, office.cause()).retention == wanted
    assert office.project_admin.project(PROJECT).retention == wanted
    assert [r.action for r in office.records(PROJECT)] == ["project.created", "retention.put"]
    assert office.records(PROJECT)[1].details == {"deleted_runs_days": 30, "series_days": None}
    with pytest.raises(NotFoundError):
        office.project_admin.put_retention("others", wanted, office.cause())


def test_how_files_are_reached_is_on_record_once_for_each_change(office: Office) -> None:
    office.project_admin.create_project(PROJECT, CreateProject(), office.cause())
    wanted = MlflowSettings(artifacts=ArtifactScheme.PROXY)
    for _ in range(2):
        assert office.project_admin.put_mlflow(PROJECT, wanted, office.cause()).mlflow == wanted
    assert [(r.action, r.details) for r in office.records(PROJECT)][1:] == [
        ("mlflow.put", {"artifacts": "proxy"})
    ]
    with pytest.raises(NotFoundError):
        office.project_admin.put_mlflow("others", wanted, office.cause())


def test_members_have_roles_until_they_are_taken_out(office: Office) -> None:
    office.hire("bob")
    office.project_admin.create_project(PROJECT, CreateProject(), office.cause())
    assert office.project_admin.members(PROJECT, 10, None).items == (), (
        "an admin who is no person is no member"
    )
    office.project_admin.put_member(
        PROJECT, "bob", PutMember(roles=(Role.DEPLOYER, Role.APPROVER)), office.cause()
    )
    (member,) = office.project_admin.members(PROJECT, 10, None).items
    assert (member.person, member.roles) == ("bob", (Role.APPROVER, Role.DEPLOYER))
    office.project_admin.remove_member(PROJECT, "bob", office.cause())
    assert office.project_admin.members(PROJECT, 10, None).items == ()
    assert [action for action, _ in office.told()] == ["project.created", "member.put", "member.removed"]
    assert office.records(PROJECT)[2].details["before"] == ["Approver", "Deployer"]


def test_only_people_become_members_and_only_of_projects_that_are_there(office: Office) -> None:
    office.hire("bob")
    roles = PutMember(roles=(Role.APPROVER,))
    with pytest.raises(NotFoundError, match="project"):
        office.project_admin.put_member(PROJECT, "bob", roles, office.cause())
    office.project_admin.create_project(PROJECT, CreateProject(), office.cause())
    with pytest.raises(NotFoundError, match="nobody"):
        office.project_admin.put_member(PROJECT, "ghost", roles, office.cause())
    with pytest.raises(NotFoundError, match="not a member"):
        office.project_admin.remove_member(PROJECT, "bob", office.cause())


def test_rules_are_put_in_force_by_name_digest_and_commit(office: Office) -> None:
    policy = builders.POLICY.model_copy(update={"commit": "0" * 40})
    stored = office.rules_admin.put_policy(PROJECT, policy, office.cause(BOB))
    (record,) = office.records(PROJECT)
    assert (record.action, record.actor, stored.builtin) == ("policy.put", BOB, False)
    assert (record.details["digest"], record.details["commit"]) == (policy.digest(), "0" * 40)
    office.rules_admin.put_policy(PROJECT, builders.POLICY, office.cause(BOB))
    assert office.records(PROJECT)[1].details["before"] == policy.digest()


def test_a_change_that_was_overtaken_is_decided_again(office: Office) -> None:
    office.hire("bob")
    office.trails.interference = lambda: office.hire("cleo")
    office.hire("dora")
    people = [p.person_id for p in office.people_admin.list_people(10, None).items]
    assert people == ["bob", "cleo", "dora"]
    assert [r.subject for r in office.records(INSTALLATION)] == ["person/bob", "person/cleo", "person/dora"]


def test_a_quota_is_put_in_force_on_the_record_once() -> None:
    office = Office()
    for _ in range(2):
        assert office.rules_admin.put_quota(PROJECT, Quota(runs=5), office.cause()).custom
    office.rules_admin.put_quota(PROJECT, Quota(runs=None), office.cause())
    first, second = office.trails.records(PROJECT, 0, 10)
    assert (first.action, first.details["runs"], first.details["before"]) == ("quota.put", 5, None)
    assert (second.details["runs"], second.details["before"]["runs"]) == (None, 5)
    assert office.quotas.quota(PROJECT) == StoredQuota(runs=None, custom=True)
