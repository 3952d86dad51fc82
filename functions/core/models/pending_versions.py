"""Pending versions as the records have them now: whoever acts on one decides on what is still there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import NotFoundError
from functions.core.ledger import ModelHead
from functions.core.models import pending
from functions.core.models.naming import head_of, version_of
from functions.core.ports.registry import ModelStore
from functions.core.registrations import Registration
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.registry import ModelVersion

_REASON = 1_000
R = TypeVar("R")


@dataclass(frozen=True)
class PendingVersions:
    """Versions that wait for their bytes to be hashed."""

    models: ModelStore
    contention: Contention

    def waiting(self, registration: Registration) -> ModelVersion | None:
        """Return the pending version, None for one that is complete, failed or deleted."""
        found = self._found(registration)
        return found[1] if found else None

    def ended(self, registration: Registration) -> ModelVersion | None:
        """Return the version where it is complete, None where it failed or was deleted."""
        version = self.models.version(registration.project, registration.model, registration.version)
        return version if version.status is VersionStatus.ACTIVE else None

    def fail(self, project: str, registration_id: str, reason: str, cause: Cause) -> None:
        """Record that a version will never be; one that has ended stays as it ended."""
        registration = self.models.registration(project, registration_id)

        def decide(head: ModelHead, version: ModelVersion) -> None:
            self.models.commit(head, pending.fail(head, version, reason[:_REASON], cause))

        self.decided(registration, decide)

    def decided(self, registration: Registration, decide: Callable[[ModelHead, ModelVersion], R]) -> R | None:
        """Return what `decide` commits of a version that is still pending, None for one that is not."""

        def attempt() -> R | None:
            found = self._found(registration)
            return decide(*found) if found else None

        return self.contention.run(attempt)

    def _found(self, registration: Registration) -> tuple[ModelHead, ModelVersion] | None:
        try:
            head = head_of(self.models, registration.project, registration.model)
            version = version_of(self.models, head, registration.version)
        except NotFoundError:
            return None
        return (head, version) if version.status is VersionStatus.PENDING else None
