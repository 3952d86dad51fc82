"""Pending versions are looked after: lost executions start again, and what never ends is given up."""

from dataclasses import dataclass

from functions.core.causes import Cause
from functions.core.ledger import Draft, ModelHead
from functions.core.models.pending_versions import PendingVersions
from functions.core.ports.workflows import Execution, OpenWork, RegistrationRuns
from functions.core.ports.world import Clock
from functions.core.registrations import Registration
from functions.core.tending import Tended, tend
from lineal_contract.people import Actor
from lineal_contract.registry import ModelVersion

GRACE = 60_000
"""How long whoever asked has to start the execution themselves, milliseconds."""
MAX_RESTARTS = 10


@dataclass(frozen=True)
class Resuming:
    """Compares pending versions with their executions. Doing it twice changes nothing."""

    work: OpenWork
    versions: PendingVersions
    runs: RegistrationRuns
    clock: Clock

    def restart_lost(self) -> Tended:
        """Start the executions of pending versions that have none; strike off the list what has ended."""
        return tend(self.work.list(), self._look_at)

    def _look_at(self, project: str, registration_id: str) -> bool:
        registration = self.versions.models.registration(project, registration_id)
        if self.versions.waiting(registration) is None:
            self.work.done(project, registration_id)
            return False
        execution = self.runs.execution(registration.execution_arn)
        if execution is Execution.RUNNING or self._still_starting(registration, execution):
            return False
        if execution is Execution.ENDED:
            if registration.restarts == MAX_RESTARTS:
                reason = f"hashing was started {MAX_RESTARTS + 1} times and never came to an end"
                self.versions.fail(project, registration_id, reason, self._cause(registration))
                return True
            registration = self._with_another_execution(registration)
        self.runs.start(registration)
        return True

    def _still_starting(self, registration: Registration, execution: Execution) -> bool:
        return execution is Execution.ABSENT and self.clock() < registration.requested_at + GRACE

    def _cause(self, registration: Registration) -> Cause:
        return Cause(Actor(principal="lineal:reconciler"), self.clock(), registration.registration_id)

    def _with_another_execution(self, lost: Registration) -> Registration:
        """Record the next execution before it starts: a start that is lost too is then found again."""
        models = self.versions.models

        def decide(head: ModelHead, version: ModelVersion) -> Registration:
            present = models.registration(lost.project, lost.registration_id)
            if present.execution_arn != lost.execution_arn:
                return present
            again = lost.restarts + 1
            arn = self.runs.arn_of(lost.registration_id, again)
            restarted = present.model_copy(update={"execution_arn": arn, "restarts": again})
            draft = Draft(head, self._cause(lost))
            draft.put(registration=restarted)
            draft.record("version.restarted", f"version/{version.version}", lost=lost.execution_arn)
            models.commit(head, draft.change())
            return restarted

        return self.versions.decided(lost, decide) or lost
