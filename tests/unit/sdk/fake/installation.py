"""People, policy and the audit trail."""

from lineal_contract import audit, people, policies, registry
from lineal_contract.base import Page
from tests.unit.sdk.fake.state import ACTOR, PROJECT, State, page_of


class Installation(State):
    """The routes of the installation."""

    def _who_am_i(self, **_: str) -> people.WhoAmI:
        return people.WhoAmI(actor=ACTOR, account="123456789012", project=PROJECT, name="Ada")

    def _put_person(self, asked: people.PutPerson, person_id: str) -> people.Person:
        self.people[person_id] = people.Person(person_id=person_id, **dict(asked))
        return self.people[person_id]

    def _list_people(self, asked: registry.PageQuery) -> Page[people.Person]:
        return page_of(list(self.people.values()), asked.page_token, Page[people.Person])

    def _get_policy(self, **_: str) -> policies.StoredPolicy:
        ref = policies.PolicyRef(name=self.policy.name, digest=self.policy.digest())
        return policies.StoredPolicy(ref=ref, policy=self.policy)

    def _put_policy(self, asked: policies.Policy, **_: str) -> policies.StoredPolicy:
        self.policy = asked
        return self._get_policy()

    def _list_audit(self, asked: audit.AuditQuery, **_: str) -> Page[audit.AuditRecord]:
        left = [r for r in self.audit if r.sequence > int(asked.page_token or 0)]
        more = str(left[1].sequence) if len(left) > 2 else None
        return Page[audit.AuditRecord](items=tuple(left[:2]), next_page_token=more)
