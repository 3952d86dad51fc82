"""Who a caller is, and the rules in force for them."""

from functions.core.access.access import Access, stored_policy
from functions.core.access.admission import Caller
from functions.core.in_force import DEFAULT_POLICY
from lineal_contract.people import Actor, Person
from tests import builders
from tests.builders import BOB, NOBODY, PROJECT
from tests.fakes.records import MemoryPeople, MemoryPolicies


def bobs(*identities: str) -> Access:
    """Return the access of an installation in which Bob has identities."""
    people = MemoryPeople()
    people.put(Person(person_id="bob", name="Bob", identities=identities))
    return Access(people)


def test_a_caller_is_the_person_whose_identity_they_use() -> None:
    access = bobs(BOB.principal, "arn:role/bob")
    assert access.actor(BOB.principal) == BOB
    assert access.actor("arn:role/bob") == Actor(principal="arn:role/bob", person="bob")
    assert access.actor(NOBODY.principal) == NOBODY


def test_the_server_tells_callers_how_it_sees_them() -> None:
    access = bobs(BOB.principal)
    seen = access.who_am_i(Caller(BOB.principal, "123456789012"), BOB, PROJECT)
    assert (seen.actor, seen.name, seen.account, seen.role) == (BOB, "Bob", "123456789012", None)
    assert access.who_am_i(Caller(NOBODY.principal, "1"), NOBODY, PROJECT).name is None


def test_a_project_without_rules_of_its_own_has_the_builtin_ones() -> None:
    policies = MemoryPolicies()
    assert stored_policy(policies, PROJECT).builtin
    assert stored_policy(policies, PROJECT).ref.digest == DEFAULT_POLICY.digest()
    policies.put(PROJECT, builders.POLICY)
    stored = stored_policy(policies, PROJECT)
    assert (stored.builtin, stored.ref.digest) == (False, builders.POLICY.digest())
