"""Who a caller is, and the rules an admin puts in force."""

from functions.core.access import Access, put_policy, stored_policy
from functions.core.admission import Caller
from functions.core.registry import DEFAULT_POLICY
from lineal_contract.people import Actor, PutPerson
from tests import builders
from tests.builders import BOB, NOBODY, PROJECT
from tests.fakes.records import MemoryPeople, MemoryPolicies


def test_a_caller_is_the_person_whose_identity_they_use() -> None:
    access = Access(MemoryPeople())
    access.put_person("bob", PutPerson(name="Bob", identities=(BOB.principal, "arn:role/bob")))
    assert access.actor(BOB.principal) == BOB
    assert access.actor("arn:role/bob") == Actor(principal="arn:role/bob", person="bob")
    assert access.actor(NOBODY.principal) == NOBODY
    assert [p.person_id for p in access.list_people(10, None).items] == ["bob"]


def test_an_identity_that_was_taken_away_is_nobodys() -> None:
    access = Access(MemoryPeople())
    access.put_person("bob", PutPerson(name="Bob", identities=(BOB.principal,)))
    access.put_person("bob", PutPerson(name="Bob"))
    assert access.actor(BOB.principal).person is None


def test_the_server_tells_callers_how_it_sees_them() -> None:
    access = Access(MemoryPeople())
    access.put_person("bob", PutPerson(name="Bob", identities=(BOB.principal,)))
    seen = access.who_am_i(Caller(BOB.principal, "123456789012"), BOB, PROJECT)
    assert (seen.actor, seen.name, seen.account, seen.role) == (BOB, "Bob", "123456789012", None)
    assert access.who_am_i(Caller(NOBODY.principal, "1"), NOBODY, PROJECT).name is None


def test_a_project_without_rules_of_its_own_has_the_builtin_ones() -> None:
    policies = MemoryPolicies()
    assert stored_policy(policies, PROJECT).builtin
    assert stored_policy(policies, PROJECT).ref.digest == DEFAULT_POLICY.digest()
    stored = put_policy(policies, PROJECT, builders.POLICY)
    assert (stored.builtin, stored.ref.digest) == (False, builders.POLICY.digest())
