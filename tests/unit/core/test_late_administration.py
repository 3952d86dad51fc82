"""What an admin asks comes again, late: it takes back nothing that another has decided since."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.core.audit.trails import INSTALLATION
from functions.core.causes import Cause, Said
from functions.core.errors import ConflictError
from lineal_contract.people import PutPerson, UpdatePerson
from lineal_contract.projects import ArtifactScheme, CreateProject, MlflowSettings, PutMember, Retention
from lineal_contract.quotas import Quota
from lineal_contract.roles import Role
from tests import builders
from tests.builders import PROJECT
from tests.unit.core.test_administering import Office

Act = Callable[[Office, Cause], Any]
ARN = "arn:aws:iam::123456789012:user/bob"
FIRST, SECOND = builders.hex_id(101), builders.hex_id(102)


@pytest.fixture
def office() -> Office:
    made = Office()
    made.hire("bob")
    made.project_admin.create_project(PROJECT, CreateProject(), made.cause())
    return made


def person(*identities: str) -> Act:
    wanted = PutPerson(name="bob", identities=identities)
    return lambda office, cause: office.people_admin.put_person("bob", wanted, cause)


def link(**identities: tuple[str, ...]) -> Act:
    wanted = UpdatePerson.model_validate(identities)
    return lambda office, cause: office.people_admin.update_person("bob", wanted, cause)


def _remove_person(office: Office, cause: Cause) -> object:
    return office.people_admin.remove_person("bob", cause)


def member(role: Role) -> Act:
    wanted = PutMember(roles=(role,))
    return lambda office, cause: office.project_admin.put_member(PROJECT, "bob", wanted, cause)


def _remove_member(office: Office, cause: Cause) -> object:
    return office.project_admin.remove_member(PROJECT, "bob", cause)


def keep(days: int) -> Act:
    wanted = Retention(deleted_runs_days=days)
    return lambda office, cause: office.project_admin.put_retention(PROJECT, wanted, cause)


def mlflow(scheme: ArtifactScheme) -> Act:
    wanted = MlflowSettings(artifacts=scheme)
    return lambda office, cause: office.project_admin.put_mlflow(PROJECT, wanted, cause)


def rules(name: str) -> Act:
    policy = builders.POLICY.model_copy(update={"name": name})
    return lambda office, cause: office.rules_admin.put_policy(PROJECT, policy, cause)


def quota(runs: int) -> Act:
    return lambda office, cause: office.rules_admin.put_quota(PROJECT, Quota(runs=runs), cause)


STORIES = {
    "person put": (person(ARN), person()),
    "person put, then removed": (person(ARN), _remove_person),
    "identity linked": (link(link=(ARN,)), link(unlink=(ARN,))),
    "person removed": (_remove_person, person(ARN)),
    "member put": (member(Role.APPROVER), _remove_member),
    "member given other roles": (member(Role.APPROVER), member(Role.AUDITOR)),
    "retention": (keep(30), keep(60)),
    "mlflow": (mlflow(ArtifactScheme.PROXY), mlflow(ArtifactScheme.S3)),
    "rules": (rules("lax"), rules("strict")),
    "quota": (quota(5), quota(6)),
}


def named(office: Office, request_id: str, words: str) -> Cause:
    return replace(office.cause(), said=Said(request_id, words))


def seen(office: Office) -> list[Any]:
    trails = [office.records(trail) for trail in (PROJECT, INSTALLATION)]
    settings = [office.projects.get(PROJECT), office.projects.member(PROJECT, "bob")]
    return [office.people.get("bob"), *settings, office.quotas.quota(PROJECT), trails]


@pytest.mark.parametrize("name", STORIES)
def test_what_comes_again_takes_back_nothing_newer(office: Office, name: str) -> None:
    older, newer = STORIES[name]
    older(office, named(office, FIRST, "older"))
    newer(office, named(office, SECOND, "newer"))
    then = seen(office)
    older(office, named(office, FIRST, "older"))
    newer(office, named(office, SECOND, "newer"))
    assert seen(office) == then


@pytest.mark.parametrize("name", STORIES)
def test_what_was_so_already_comes_too_late_as_well(office: Office, name: str) -> None:
    older, newer = STORIES[name]
    older(office, office.cause())
    older(office, named(office, FIRST, "older"))
    newer(office, office.cause())
    then = seen(office)
    older(office, named(office, FIRST, "older"))
    assert seen(office) == then


@pytest.mark.parametrize("name", STORIES)
def test_without_a_name_the_last_to_come_is_the_last_to_speak(office: Office, name: str) -> None:
    older, newer = STORIES[name]
    for act in (older, newer):
        act(office, office.cause())
    then = seen(office)
    older(office, office.cause())
    assert seen(office) != then


def test_a_name_says_one_thing(office: Office) -> None:
    quota(5)(office, named(office, FIRST, "five"))
    with pytest.raises(ConflictError, match="something else"):
        quota(6)(office, named(office, FIRST, "six"))


def test_a_duplicate_between_decision_and_commit_is_done_once(office: Office) -> None:
    told = len(office.records(PROJECT))
    office.trails.interference = lambda: quota(5)(office, named(office, FIRST, "five")) and None
    quota(5)(office, named(office, FIRST, "five"))
    assert len(office.records(PROJECT)) == told + 1
