"""The tasks of the deployment workflow. Infrastructure: `infra/workflows/deployment.asl.json`."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from functions.bootstrap import backend
from functions.core.causes import Cause
from functions.core.errors import BytesChangedError, TooLargeError
from functions.core.models.verification import summary
from functions.observability import logger
from functions.steps import StepInput, cause
from lineal_contract.events import DetailType, VersionApproved, parse_detail

Answer = dict[str, Any]
_WRONG_FOR_EVER = (BytesChangedError, TooLargeError)
"""What no repetition mends; it ends the deployment with its own words."""


class OpenStep(BaseModel):
    """The first task's input: the event's detail, not to be believed yet."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    step: Literal["open"]
    detail: dict[str, Any]
    execution_arn: str


class DeploymentStep(StepInput):
    """The input of the tasks that follow."""

    step: Literal["plan", "verify", "compare", "switch", "fail"]
    deployment_id: str
    share: int = 0
    error: dict[str, Any] | None = None


def handler(event: Answer, context: object) -> Answer:
    """Do a step and say where the workflow goes on."""
    if event.get("step") == "open":
        answer = _open(OpenStep.model_validate(event))
    else:
        step = DeploymentStep.model_validate(event)
        answer = _STEPS[step.step](step)
    logger.info(event["step"], extra={"outcome": answer["outcome"], "deployment_id": answer["deployment_id"]})
    return answer


def _open(step: OpenStep) -> Answer:
    try:
        detail = parse_detail(DetailType.VERSION_APPROVED, step.detail)
    except (ValidationError, KeyError):
        return _answer("ignore", "", "", "", "the event does not fit its schema")
    claim = detail.data
    assert isinstance(claim, VersionApproved)  # noqa: S101 - parse_detail has chosen the model
    metadata = detail.metadata
    done = backend().releasing.open(
        metadata.project,
        claim,
        step.execution_arn,
        cause("deployment", step.execution_arn, metadata.correlation_id),
    )
    return _answer(done.outcome, metadata.project, claim.model, claim.approval_id, done.detail)


def _plan(step: DeploymentStep) -> Answer:
    try:
        shares = backend().checking.plan(step.project, step.model, step.deployment_id)
    except _WRONG_FOR_EVER as error:
        return _refused(step, error.detail)
    return {**_next("verify", step), "shares": shares}


def _verify(step: DeploymentStep) -> Answer:
    wrong = backend().checking.check(step.project, step.model, step.deployment_id, step.share)
    return {**_next("hashed", step), "wrong": wrong}


def _compare(step: DeploymentStep) -> Answer:
    failures = backend().checking.failures(step.project, step.model, step.deployment_id)
    return _refused(step, summary(failures)) if failures else _next("verified", step)


def _refused(step: DeploymentStep, detail: str) -> Answer:
    backend().releasing.fail(step.project, step.model, step.deployment_id, detail, _cause(step))
    return {**_next("failed", step, detail), "shares": ()}


def _switch(step: DeploymentStep) -> Answer:
    done = backend().releasing.switch(step.project, step.model, step.deployment_id, _cause(step))
    return _next(done.outcome, step, done.detail)


def _fail(step: DeploymentStep) -> Answer:
    detail = str((step.error or {}).get("Error", "the deployment workflow failed"))
    backend().releasing.fail(step.project, step.model, step.deployment_id, detail, _cause(step))
    return _next("failed", step, detail)


def _cause(step: DeploymentStep) -> Cause:
    return cause("deployment", step.execution_arn, step.deployment_id)


def _next(outcome: str, step: DeploymentStep, detail: str = "") -> Answer:
    return _answer(outcome, step.project, step.model, step.deployment_id, detail)


def _answer(outcome: str, project: str, model: str, deployment_id: str, detail: str = "") -> Answer:
    return {
        "outcome": outcome,
        "project": project,
        "model": model,
        "deployment_id": deployment_id,
        "detail": detail,
    }


_STEPS: dict[str, Callable[[DeploymentStep], Answer]] = {
    "plan": _plan,
    "verify": _verify,
    "compare": _compare,
    "switch": _switch,
    "fail": _fail,
}
