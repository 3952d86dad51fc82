"""Experiments: what groups runs."""

from enum import StrEnum

from lineal_contract.base import Answer, Millis
from lineal_contract.people import Actor

DEFAULT_EXPERIMENT = "Default"
"""The experiment that every project has; its id is `0`."""


class ExperimentStage(StrEnum):
    """Whether an experiment takes runs and is shown. A deleted one can be restored."""

    ACTIVE = "active"
    DELETED = "deleted"


class Experiment(Answer):
    """An experiment. Its id follows from its first name, so that it stays when the name changes.

    `artifact_location` is where MLflow clients were told to put files; null is the project's own choice.
    `actor` is null where nobody asked for it: `Default`.
    """

    project: str
    experiment_id: str
    name: str
    stage: ExperimentStage = ExperimentStage.ACTIVE
    tags: dict[str, str] = {}
    artifact_location: str | None = None
    actor: Actor | None = None
    created_at: Millis
    updated_at: Millis
