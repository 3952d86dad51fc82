"""Who a caller is, and the rules that are in force for them."""

from dataclasses import dataclass

from functions.core.access.admission import Caller
from functions.core.errors import NotFoundError
from functions.core.in_force import DEFAULT_POLICY, policy_of, policy_ref
from functions.core.ports.access import People
from functions.core.ports.registry import Policies
from lineal_contract.people import Actor, Person, WhoAmI
from lineal_contract.policies import StoredPolicy
from lineal_contract.release import RELEASE


@dataclass(frozen=True)
class Access:
    """Maps identities to people; the identity itself comes from the request context alone."""

    people: People

    def actor(self, principal: str) -> Actor:
        """Return the caller, with their person where a record maps the identity."""
        person = self.people.by_principal(principal)
        return Actor(principal=principal, person=person.person_id if person else None)

    def who_am_i(self, caller: Caller, actor: Actor, project: str) -> WhoAmI:
        """Return the caller as the server sees them."""
        person = self.people.get(actor.person) if actor.person else None
        return WhoAmI(
            actor=actor,
            account=caller.account,
            project=project,
            name=person.name if person else None,
            role=caller.grant.role if caller.grant else None,
            expires_at=caller.grant.expires_at if caller.grant else None,
            release=RELEASE,
        )

    def person(self, person_id: str) -> Person:
        """Return a person. Raises NotFoundError."""
        person = self.people.get(person_id)
        if person is None or person.removed_at is not None:
            raise NotFoundError(f"nobody is recorded as {person_id!r}")
        return person


def stored_policy(policies: Policies, project: str) -> StoredPolicy:
    """Return the rules in force in a project."""
    policy = policy_of(policies, project)
    return StoredPolicy(ref=policy_ref(policy), policy=policy, builtin=policy is DEFAULT_POLICY)
