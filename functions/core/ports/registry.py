"""Where models are kept, who signs manifests, and which rules hold."""

from typing import Protocol

from functions.core.ledger import Change, ModelHead
from functions.core.ports.audit import Entry
from functions.core.ports.requests import Requests
from functions.core.registrations import Registration
from lineal_contract.approvals import Approval
from lineal_contract.audit import AuditRecord
from lineal_contract.base import Page
from lineal_contract.cards import CardRevision
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion


class ModelStore(Requests, Protocol):
    """Registered models. All that changes for a model is committed in one transaction."""

    def head(self, project: str, model: str) -> ModelHead | None:
        """Return a model's head, read strongly."""

    def commit(self, before: ModelHead | None, change: Change) -> None:
        """Store a change whole or not at all. Raises StaleError if the head is not `before`."""

    def commit_together(self, *changes: tuple[ModelHead | None, Change]) -> None:
        """Store changes of several models, all or none. Raises StaleError if one head is not as given."""

    def heads(self, project: str, page_size: int, page_token: str | None) -> Page[ModelHead]:
        """Return models by name."""

    def version(self, project: str, model: str, version: int) -> ModelVersion:
        """Return a version, read strongly. Raises NotFoundError."""

    def versions(
        self, project: str, model: str, page_size: int, page_token: str | None
    ) -> Page[ModelVersion]:
        """Return versions, newest first."""

    def by_semver(self, project: str, model: str, semver: str) -> int | None:
        """Return the version with a semantic version, deleted or not."""

    def by_commit(self, project: str, model: str, prefix: str) -> list[tuple[str, int]]:
        """Return (commit, version) of versions whose commit begins so, at most some dozens."""

    def card(self, project: str, model: str, version: int, revision: int) -> CardRevision | None:
        """Return a revision of a version's card."""

    def signature(self, project: str, model: str, version: int) -> str | None:
        """Return the signature bundle of a version's manifest."""

    def registered(self, project: str, request_id: str) -> tuple[str, int] | None:
        """Return the (model, version) that a registration request made."""

    def registration(self, project: str, registration_id: str) -> Registration:
        """Return what is known of a pending version, read strongly. Raises NotFoundError."""

    def approval(self, project: str, approval_id: str) -> Approval:
        """Return an approval, read strongly. Raises NotFoundError."""

    def approvals(self, project: str, page_size: int, page_token: str | None) -> Page[Approval]:
        """Return approvals, newest first."""

    def endpoint(self, project: str, endpoint: str) -> Endpoint | None:
        """Return what an endpoint serves, read strongly."""

    def endpoints(self, project: str, page_size: int, page_token: str | None) -> Page[Endpoint]:
        """Return endpoints by name."""

    def deployment(self, project: str, endpoint: str, deployment_id: str) -> Deployment | None:
        """Return a deployment, read strongly."""

    def deployments(
        self, project: str, endpoint: str, page_size: int, page_token: str | None
    ) -> Page[Deployment]:
        """Return deployments, newest first."""

    def audit(self, project: str, model: str, after: int, page_size: int) -> list[AuditRecord]:
        """Return audit records with a sequence above `after`, in order."""


class Signer(Protocol):
    """A key that signs: ECDSA on P-256 with SHA-256, signatures in DER."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`. Raises UnavailableError."""

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Say whether a signature of `data` is by this key. Raises UnavailableError."""

    def public_key(self) -> str:
        """Return the public key as PEM."""


class Policies(Protocol):
    """Promotion rules by project."""

    def current(self, project: str) -> Policy | None:
        """Return the rules in force, read strongly."""

    def put(self, project: str, policy: Policy, entry: Entry) -> None:
        """Put rules in force; they also stay readable by digest. Raises StaleError."""
