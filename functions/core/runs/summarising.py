"""Metrics at a glance: the last, the least and the greatest of what was logged."""

from collections.abc import Iterable, Sequence

from lineal_contract import chunks
from lineal_contract.chunks import Columns, Point
from lineal_contract.runs import MetricSummary


def summarise(points: Iterable[Point]) -> dict[str, MetricSummary]:
    """Return each metric of some points at a glance."""
    return of_columns(chunks.in_columns(list(points)))


def of_columns(of: Columns) -> dict[str, MetricSummary]:
    """Return each metric of a chunk at a glance."""
    if len(of.keys) == 1:
        return {of.keys[0]: _summary(of.steps, of.timestamps, of.values)}
    places: list[list[int]] = [[] for _ in of.keys]
    for place, index in enumerate(of.indexes):
        places[index].append(place)
    return {
        key: _summary(
            [of.steps[at] for at in own], [of.timestamps[at] for at in own], [of.values[at] for at in own]
        )
        for key, own in zip(of.keys, places, strict=True)
    }


def merge(first: MetricSummary, second: MetricSummary) -> MetricSummary:
    """Return the summary of two sets of points of one metric, the second logged later."""
    newer = (second.step, second.timestamp) >= (first.step, first.timestamp)
    latest = second if newer else first
    return latest.model_copy(
        update={
            "min": _least(first.min, second.min),
            "max": _greatest(first.max, second.max),
            "count": first.count + second.count,
        }
    )


def _summary(steps: Sequence[int], timestamps: Sequence[int], values: Sequence[float]) -> MetricSummary:
    at = _latest(steps, timestamps)
    numbers = [value for value in values if value == value] or [values[at]]
    return MetricSummary(
        last=values[at],
        min=min(numbers),
        max=max(numbers),
        step=steps[at],
        timestamp=timestamps[at],
        count=len(values),
    )


def _latest(steps: Sequence[int], timestamps: Sequence[int]) -> int:
    """Return the place of the last step; of equals the last timestamp, of these what was logged last."""
    step = max(steps)
    if steps.count(step) == 1:
        return steps.index(step)
    return max((timestamp, at) for at, timestamp in enumerate(timestamps) if steps[at] == step)[1]


def _least(a: float, b: float) -> float:
    return b if a != a else a if b != b else min(a, b)


def _greatest(a: float, b: float) -> float:
    return b if a != a else a if b != b else max(a, b)
