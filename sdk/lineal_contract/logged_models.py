"""Logged models: what a run made and tools evaluate, before and besides the registry."""

from enum import StrEnum

from lineal_contract.base import Answer, Millis
from lineal_contract.people import Actor


class ModelState(StrEnum):
    """How far the files of a logged model are."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class ModelMetric(Answer):
    """The last value of a metric of a model, on a dataset where one is named."""

    key: str
    value: float
    timestamp: int
    step: int
    run_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What has one last value."""
        return self.key, self.dataset_name or "", self.dataset_digest or ""


class LoggedModel(Answer):
    """A logged model: its files lie where its experiment's do; its params keep their value."""

    model_id: str
    project: str
    experiment_id: str
    name: str
    model_type: str = ""
    source_run_id: str = ""
    state: ModelState = ModelState.PENDING
    deleted: bool = False
    params: dict[str, str] = {}
    tags: dict[str, str] = {}
    metrics: tuple[ModelMetric, ...] = ()
    actor: Actor
    created_at: Millis
    updated_at: Millis
