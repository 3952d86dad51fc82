"""Experiments: what groups runs."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from lineal_contract.base import Answer, Key, Millis, Text, Wire
from lineal_contract.people import Actor
from lineal_contract.runs import Edit, ExperimentName, Tags

DEFAULT_EXPERIMENT = "Default"
"""The experiment that every project has; its id is `0`."""


class ExperimentStage(StrEnum):
    """Whether an experiment takes runs and is shown. A deleted one can be restored."""

    ACTIVE = "active"
    DELETED = "deleted"


class Experiment(Answer):
    """An experiment. Its id follows from its first name, so that it stays when the name changes.

    `artifact_location` is where MLflow clients were told to put files; null is the project's own choice.
    `actor` is null where nobody asked for it: `Default`. `edited` says who changed it last, and when.
    """

    project: str
    experiment_id: str
    name: str
    stage: ExperimentStage = ExperimentStage.ACTIVE
    note: str = ""
    tags: dict[str, str] = {}
    artifact_location: str | None = None
    actor: Actor | None = None
    created_at: Millis
    updated_at: Millis
    edited: Edit | None = None


class CreateExperiment(Wire):
    """Makes an experiment before its first run does. A `note` is Markdown."""

    name: ExperimentName
    note: Text = ""
    tags: Tags = {}


class UpdateExperiment(Wire):
    """Changes an experiment; what is not named stays. An empty note removes it.

    A deleted experiment is restored by its `stage`, and changes in nothing else before.
    """

    name: ExperimentName | None = None
    note: Text | None = None
    tags: Tags = {}
    remove_tags: Annotated[tuple[Key, ...], Field(max_length=200)] = ()
    stage: ExperimentStage | None = None


class ExperimentQuery(Wire):
    """Which experiments to list, and in which order: newest first unless `order_by` says otherwise.

    `name` is the whole name of one; `filter` is a condition such as `tags.team = 'risk'`.
    """

    name: ExperimentName | None = None
    stage: Literal["active", "deleted", "all"] = "active"
    filter: Annotated[str, Field(max_length=4_000)] = ""
    order_by: Annotated[str, Field(max_length=1_000)] = ""
    page_size: Annotated[int, Field(ge=1, le=200)] = 50
    page_token: Annotated[str, Field(max_length=4_000)] | None = None
