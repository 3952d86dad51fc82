"""The tasks of the approval workflow. Infrastructure: `infra/workflows/approval.asl.json`."""

from collections.abc import Callable
from typing import Any, Literal

from functions.bootstrap import backend
from functions.core.approvals.approving import check_belongs
from functions.core.approvals.promotions import Step
from functions.core.causes import Cause
from functions.observability import logger
from functions.steps import StepInput, cause


class AlreadyDecidedError(Exception):
    """There is nothing to wait for. The workflow catches this and applies the decision.

    The function that asks may not wake executions itself: that is the deciding function's alone.
    """


class ApprovalStep(StepInput):
    """One task's input. `request` is there for people to read in the console and is not used."""

    step: Literal["evaluate", "ask", "apply", "expire"]
    approval_id: str
    task_token: str | None = None
    request: dict[str, Any] | None = None


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Do a step and say where the workflow goes on."""
    step = ApprovalStep.model_validate(event)
    check_belongs(backend().models.approval(step.project, step.approval_id), step.model)
    answer = _STEPS[step.step](step)
    logger.info(step.step, extra={"approval_id": step.approval_id, "outcome": answer["outcome"]})
    return answer


def _evaluate(step: ApprovalStep) -> dict[str, Any]:
    done = backend().approving.evaluate(step.project, step.approval_id, backend().candidates, _cause(step))
    return {
        "outcome": done.outcome,
        "timeout_seconds": backend().approving.seconds_left(done.approval),
        "request": backend().briefing(done.approval),
    }


def _ask(step: ApprovalStep) -> dict[str, Any]:
    if not backend().approving.ask(step.project, step.approval_id, step.task_token or ""):
        raise AlreadyDecidedError("the decision came before the callback was kept")
    return {"outcome": "ask"}


def _apply(step: ApprovalStep) -> dict[str, Any]:
    return _outcome(backend().approving.apply(step.project, step.approval_id, _cause(step)))


def _expire(step: ApprovalStep) -> dict[str, Any]:
    return _outcome(backend().approving.expire(step.project, step.approval_id, _cause(step)))


def _outcome(step: Step) -> dict[str, Any]:
    return {"outcome": step.outcome}


def _cause(step: ApprovalStep) -> Cause:
    return cause("approval", step.execution_arn, step.approval_id)


_STEPS: dict[str, Callable[[ApprovalStep], dict[str, Any]]] = {
    "evaluate": _evaluate,
    "ask": _ask,
    "apply": _apply,
    "expire": _expire,
}
