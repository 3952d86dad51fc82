"""Runs as searches look at them: most do not fit, and of those no more is read than shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lineal_contract.people import Actor
from lineal_contract.runs import Code, Dataset, Lifecycle, MetricSummary, ModelFacts, Run, RunStatus


class Placed(Protocol):
    """What tells where a run is kept: the run itself, or its place."""

    @property
    def project(self) -> str:
        """Its project."""

    @property
    def experiment_id(self) -> str:
        """Its experiment."""

    @property
    def run_id(self) -> str:
        """Its id."""


@dataclass(frozen=True)
class RunPlace:
    """Where a run is kept."""

    project: str
    experiment_id: str
    run_id: str


class Glance(Placed, Protocol):
    """A run as searches look at it, field by field; `Run` has the same fields, and says what they are."""

    @property
    def experiment(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_run_id(self) -> str | None: ...
    @property
    def status(self) -> RunStatus: ...
    @property
    def lifecycle(self) -> Lifecycle: ...
    @property
    def model(self) -> ModelFacts | None: ...
    @property
    def params(self) -> Mapping[str, str]: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
    @property
    def note(self) -> str: ...
    @property
    def metrics(self) -> Mapping[str, MetricSummary]: ...
    @property
    def code(self) -> Code: ...
    @property
    def datasets(self) -> Sequence[Dataset]: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def started_at(self) -> int: ...
    @property
    def ended_at(self) -> int | None: ...
    @property
    def heartbeat_at(self) -> int | None: ...


class Stored(Glance, Protocol):
    """A glance at a stored run, which is read whole when it is needed."""

    @property
    def quiet_since(self) -> int | None:
        """When it ended, was last heard of or edited by hand, whatever was last; None if nothing was."""

    def run(self) -> Run:
        """Return the run at a glance."""
