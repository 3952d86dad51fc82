"""What of a delivery the server takes, where it names what it refuses: one bad key does not cost the others.

Both parts follow from the bytes in the spool and from the server's rule, and nothing was stored of what was
refused. So whoever delivers it again divides it in the same way, and the rest goes under the number that the
whole had.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from lineal.errors import ApiError, LinealError
from lineal.spool.cutting import Chunk, Delivery, Step
from lineal.spool.operations import Update, parse
from lineal_contract.digests import json_digest
from lineal_contract.runs import UpdateRun

T = TypeVar("T")


def divided(delivery: Delivery, error: LinealError) -> tuple[Delivery, Delivery | None]:
    """Return what `error` refuses of a delivery, and the rest, if there is any."""
    problem = error.problem if isinstance(error, ApiError) else None
    if problem is None:
        return delivery, None
    if isinstance(delivery, Chunk):
        return _chunk_without(delivery, set(problem.refused))
    return _step_without(delivery, {changed.key for changed in problem.changed})


def _chunk_without(chunk: Chunk, keys: Collection[str]) -> tuple[Delivery, Delivery | None]:
    bad = tuple(point for point in chunk.points if point.key in keys)
    if len(bad) in {0, len(chunk.points)}:
        return chunk, None
    good = tuple(point for point in chunk.points if point.key not in keys)
    return replace(chunk, points=bad), replace(chunk, points=good)


def _step_without(step: Step, params: Collection[str]) -> tuple[Delivery, Delivery | None]:
    """A change of a run without the params that have another value already: all else in it counts."""
    operation = parse(step.document) if params else None
    if not isinstance(operation, Update):
        return step, None
    change = operation.change
    bad = UpdateRun(params=_some(change.params, params), param_types=_some(change.param_types, params))
    left = {"params": _others(change.params, params), "param_types": _others(change.param_types, params)}
    rest = change.model_copy(update=left)
    if rest == UpdateRun() or not bad.params:
        return step, None
    return _with(step, bad, operation.request_id), _with(step, rest, _part_of(operation.request_id))


def _with(step: Step, change: UpdateRun, request_id: str | None) -> Step:
    document = Update(change=change, request_id=request_id).model_dump_json(exclude_none=True)
    return replace(step, document=document.encode())


def _part_of(request_id: str | None) -> str | None:
    """Return the id of the rest, the same for whoever divides again: the whole may be asked for once more."""
    return None if request_id is None else json_digest([request_id, "rest"])[:32]


def _some(values: Mapping[str, T], keys: Collection[str]) -> dict[str, T]:
    return {key: value for key, value in values.items() if key in keys}


def _others(values: Mapping[str, T], keys: Collection[str]) -> dict[str, T]:
    return {key: value for key, value in values.items() if key not in keys}
