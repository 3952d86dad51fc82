"""What an admin keeps: people with their identities, and promotion rules."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from functions.adapters.dynamo import ABSENT, Table, document, parse
from functions.adapters.keys import registry as keys
from functions.adapters.paging import Pages
from functions.adapters.trails import writes
from functions.core.errors import AlreadyExistsError
from functions.core.ports.audit import Entry
from lineal_contract.base import Page
from lineal_contract.people import Person
from lineal_contract.policies import Policy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True)
class DynamoPeople:
    """The `People` port. An identity's item says whose it is and is written with the person."""

    table: Table

    def get(self, person_id: str) -> Person | None:
        """Return a person."""
        item = self.table.get(keys.person(person_id))
        return parse(Person, item) if item else None

    def by_principal(self, principal: str) -> Person | None:
        """Return the person an identity belongs to, if their record still lists it."""
        link = self.table.get(keys.identity(principal))
        person = self.get(link["person"]["S"]) if link else None
        return person if person and principal in person.identities else None

    def put(self, person: Person, entry: Entry) -> None:
        """Store a person and their identities in one transaction; an identity nobody lists can be taken."""
        parts = [self.table.put_in(keys.person(person.person_id), document(person))]
        parts += [self._link(principal, person) for principal in person.identities]
        self.table.write([*parts, *writes(self.table, entry)])

    def _link(self, principal: str, person: Person) -> "TransactWriteItemTypeDef":
        owner = self.by_principal(principal)
        if owner is not None and owner.person_id != person.person_id:
            raise AlreadyExistsError(f"{principal} belongs to {owner.person_id}")
        link = self.table.get(keys.identity(principal))
        attributes = {"person": {"S": person.person_id}}
        if link is None:
            return self.table.put_in(keys.identity(principal), attributes, ABSENT)
        put = self.table.put_in(keys.identity(principal), attributes, "person = :before")
        put["Put"]["ExpressionAttributeValues"] = {":before": link["person"]}
        return put

    def list(self, page_size: int, page_token: str | None) -> Page[Person]:
        """Return people by id."""
        items, more = self._pages.read(keys.PEOPLE, page_size, page_token)
        return Page(items=tuple(parse(Person, i) for i in items), next_page_token=more)

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.table)


@dataclass(frozen=True)
class DynamoPolicies:
    """The `Policies` port."""

    table: Table

    def current(self, project: str) -> Policy | None:
        """Return the rules in force."""
        item = self.table.get(keys.policy(project))
        return parse(Policy, item) if item else None

    def put(self, project: str, policy: Policy, entry: Entry) -> None:
        """Put rules in force and keep them by digest."""
        body = document(policy, digest={"S": policy.digest()})
        self.table.write(
            [
                self.table.put_in(keys.policy(project), body),
                self.table.put_in(keys.policy(project, policy.digest()), body),
                *writes(self.table, entry),
            ]
        )
