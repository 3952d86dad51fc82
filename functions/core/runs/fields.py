"""What searches may ask of runs: metrics, params, tags, attributes and datasets, each by its key."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from functions.core.ports.glances import Glance
from functions.core.runs.values import Value
from lineal_contract.datasets import Dataset
from lineal_contract.runs import Lifecycle, RunStatus


@dataclass(frozen=True)
class Field:
    """Something that runs have: a metric's last value, a param, a tag, an attribute, a dataset."""

    namespace: str
    key: str

    def values(self, run: Glance) -> list[Value]:
        """Return what a run has there; nothing, one value, or one of each dataset."""
        match self.namespace:
            case "metrics":
                summary = run.metrics.get(self.key)
                return [] if summary is None or math.isnan(summary.last) else [summary.last]
            case "params":
                return [run.params[self.key]] if self.key in run.params else []
            case "tags":
                return [run.tags[self.key]] if self.key in run.tags else []
            case "datasets":
                return [value for dataset in run.datasets for value in _of_dataset(dataset, self.key)]
            case _:
                value = ATTRIBUTES[self.key](run)
                return [] if value is None else [value]


ATTRIBUTES: dict[str, Callable[[Glance], Value | None]] = {
    "run_id": lambda run: run.run_id,
    "name": lambda run: run.name,
    "experiment": lambda run: run.experiment,
    "parent_run_id": lambda run: run.parent_run_id,
    "status": lambda run: run.status.value,
    "lifecycle": lambda run: run.lifecycle.value,
    "note": lambda run: run.note or None,
    "started_at": lambda run: float(run.started_at),
    "ended_at": lambda run: None if run.ended_at is None else float(run.ended_at),
    "principal": lambda run: run.actor.principal,
    "person": lambda run: run.actor.person,
    "commit": lambda run: run.code.commit,
    "script_digest": lambda run: run.code.script_digest,
    "model_type": lambda run: run.model.model_type if run.model else None,
    "algorithm": lambda run: run.model.algorithm if run.model else None,
    "framework": lambda run: run.model.framework if run.model else None,
    "heartbeat_at": lambda run: None if run.heartbeat_at is None else float(run.heartbeat_at),
}
CHOICES = {
    "status": frozenset(status.value for status in RunStatus),
    "lifecycle": frozenset(lifecycle.value for lifecycle in Lifecycle),
}
"""Attributes that are one of some words."""
NAMESPACES = frozenset({"metrics", "params", "tags", "attributes", "datasets"})
DATASETS = frozenset({"name", "digest", "context", "source"})


def fields_of(run: Glance) -> Iterator[Field]:
    """Yield everything that may be asked of a run and that it has a value for, or might have."""
    yield from (Field("metrics", key) for key in run.metrics)
    yield from (Field("params", key) for key in run.params)
    yield from (Field("tags", key) for key in run.tags)
    yield from (Field("attributes", key) for key in ATTRIBUTES)
    if run.datasets:
        yield from (Field("datasets", key) for key in sorted(DATASETS))


def _of_dataset(dataset: Dataset, key: str) -> list[Value]:
    """A dataset that another tool described is known by that tool's digest too."""
    value: Value = getattr(dataset, key)
    described = dataset.description if key == "digest" else None
    return [value, described.digest] if described else [value]
