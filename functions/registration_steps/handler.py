"""The tasks of the registration workflow. Infrastructure: `infra/workflows/registration.asl.json`."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from functions.bootstrap import backend
from functions.core.causes import Cause
from functions.core.errors import ContentionError, CoreError, UnavailableError
from functions.observability import logger
from functions.steps import cause

Answer = dict[str, Any]
_WORTH_REPEATING = (UnavailableError, ContentionError)


class RegistrationStep(BaseModel):
    """The input of every task: two names; everything else is read under them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    step: Literal["open", "hash", "finish", "fail"]
    project: str
    registration_id: str
    execution_arn: str
    share: int = 0
    error: dict[str, Any] | None = None


def handler(event: Answer, context: object) -> Answer:
    """Do a step and say where the workflow goes on. What no repetition mends ends the version."""
    step = RegistrationStep.model_validate(event)
    try:
        answer = _STEPS[step.step](step)
    except _WORTH_REPEATING:
        raise
    except CoreError as error:
        answer = _given_up(step, error.detail)
    said = {"project": step.project, "registration_id": step.registration_id, "share": step.share}
    logger.info(step.step, extra=said | answer)
    return answer


def _open(step: RegistrationStep) -> Answer:
    shares = backend().completing.open(step.project, step.registration_id)
    return {"outcome": "over", "shares": ()} if shares is None else {"outcome": "hash", "shares": shares}


def _hash(step: RegistrationStep) -> Answer:
    pieces = backend().completing.hash(step.project, step.registration_id, step.share)
    return {"outcome": "over"} if pieces is None else {"outcome": "hashed", "pieces": pieces}


def _finish(step: RegistrationStep) -> Answer:
    version = backend().completing.finish(step.project, step.registration_id, _cause(step))
    return {"outcome": "over"} if version is None else {"outcome": "registered", "version": version.version}


def _fail(step: RegistrationStep) -> Answer:
    error = (step.error or {}).get("Error", "the workflow failed")
    return _given_up(step, f"the files could not be hashed: {error}")


def _given_up(step: RegistrationStep, reason: str) -> Answer:
    backend().pending_versions.fail(step.project, step.registration_id, reason, _cause(step))
    return {"outcome": "failed", "shares": (), "detail": reason}


def _cause(step: RegistrationStep) -> Cause:
    return cause("registration", step.execution_arn, step.registration_id)


_STEPS: dict[str, Callable[[RegistrationStep], Answer]] = {
    "open": _open,
    "hash": _hash,
    "finish": _finish,
    "fail": _fail,
}
