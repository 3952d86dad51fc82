"""The task of the workflow that people start to decide. Infrastructure: `infra/workflows/decide.asl.json`."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from functions.bootstrap import backend
from functions.core.approvals.console import Outcome
from functions.core.approvals.witnessing import Start
from functions.observability import logger
from lineal_contract.approvals import Decide, Verdict
from lineal_contract.base import ProjectName, Reason, RecordId
from lineal_contract.problems import ProblemCode

_Arn = Annotated[str, StringConstraints(pattern=r"^arn:[^:]+:states:[^:]+:[0-9]{12}:")]


class Request(BaseModel):
    """What a person writes as input. Whatever else stands there is not read, a name of an actor above all."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    project: ProjectName
    approval_id: RecordId
    decision: Verdict
    reason: Reason = ""


class DecideStep(BaseModel):
    """The task's input: the request, and what Step Functions itself says of the execution."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    step: Literal["decide"]
    request: Any
    execution_arn: _Arn
    state_machine_arn: _Arn
    started_at: AwareDatetime


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Decide, or say why not, or when to come again."""
    step = DecideStep.model_validate(event)
    outcome = _decide(step)
    logger.info("decide", extra={"outcome": outcome.outcome, "code": outcome.code})
    return asdict(outcome)


def _decide(step: DecideStep) -> Outcome:
    try:
        request = Request.model_validate(step.request)
        said = Decide(verdict=request.decision, reason=request.reason)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, e["loc"])) or "input" for e in error.errors()[:10])
        detail = f"the input has to name project, approval_id, decision and reason; wrong: {wrong}"
        return Outcome("refused", detail, ProblemCode.INVALID_REQUEST)
    start = Start(step.execution_arn, step.state_machine_arn, int(step.started_at.timestamp() * 1000))
    return backend().console_deciding.decide(request.project, request.approval_id, said, start)
