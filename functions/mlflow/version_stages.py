"""Stages by MLflow's names."""

from functions.core.errors import InvalidRequestError
from functions.mlflow.version_view import STAGES
from lineal_contract.stages import Stage, StageName

_BY_NAME = {name.lower(): stage for stage, name in STAGES.items()}
SHARED = (Stage.STAGING, Stage.PRODUCTION)
"""Stages whose other versions can be archived with a transition."""


def stage_of(name: str) -> StageName:
    """Return the stage of a name, in whichever case. Raises InvalidRequestError."""
    stage = _BY_NAME.get(name.lower())
    if stage is None:
        raise InvalidRequestError(f"stage: {name!r} is none of {', '.join(STAGES.values())}")
    return stage
