"""What the steps of a workflow have in common: their input, typed, and who they act as."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from functions.bootstrap import now
from functions.core.causes import Cause
from lineal_contract.people import Actor


class StepInput(BaseModel):
    """What a state machine hands to every step."""

    # An error of validation is logged by the runtime, and the input may hold a callback.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    project: str
    model: str
    execution_arn: str


def cause(
    workflow: Literal["approval", "deployment", "registration"], execution_arn: str, correlation_id: str
) -> Cause:
    """Return the workflow as the one who acts; its execution is the cause."""
    return Cause(Actor(principal=f"lineal:{workflow}"), now(), correlation_id, execution_arn)
