"""Promotion rules as data, each told by its `check`. How they come out is the server's to say."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lineal_contract.base import Key, Number, RelativePath, Wire

_Name = Annotated[str, Field(min_length=1, max_length=250)]
DatasetNames = Annotated[tuple[_Name, ...], Field(max_length=50)]


CardField = Literal[
    "intended_use", "out_of_scope", "limitations", "ethical_considerations", "evaluation", "data", "training",
    "owner", "contact", "licence", "references",
]  # fmt: skip


class Goal(StrEnum):
    """Which direction of a metric is better."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"


class MetricThreshold(Wire):
    """The metric must be within fixed bounds, both inclusive.

    With `only="first"` the rule applies while the model has no production version.
    """

    check: Literal["metric_threshold"] = "metric_threshold"
    metric: Key
    at_most: Number | None = None
    at_least: Number | None = None
    only: Literal["first", "always"] = "always"

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_most is None and self.at_least is None:
            raise ValueError("a threshold has at_most, at_least or both")
        return self


class BeatsProduction(Wire):
    """The metric must be strictly better than the production version's, once there is one."""

    check: Literal["beats_production"] = "beats_production"
    metric: Key
    goal: Goal


class Evaluated(Wire):
    """Each of these metrics must be there as a finite number, and each artifact on the run, by its name."""

    check: Literal["evaluated"] = "evaluated"
    metrics: Annotated[tuple[Key, ...], Field(max_length=50)] = ()
    artifacts: Annotated[tuple[RelativePath, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.metrics and not self.artifacts:
            raise ValueError("name metrics, artifacts or both")
        return self


class LineageComplete(Wire):
    """The run must have finished; its code, data, environment, params and metrics must be known.

    With `at_least` below 1 a part of these facts, as a share, is enough.
    """

    check: Literal["lineage_complete"] = "lineage_complete"
    at_least: Annotated[Number, Field(gt=0, le=1)] = 1.0


class CardComplete(Wire):
    """Each of these fields of the model card must say something, by hand or from the run."""

    check: Literal["card_complete"] = "card_complete"
    fields: Annotated[tuple[CardField, ...], Field(min_length=1, max_length=20)] = (
        "intended_use",
        "limitations",
        "evaluation",
        "data",
    )


class DataFresh(Wire):
    """The data must be known to be of the last `max_age_days` days when the request is looked at.

    It is about the datasets that are named, or about all of the run.
    """

    check: Literal["data_fresh"] = "data_fresh"
    max_age_days: Annotated[Number, Field(gt=0, le=36_500)]
    datasets: DatasetNames = ()


class DataValid(Wire):
    """The datasets that are named, or all of the run, must be known to keep the schema declared for them."""

    check: Literal["data_valid"] = "data_valid"
    datasets: DatasetNames = ()


class Signed(Wire):
    """The version's manifest must have a signature by the installation's key that fits it."""

    check: Literal["signed"] = "signed"


Rule = Annotated[
    MetricThreshold
    | BeatsProduction
    | Evaluated
    | LineageComplete
    | CardComplete
    | DataFresh
    | DataValid
    | Signed,
    Field(discriminator="check"),
]
