"""Metric histories: whole, in pages, of some runs, and in samples."""

from collections.abc import Sequence

from functions.core.errors import InvalidRequestError
from functions.mlflow.surface import Call, surface
from lineal_contract.chunks import Point
from lineal_contract.digests import json_digest
from lineal_contract.mlflow import metrics as wire
from lineal_contract.mlflow import run_endpoints as endpoints
from lineal_contract.mlflow.runs import MetricValue

_PAGE = 25_000
"""The most that one answer holds: a value is some eighty bytes, and an answer six million at most."""


@surface.handles(endpoints.GET_HISTORY)
def get_history(call: Call[wire.MetricHistory]) -> wire.Metrics:
    """Return a page; without `max_results` everything that one answer holds."""
    wanted = call.request
    scope = json_digest(["history", call.project, wanted.run_id, wanted.metric_key])
    start = call.backend.page_tokens.open(scope, wanted.page_token) if wanted.page_token else 0
    if not isinstance(start, int):
        raise InvalidRequestError("the page token is not of this query")
    points = _points(call, wanted.run_id, wanted.metric_key)
    end = start + min(wanted.max_results or _PAGE, _PAGE)
    token = call.backend.page_tokens.seal(scope, end) if end < len(points) else None
    return wire.Metrics(metrics=tuple(map(_value, points[start:end])), next_page_token=token)


@surface.handles(endpoints.GET_HISTORY_BULK)
def get_history_bulk(call: Call[wire.BulkHistory]) -> wire.Metrics:
    """Return the values of some runs, run by run, as many as were asked for."""
    wanted = call.request
    left = min(wanted.max_results, wire.MAX_HISTORY)
    found: list[MetricValue] = []
    for run_id in sorted(set(wanted.run_ids)):
        points = _points(call, run_id, wanted.metric_key)[:left]
        found += [_value(point, run_id) for point in points]
        left -= len(points)
    return wire.Metrics(metrics=tuple(found))


@surface.handles(endpoints.GET_HISTORY_BULK_INTERVAL)
def get_history_bulk_interval(call: Call[wire.BulkInterval]) -> wire.Metrics:
    """Return evenly chosen values of each run, with the first and the last."""
    wanted = call.request
    first, last = wanted.start_step, wanted.end_step
    if (first is None) != (last is None):
        raise InvalidRequestError("start_step and end_step are given together, or neither")
    if first is not None and last is not None and first > last:
        raise InvalidRequestError("end_step is not before start_step")
    found: list[MetricValue] = []
    for run_id in wanted.run_ids:
        points = sorted(
            _points(call, run_id, wanted.metric_key), key=lambda p: (p.step, p.timestamp, p.value)
        )
        within = [p for p in points if first is None or last is None or first <= p.step <= last]
        found += [_value(point, run_id) for point in sampled(within, wanted.max_results)]
    return wire.Metrics(metrics=tuple(found))


def sampled(points: Sequence[Point], most: int) -> list[Point]:
    """Return at most `most` points, evenly chosen, with the first and the last; one alone is the last."""
    if len(points) <= most:
        return list(points)
    if most == 1:
        return [points[-1]]
    return [points[i * (len(points) - 1) // (most - 1)] for i in range(most)]


def _points(
    call: Call[wire.MetricHistory] | Call[wire.BulkHistory] | Call[wire.BulkInterval], run_id: str, key: str
) -> list[Point]:
    """Return a metric's values by (timestamp, step, value), each once; none where there is no metric."""
    stored = call.backend.runs.points(call.project, run_id, {key})
    if not stored:
        call.backend.tracking.get(call.project, run_id)
    once = {(p.timestamp, p.step, p.value.hex()): p for p in stored}
    return sorted(once.values(), key=lambda p: (p.timestamp, p.step, p.value))


def _value(point: Point, run_id: str | None = None) -> MetricValue:
    return MetricValue(
        key=point.key, value=point.value, timestamp=point.timestamp, step=point.step, run_id=run_id
    )
