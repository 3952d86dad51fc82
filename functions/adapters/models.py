"""Registered models in the registry table: one transaction for each change of a model."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel

from functions.adapters.dynamo import parse
from functions.adapters.keys import registry as keys
from functions.adapters.keys.key import key
from functions.adapters.model_changes import writes
from functions.adapters.model_items import head_of, version_of
from functions.adapters.paging import Pages
from functions.adapters.requests import DynamoRequests
from functions.core.errors import NotFoundError
from functions.core.ledger import Change, ModelHead
from functions.core.registrations import Registration
from lineal_contract.approvals import Approval
from lineal_contract.audit import AuditRecord
from lineal_contract.base import Page
from lineal_contract.cards import CardRevision
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.registry import ModelVersion

M = TypeVar("M", bound=BaseModel)
_OF_A_COMMIT = 50


@dataclass(frozen=True)
class DynamoModels(DynamoRequests):
    """The `ModelStore` port."""

    def head(self, project: str, model: str) -> ModelHead | None:
        """Return a model's head."""
        item = self.table.get(key(keys.models(project), model))
        return head_of(item) if item else None

    def commit(self, before: ModelHead | None, change: Change) -> None:
        """Write a change, guarded by the revision it was decided on."""
        self.commit_together((before, change))

    def commit_together(self, *changes: tuple[ModelHead | None, Change]) -> None:
        """Write several models' changes in one transaction."""
        self.table.write([each for pair in changes for each in writes(self.table, *pair)])

    def heads(self, project: str, page_size: int, page_token: str | None) -> Page[ModelHead]:
        """Return heads by name."""
        items, more = self._pages.read(keys.models(project), page_size, page_token)
        return Page.model_construct(items=tuple(map(head_of, items)), next_page_token=more)

    def version(self, project: str, model: str, version: int) -> ModelVersion:
        """Return a version."""
        item = self.table.get(keys.version(project, model, version))
        if item is None:
            raise NotFoundError(f"model {model!r} has no version {version}")
        return version_of(item)

    def versions(
        self, project: str, model: str, page_size: int, page_token: str | None
    ) -> Page[ModelVersion]:
        """Return versions, newest first."""
        at = keys.versions(project, model)
        items, more = self._pages.read(at, page_size, page_token, newest_first=True)
        return Page(items=tuple(map(version_of, items)), next_page_token=more)

    def by_semver(self, project: str, model: str, semver: str) -> int | None:
        """Return the version with a semantic version."""
        item = self.table.get(keys.semver(project, model, semver))
        return int(item["version"]["N"]) if item else None

    def by_commit(self, project: str, model: str, prefix: str) -> list[tuple[str, int]]:
        """Return versions of a commit, by the beginning of its name."""
        found = self.table.query(
            keys.names(project, model),
            prefix=keys.commit_prefix(prefix),
            newest_first=True,
            limit=_OF_A_COMMIT,
        )
        return [(item["commit"]["S"], int(item["version"]["N"])) for item in found]

    def card(self, project: str, model: str, version: int, revision: int) -> CardRevision | None:
        """Return a revision of a version's card."""
        item = self.table.get(keys.card(project, model, version, revision))
        return parse(CardRevision, item) if item else None

    def signature(self, project: str, model: str, version: int) -> str | None:
        """Return the signature of a version's manifest."""
        item = self.table.get(keys.signature(project, model, version))
        return item["bundle"]["S"] if item else None

    def registered(self, project: str, request_id: str) -> tuple[str, int] | None:
        """Return what a registration made."""
        item = self.table.get(keys.registration(project, request_id))
        return (item["model"]["S"], int(item["version"]["N"])) if item else None

    def registration(self, project: str, registration_id: str) -> Registration:
        """Return what is known of a pending version."""
        item = self.table.get(keys.pending(project, registration_id))
        if item is None:
            raise NotFoundError(f"project {project} has no registration {registration_id}")
        return parse(Registration, item)

    def approval(self, project: str, approval_id: str) -> Approval:
        """Return an approval."""
        item = self.table.get(key(keys.approvals(project), approval_id))
        if item is None:
            raise NotFoundError(f"project {project} has no approval {approval_id}")
        return parse(Approval, item)

    def approvals(self, project: str, page_size: int, page_token: str | None) -> Page[Approval]:
        """Return approvals, newest first."""
        return self._page(Approval, keys.approvals(project), page_size, page_token)

    def endpoint(self, project: str, endpoint: str) -> Endpoint | None:
        """Return what an endpoint serves."""
        item = self.table.get(key(keys.endpoints(project), endpoint))
        return parse(Endpoint, item) if item else None

    def endpoints(self, project: str, page_size: int, page_token: str | None) -> Page[Endpoint]:
        """Return endpoints by name."""
        items, more = self._pages.read(keys.endpoints(project), page_size, page_token)
        return Page(items=tuple(parse(Endpoint, i) for i in items), next_page_token=more)

    def deployment(self, project: str, endpoint: str, deployment_id: str) -> Deployment | None:
        """Return a deployment."""
        item = self.table.get(key(keys.deployments(project, endpoint), deployment_id))
        return parse(Deployment, item) if item else None

    def deployments(
        self, project: str, endpoint: str, page_size: int, page_token: str | None
    ) -> Page[Deployment]:
        """Return deployments, newest first."""
        return self._page(Deployment, keys.deployments(project, endpoint), page_size, page_token)

    def audit(self, project: str, model: str, after: int, page_size: int) -> list[AuditRecord]:
        """Return audit records in order of sequence."""
        chain = keys.audit_chain(project, model)
        start = keys.audit_sort(after) if after else None
        return [parse(AuditRecord, i) for i in self.table.query(chain, after=start, limit=page_size)]

    def _page(self, model: type[M], partition: str, page_size: int, page_token: str | None) -> Page[M]:
        items, more = self._pages.read(partition, page_size, page_token, newest_first=True)
        return Page(items=tuple(parse(model, i) for i in items), next_page_token=more)

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.table)
