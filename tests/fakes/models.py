"""Registered models in memory, with an honest compare-and-set on the head's revision."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from functions.core.errors import NotFoundError, StaleError
from functions.core.ledger import Carried, Change, Event, ModelHead, Move, opens_deployment
from functions.core.registrations import Registration
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.audit import AuditRecord
from lineal_contract.base import Page
from lineal_contract.cards import CardRevision
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.registry import ModelVersion, VersionState
from tests.fakes.pages import page_of
from tests.fakes.records import MemoryPolicies
from tests.fakes.requests import MemoryRequests

T = TypeVar("T")


def _nothing() -> None:
    """Nobody interferes."""


class MemoryModels(MemoryRequests):
    """The `ModelStore` port. `interference` runs once, between a decision and its commit."""

    def __init__(self, policies: MemoryPolicies | None = None) -> None:
        super().__init__()
        self._policies = policies or MemoryPolicies()
        self.events: list[Event] = []
        self.open_work: dict[tuple[str, str], None] = {}
        self.open_registrations: dict[tuple[str, str], None] = {}
        self._registrations: dict[tuple[str, str], Registration] = {}
        self.open_deployments: dict[tuple[str, str], None] = {}
        self.grown: dict[tuple[str, str], int] = {}
        self.interference: Callable[[], None] = _nothing
        self._heads: defaultdict[str, dict[str, ModelHead]] = defaultdict(dict)
        self._versions: defaultdict[tuple[str, str], dict[str, ModelVersion]] = defaultdict(dict)
        self._cards: dict[tuple[str, str, int, int], CardRevision] = {}
        self._signatures: dict[tuple[str, str, int], str] = {}
        self._requests: dict[tuple[str, str], tuple[str, int]] = {}
        self._approvals: defaultdict[str, dict[str, Approval]] = defaultdict(dict)
        self._endpoints: defaultdict[str, dict[str, Endpoint]] = defaultdict(dict)
        self._deployments: defaultdict[tuple[str, str], dict[str, Deployment]] = defaultdict(dict)
        self._audit: defaultdict[tuple[str, str], list[AuditRecord]] = defaultdict(list)

    def head(self, project: str, model: str) -> ModelHead | None:
        return self._heads[project].get(model)

    def commit(self, before: ModelHead | None, change: Change) -> None:
        self.commit_together((before, change))

    def commit_together(self, *changes: tuple[ModelHead | None, Change]) -> None:
        interference, self.interference = self.interference, _nothing
        interference()
        for before, change in changes:
            self._check(before, change)
        for _, change in changes:
            self._write(change)

    def heads(self, project: str, page_size: int, page_token: str | None) -> Page[ModelHead]:
        return page_of(self._heads[project], page_size, page_token, scope=project)

    def version(self, project: str, model: str, version: int) -> ModelVersion:
        return _found(self._versions[project, model].get(f"{version:06d}"))

    def versions(
        self, project: str, model: str, page_size: int, page_token: str | None
    ) -> Page[ModelVersion]:
        found, scope = self._versions[project, model], f"{project}/{model}"
        return page_of(found, page_size, page_token, newest_first=True, scope=scope)

    def by_semver(self, project: str, model: str, semver: str) -> int | None:
        found = (v.version for v in self._versions[project, model].values() if v.semver == semver)
        return next(found, None)

    def by_commit(self, project: str, model: str, prefix: str) -> list[tuple[str, int]]:
        versions = self._versions[project, model].values()
        return [(v.commit, v.version) for v in versions if v.commit and v.commit.startswith(prefix)]

    def card(self, project: str, model: str, version: int, revision: int) -> CardRevision | None:
        return self._cards.get((project, model, version, revision))

    def signature(self, project: str, model: str, version: int) -> str | None:
        return self._signatures.get((project, model, version))

    def forge_signature(self, project: str, model: str, version: int, bundle: str | None) -> None:
        """Put another bundle in place, as somebody with access to the table might."""
        if bundle is None:
            del self._signatures[project, model, version]
        else:
            self._signatures[project, model, version] = bundle

    def registered(self, project: str, request_id: str) -> tuple[str, int] | None:
        return self._requests.get((project, request_id))

    def registration(self, project: str, registration_id: str) -> Registration:
        return _found(self._registrations.get((project, registration_id)))

    def approval(self, project: str, approval_id: str) -> Approval:
        return _found(self._approvals[project].get(approval_id))

    def approvals(self, project: str, page_size: int, page_token: str | None) -> Page[Approval]:
        return page_of(self._approvals[project], page_size, page_token, newest_first=True, scope=project)

    def endpoint(self, project: str, endpoint: str) -> Endpoint | None:
        return self._endpoints[project].get(endpoint)

    def endpoints(self, project: str, page_size: int, page_token: str | None) -> Page[Endpoint]:
        return page_of(self._endpoints[project], page_size, page_token, scope=project)

    def deployment(self, project: str, endpoint: str, deployment_id: str) -> Deployment | None:
        return self._deployments[project, endpoint].get(deployment_id)

    def deployments(
        self, project: str, endpoint: str, page_size: int, page_token: str | None
    ) -> Page[Deployment]:
        return page_of(self._deployments[project, endpoint], page_size, page_token, newest_first=True)

    def audit(self, project: str, model: str, after: int, page_size: int) -> list[AuditRecord]:
        return [r for r in self._audit[project, model] if r.sequence > after][:page_size]

    def _check(self, before: ModelHead | None, change: Change) -> None:
        head = change.head
        present = self.head(head.project, head.model)
        if (present and present.revision) != (before and before.revision):
            raise StaleError
        if (head.project, change.request_id) in self._requests:
            raise StaleError
        self.check_new(head.project, change.said)
        written = {record.sequence for record in self._audit[head.project, head.model]}
        if written & {record.sequence for record in change.audit}:
            raise StaleError
        policy = self._policies.current(head.project)
        if change.policy_digest is not None and policy and policy.digest() != change.policy_digest:
            raise StaleError
        versions = self._versions[head.project, head.model]
        if any(f"{each.version:06d}" not in versions for each in _touched(change)):
            raise StaleError
        made = change.new_version
        if made and made.semver and self.by_semver(head.project, head.model, made.semver):
            raise StaleError

    def _write(self, change: Change) -> None:
        head = change.head
        self._heads[head.project][head.model] = head
        versions = self._versions[head.project, head.model]
        if change.new_version is not None:
            versions[f"{change.new_version.version:06d}"] = change.new_version
        if change.completed is not None:
            versions[f"{change.completed.version:06d}"] = change.completed
        signed = change.new_version or change.completed
        if change.signature is not None and signed is not None:
            self._signatures[head.project, head.model, signed.version] = change.signature
        if (asked := change.registration) is not None:
            self._registrations[head.project, asked.registration_id] = asked
            self.open_registrations[head.project, asked.registration_id] = None
        for carried in change.carried:
            self._carry(carried)
        if change.request_id is not None:
            self._requests[head.project, change.request_id] = (head.model, head.latest_version)
        self.keep(head.project, change.said)
        for move in change.moves:
            moved: dict[str, object] = {"stage": move.stage}
            if move.approval_id is not None:
                moved["approved_by_approval"] = move.approval_id
            name = f"{move.version:06d}"
            versions[name] = versions[name].model_copy(update=moved)
        for edited in change.edits:
            name = f"{edited.version:06d}"
            state = {field: getattr(edited, field) for field in VersionState.model_fields}
            versions[name] = versions[name].model_copy(update=state)
        if (card := change.card) is not None:
            self._cards[head.project, head.model, card.version, card.revision] = card
        self._write_records(change)

    def _carry(self, carried: Carried) -> None:
        version = carried.version
        project, model, number = version.project, version.model, version.version
        self._versions[project, model][f"{number:06d}"] = version
        if carried.signature is not None:
            self._signatures[project, model, number] = carried.signature
        for card in carried.cards:
            self._cards[project, model, number, card.revision] = card

    def _write_records(self, change: Change) -> None:
        project = change.head.project
        if change.approval is not None:
            self._approvals[project][change.approval.approval_id] = change.approval
            if change.approval.status is ApprovalStatus.REQUESTED:
                self.open_work[project, change.approval.approval_id] = None
            if opens_deployment(change.approval):
                self.open_deployments[project, change.approval.approval_id] = None
        for deployment in change.deployments:
            self._deployments[project, deployment.endpoint][deployment.deployment_id] = deployment
        if change.endpoint is not None:
            self._endpoints[project][change.endpoint.endpoint] = change.endpoint
        self._audit[project, change.head.model] += change.audit
        self.grown[project, change.head.model] = change.head.audit_sequence
        self.events += change.events


def _touched(change: Change) -> list[Move | ModelVersion]:
    completed = [change.completed] if change.completed else []
    return [*change.moves, *change.edits, *completed]


def _found(record: T | None) -> T:
    if record is None:
        raise NotFoundError("there is no such record")
    return record
