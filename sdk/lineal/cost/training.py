"""The dollars of a SageMaker training job, from its billable seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lineal.capture.sagemaker import Describe, ask
from lineal.cost.prices import Prices, load
from lineal.errors import LinealError

BILLABLE = "sagemaker.billable_seconds"
"""The tag of a run that says for how many seconds SageMaker bills each instance of its job."""
_NAME, _ARN = "sagemaker.training_job_name", "sagemaker.training_job_arn"
_TYPE, _COUNT = "sagemaker.instance_type", "sagemaker.instance_count"
_HOUR = 3_600


class NoCostError(LinealError):
    """The cost of a run cannot be known, or not yet."""


@dataclass(frozen=True)
class TrainingCost:
    """What a job cost; `usd` is None where the instance has no price here."""

    instance_type: str
    instances: int
    seconds: int
    usd: float | None
    prices_of: date

    def __str__(self) -> str:
        """Return it as one line for people."""
        what = f"{self.instances} x {self.instance_type} for {self.seconds:,} billable seconds"
        if self.usd is None:
            return f"{what}; no price is known for it"
        return f"${self.usd:,.2f}: {what} at prices of {self.prices_of}"


def training_cost(tags: Mapping[str, str], prices: Prices | None = None) -> TrainingCost | None:
    """Return what the job of a run with these tags cost; None where its billable seconds are not known."""
    seconds, instances = _number(tags.get(BILLABLE)), _number(tags.get(_COUNT, "1"))
    kind = tags.get(_TYPE)
    if seconds is None or instances is None or kind is None:
        return None
    known = prices or load()
    hour = known.training_hours.get(kind)
    usd = None if hour is None else hour.of(instances * seconds / _HOUR)
    return TrainingCost(kind, instances, seconds, usd, known.at)


def billable_tags(tags: Mapping[str, str], describe: Describe | None = None) -> dict[str, str]:
    """Ask SageMaker for the billable seconds of a run's job, and return the tags that keep them.

    Raises NoCostError for a run of no job, and for a job that has not ended.
    """
    name = tags.get(_NAME)
    if name is None:
        raise NoCostError("the run is none of a SageMaker training job")
    arn = tags.get(_ARN)
    job = (describe or ask)(name, arn.split(":")[3] if arn else None)
    seconds = job.get("BillableTimeInSeconds")
    if seconds is None:
        raise NoCostError(f"SageMaker does not say yet for how long it bills {name}: the job has not ended")
    return {BILLABLE: str(seconds), **_instances(job.get("ResourceConfig", {}))}


def _instances(resources: Mapping[str, Any]) -> dict[str, str]:
    found = {_TYPE: resources.get("InstanceType"), _COUNT: resources.get("InstanceCount")}
    return {key: str(value) for key, value in found.items() if value}


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
