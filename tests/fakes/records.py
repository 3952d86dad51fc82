"""People, rules, callbacks, workflows, the outbox and the bus in memory."""

from collections.abc import Sequence

from functions.core.errors import AlreadyExistsError
from functions.core.ledger import Event
from functions.core.ports.audit import Entry
from functions.core.ports.sending import Pending
from functions.core.ports.workflows import Execution
from lineal_contract.approvals import Approval
from lineal_contract.base import Page
from lineal_contract.people import Person
from lineal_contract.policies import Policy
from tests.fakes.pages import page_of
from tests.fakes.trails import MemoryTrails


class MemoryPeople:
    """The `People` port."""

    def __init__(self, trails: MemoryTrails | None = None) -> None:
        self._trails = trails or MemoryTrails()
        self._people: dict[str, Person] = {}
        self._links: dict[str, str] = {}

    def get(self, person_id: str) -> Person | None:
        return self._people.get(person_id)

    def by_principal(self, principal: str) -> Person | None:
        person = self._people.get(self._links.get(principal, ""))
        return person if person and principal in person.identities else None

    def put(self, person: Person, entry: Entry | None = None) -> None:
        owners = [self.by_principal(principal) for principal in person.identities]
        if any(owner and owner.person_id != person.person_id for owner in owners):
            raise AlreadyExistsError("an identity belongs to somebody else")
        self._trails.append(entry)
        self._people[person.person_id] = person
        self._links |= dict.fromkeys(person.identities, person.person_id)

    def list(self, page_size: int, page_token: str | None) -> Page[Person]:
        return page_of(self._people, page_size, page_token)


class MemoryPolicies:
    """The `Policies` port."""

    def __init__(self, trails: MemoryTrails | None = None) -> None:
        self._trails = trails or MemoryTrails()
        self._policies: dict[str, Policy] = {}

    def current(self, project: str) -> Policy | None:
        return self._policies.get(project)

    def put(self, project: str, policy: Policy, entry: Entry | None = None) -> None:
        self._trails.append(entry)
        self._policies[project] = policy


class MemoryTokens:
    """The `TaskTokens` port."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str], str] = {}

    def put(self, project: str, approval_id: str, token: str) -> None:
        self._tokens[project, approval_id] = token

    def get(self, project: str, approval_id: str) -> str | None:
        return self._tokens.get((project, approval_id))


class MemoryWorkflows:
    """The `Workflows` and `Waiting` ports: executions by ARN, and the tokens that were sent back."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.woken: list[str] = []

    def execution_arn(self, approval_id: str) -> str:
        return f"arn:aws:states:eu-central-1:123456789012:execution:approval:{approval_id}"

    def next_execution_arn(self, approval_id: str, lost: str) -> str:
        return f"{lost}-again"

    def start(self, approval: Approval) -> None:
        self.executions.setdefault(approval.execution_arn or "", Execution.RUNNING)

    def execution(self, arn: str) -> Execution:
        return self.executions.get(arn, Execution.ABSENT)

    def resume(self, token: str) -> bool:
        self.woken.append(token)
        return True


class MemoryOutbox:
    """The `Outbox` port, empty but for what a test puts in."""

    def __init__(self) -> None:
        self.waiting: dict[str, Event] = {}
        self.unreadable: tuple[str, ...] = ()

    def pending(self, before: int) -> Pending:
        late = (e for e in self.waiting.values() if e.detail.metadata.occurred_at.timestamp() * 1000 < before)
        return Pending(tuple(late), self.unreadable)

    def sent(self, event_id: str) -> None:
        self.waiting.pop(event_id, None)


class MemoryBus:
    """The `Bus` port: refuses the ids in `refusing`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.refusing: set[str] = set()

    def put(self, events: Sequence[Event]) -> list[str]:
        accepted = [e for e in events if e.detail.metadata.event_id not in self.refusing]
        self.events += accepted
        return [e.detail.metadata.event_id for e in accepted]
