"""The approval workflow's steps, and the decisions that wake it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.core.access.access import Access
from functions.core.access.admission import Admission
from functions.core.access.bearing import TOKEN_PRINCIPAL
from functions.core.approvals import briefing, cancelling, decisions, delegating, promotions
from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import ConflictError, ForbiddenError
from functions.core.in_force import policy_of
from functions.core.ledger import ModelHead
from functions.core.models.naming import head_of
from functions.core.once import Once
from functions.core.policies.candidates import Candidates
from functions.core.ports.registry import ModelStore, Policies
from functions.core.ports.tracking import RunStore
from functions.core.ports.workflows import TaskTokens, Waiting
from functions.core.ports.world import Clock
from lineal_contract.approvals import Approval, ApprovalStatus, CancelPromotion, Decide, Decision, Delegate
from lineal_contract.cards import ModelCard
from lineal_contract.people import Actor
from lineal_contract.permissions import allows
from lineal_contract.registry import ModelVersion
from lineal_contract.routes import approvals as routes

Choice = Callable[[ModelHead, Approval], promotions.Step]


@dataclass(frozen=True)
class Approving:
    """Evaluates requests, records decisions, applies them."""

    models: ModelStore
    access: Access
    admission: Admission
    policies: Policies
    tokens: TaskTokens
    contention: Contention
    clock: Clock

    def evaluate(
        self, project: str, approval_id: str, candidates: Candidates, cause: Cause
    ) -> promotions.Step:
        """Look at the rules; a request that was answered already is not asked about again."""

        def step(head: ModelHead, approval: Approval) -> promotions.Step:
            version = self.models.version(project, approval.model, approval.version)
            policy = policy_of(self.policies, project)
            candidate = candidates.of(policy, version, head.production_version, cause.at)
            return promotions.evaluate(head, approval, candidate, policy, cause)

        return self._commit(project, approval_id, step, cause)

    def ask(self, project: str, approval_id: str, token: str) -> bool:
        """Keep the callback of a waiting execution; False when the answer is there already."""
        self.tokens.put(project, approval_id, token)
        return self.models.approval(project, approval_id).status is ApprovalStatus.PENDING

    def apply(self, project: str, approval_id: str, cause: Cause) -> promotions.Step:
        """Put a decision into effect, as the table has it and not as any callback says."""

        def step(head: ModelHead, approval: Approval) -> promotions.Step:
            version = self.models.version(project, approval.model, approval.version)
            policy = policy_of(self.policies, project)
            void = [d for d in approval.decisions if not self._stands(project, d)]
            return decisions.apply(head, approval, version, self._baseline(head), policy, cause, void)

        return self._commit(project, approval_id, step, cause)

    def expire(self, project: str, approval_id: str, cause: Cause) -> promotions.Step:
        """End an approval that nobody answered in time."""
        return self._commit(project, approval_id, lambda h, a: decisions.expire(h, a, cause), cause)

    def decide(
        self, project: str, approval_id: str, said: Decide, waiting: Waiting, cause: Cause
    ) -> Approval:
        """Record a decision and wake the workflow; the same decision again wakes it again.

        The same request does no more than that: it is no word on what people are asked anew since.

        Raises NotFoundError and what `decisions.decide` raises.
        """

        def decide(head: ModelHead, approval: Approval) -> promotions.Step:
            return decisions.decide(head, approval, self._asker(approval), said, cause)

        step = self._commit(project, approval_id, decide, cause)
        if step.approval.status is not ApprovalStatus.PENDING:
            self._wake(project, approval_id, waiting)
        return step.approval

    def delegate(self, project: str, approval_id: str, said: Delegate, cause: Cause) -> Approval:
        """Hand a request on to another person, as the caller.

        Raises NotFoundError where nobody is recorded under that id, ForbiddenError where they may not decide,
        and what `delegating.delegate` raises.
        """
        self.access.person(said.to)
        if not any(allows(role, routes.DECIDE) for role in self.admission.roles(project, said.to)):
            raise ForbiddenError(f"{said.to} may not decide in project {project}")

        def hand_on(head: ModelHead, approval: Approval) -> promotions.Step:
            return delegating.delegate(head, approval, self._asker(approval), said, cause)

        return self._commit(project, approval_id, hand_on, cause).approval

    def cancel(
        self, project: str, approval_id: str, said: CancelPromotion, waiting: Waiting, cause: Cause
    ) -> Approval:
        """Take a request back and end its workflow. Raises what `cancelling.cancel` raises."""

        def take_back(head: ModelHead, approval: Approval) -> promotions.Step:
            return cancelling.cancel(head, approval, self._asker(approval), said, cause)

        step = self._commit(project, approval_id, take_back, cause)
        self._wake(project, approval_id, waiting)
        return step.approval

    def briefing(self, approval: Approval, runs: RunStore, page: str | None) -> dict[str, Any]:
        """Return what an operator sees of a waiting approval; `page` is the address of the page, if known."""
        version = self.models.version(approval.project, approval.model, approval.version)
        baseline = approval.baseline_version
        return briefing.briefing(
            approval,
            version,
            self.models.version(approval.project, approval.model, baseline) if baseline else None,
            runs.get(approval.project, version.run_id) if version.run_id else None,
            self._card(version),
            page,
        )

    def seconds_left(self, approval: Approval) -> int:
        """Return how long people may still take, at least one second."""
        if approval.expires_at is None:
            return 1
        return max(1, (approval.expires_at - self.clock()) // 1000)

    def _asker(self, approval: Approval) -> Actor:
        """Who asked; an identity linked since then counts as its person's."""
        asker = approval.requested_by
        return asker if asker.person else self.access.actor(asker.principal)

    def _stands(self, project: str, decision: Decision) -> bool:
        """Say whether who decided still may: identity and membership can be taken away meanwhile."""
        actor = decision.actor
        if not actor.principal.startswith(TOKEN_PRINCIPAL) and self.access.actor(actor.principal) != actor:
            return False
        held = self.admission.roles(project, actor.person) if actor.person else ()
        return any(allows(role, routes.DECIDE) for role in held)

    def _wake(self, project: str, approval_id: str, waiting: Waiting) -> None:
        token = self.tokens.get(project, approval_id)
        if token is not None:
            waiting.resume(token)

    def _baseline(self, head: ModelHead) -> ModelVersion | None:
        if head.production_version is None:
            return None
        return self.models.version(head.project, head.model, head.production_version)

    def _card(self, version: ModelVersion) -> ModelCard | None:
        if version.card is None:
            return None
        number = version.card.revision
        revision = self.models.card(version.project, version.model, version.version, number)
        return revision.card if revision else None

    def _commit(self, project: str, approval_id: str, decide: Choice, cause: Cause) -> promotions.Step:
        once = Once(self.models, project, cause.said)

        def attempt() -> promotions.Step:
            model = self.models.approval(project, approval_id).model
            head = head_of(self.models, project, model)
            # Read after the head: whatever changes from here on changes the head's revision too.
            approval = self.models.approval(project, approval_id)
            if once.earlier() is not None:
                return promotions.Step("proceed", approval)
            step = decide(head, approval)
            if step.change is not None:
                self.models.commit(head, once.marking(step.change))
            else:
                once.remember()
            return step

        return self.contention.run(attempt)


def check_belongs(approval: Approval, model: str) -> None:
    """Raise ConflictError when a workflow was started for another model than its approval's."""
    if approval.model != model:
        raise ConflictError("the approval is for another model")
