"""Bearer tokens: made once, for oneself, found by their secret alone, and no longer than they last."""

import pytest

from functions.core.access.admission import Admission
from functions.core.access.bearing import DAY_MILLIS, Bearing, Grant, Tokens
from functions.core.audit.trails import Recorder
from functions.core.causes import Cause
from functions.core.errors import (
    AlreadyExistsError,
    ForbiddenError,
    NotFoundError,
    UnauthenticatedError,
    UnknownPersonError,
)
from lineal_contract.people import Actor, Person
from lineal_contract.roles import Role
from lineal_contract.tokens import CreateToken, new_secret, secret_digest
from tests import builders
from tests.builders import BOB, NOBODY, NOW, PROJECT
from tests.fakes.access import MemoryProjects, MemoryTokenStore
from tests.fakes.records import MemoryPeople
from tests.fakes.trails import MemoryTrails

SECRET = builders.secret()
ADA = BOB.model_copy(update={"person": "ada"})


class Desk:
    """Where Bob, who approves, makes his tokens."""

    def __init__(self) -> None:
        self.now = NOW
        people, projects = MemoryPeople(), MemoryProjects()
        self.trails = MemoryTrails()
        store = MemoryTokenStore(self.trails)
        people.put(Person(person_id="bob", name="Bob"))
        projects.add(PROJECT, bob=(Role.APPROVER,), ada=(Role.APPROVER,))
        self.people, self.store = people, store
        recorder = Recorder(self.trails, builders.patient())
        self.tokens = Tokens(store, Admission(people, projects, {}, self.clock), recorder)
        self.bearing = Bearing(store, people, self.clock)

    def clock(self) -> int:
        return self.now

    def by(self, actor: Actor) -> Cause:
        return Cause(actor, self.now, "request-1")


def wanted(number: int = 1, secret: str = SECRET, role: Role = Role.APPROVER, days: int = 1) -> CreateToken:
    return CreateToken(
        token_id=f"{number:032x}",
        secret_digest=secret_digest(secret),
        name="ci",
        role=role,
        expires_in_days=days,
    )


def test_a_token_grants_what_it_was_made_for() -> None:
    desk = Desk()
    made = desk.tokens.create(PROJECT, wanted(), desk.by(BOB))
    grant = desk.bearing.grant(f"Bearer {SECRET}")
    assert grant == Grant(
        token_id=made.token_id,
        project=PROJECT,
        person="bob",
        role=Role.APPROVER,
        expires_at=NOW + DAY_MILLIS,
    )
    assert grant is not None
    assert Grant.from_context(grant.context()) == grant
    assert all(isinstance(value, str) for value in grant.context().values())


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", SECRET, f"Basic {SECRET}", f"Bearer {SECRET}x", f"Bearer  {SECRET}",
     f"Bearer {SECRET},{SECRET}", f"Bearer {SECRET[:-1]}", f"Bearer {builders.secret(2)}",
     f"Bearer {SECRET.upper()}", f"Bearer {secret_digest(SECRET)}", f"Bearer {'0' * 31}1"],
)  # fmt: skip
def test_nothing_else_grants_anything(header: str) -> None:
    desk = Desk()
    desk.tokens.create(PROJECT, wanted(), desk.by(BOB))
    assert desk.bearing.grant(header) is None


def test_a_token_lasts_until_it_expires_is_revoked_or_its_person_is_gone() -> None:
    desk = Desk()
    made = desk.tokens.create(PROJECT, wanted(), desk.by(BOB))
    desk.now += DAY_MILLIS - 1
    assert desk.bearing.grant(f"bearer {SECRET}") is not None
    desk.now += 1
    assert desk.bearing.grant(f"Bearer {SECRET}") is None
    desk.now = NOW
    desk.tokens.revoke(PROJECT, made.token_id, "bob", desk.by(BOB))
    assert desk.bearing.grant(f"Bearer {SECRET}") is None

    other = new_secret()
    desk.tokens.create(PROJECT, wanted(2, other), desk.by(ADA))
    assert desk.bearing.grant(f"Bearer {other}") is None, "nobody is recorded as ada"


def test_people_give_tokens_their_own_roles_and_no_others() -> None:
    desk = Desk()
    with pytest.raises(ForbiddenError):
        desk.tokens.create(PROJECT, wanted(role=Role.ADMIN), desk.by(BOB))
    with pytest.raises(UnknownPersonError):
        desk.tokens.create(PROJECT, wanted(), desk.by(NOBODY))
    assert desk.tokens.list(PROJECT, None, 10, None).items == ()


def test_the_same_request_makes_one_token() -> None:
    desk = Desk()
    made = desk.tokens.create(PROJECT, wanted(), desk.by(BOB))
    desk.now += 1
    assert desk.tokens.create(PROJECT, wanted(), desk.by(BOB)) == made
    for request, actor in ((wanted(), ADA), (wanted(2), BOB), (wanted(1, new_secret()), BOB)):
        with pytest.raises(AlreadyExistsError):
            desk.tokens.create(PROJECT, request, desk.by(actor))
    assert desk.tokens.list(PROJECT, None, 10, None).items == (made,)


def test_people_see_and_revoke_their_own_tokens_and_an_admin_everybodys() -> None:
    desk = Desk()
    bobs = desk.tokens.create(PROJECT, wanted(1), desk.by(BOB))
    adas = desk.tokens.create(PROJECT, wanted(2, new_secret()), desk.by(ADA))
    assert desk.tokens.list(PROJECT, "bob", 10, None).items == (bobs,)
    assert desk.tokens.list(PROJECT, None, 10, None).items == (adas, bobs)
    for token_id, project in ((adas.token_id, PROJECT), ("f" * 32, PROJECT), (bobs.token_id, "others")):
        with pytest.raises(NotFoundError):
            desk.tokens.revoke(project, token_id, "bob", desk.by(BOB))
    revoked = desk.tokens.revoke(PROJECT, adas.token_id, None, desk.by(BOB))
    assert (revoked.revoked_at, revoked.revoked_by) == (NOW, BOB)
    desk.now += 1
    assert desk.tokens.revoke(PROJECT, adas.token_id, None, desk.by(ADA)) == revoked


@pytest.mark.parametrize(
    "context",
    [None, "x", {}, {"person": "bob"}, {"expires_at": "1"}, {"expires_at": None}, {"expires_at": "x"}],
    ids=str,
)
def test_half_a_context_grants_nothing(context: object) -> None:
    with pytest.raises(UnauthenticatedError):
        Grant.from_context(context)
