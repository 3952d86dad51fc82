"""What may change in a run, and what follows from it."""

from functions.core.errors import ConflictError, InvalidRequestError, ParamChangedError
from lineal_contract.people import Actor
from lineal_contract.problems import ChangedParam
from lineal_contract.runs import Attempt, Edit, Lifecycle, Run, RunStatus, StartAttempt, Stop, UpdateRun

_ENDS = frozenset({RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED})


def updated(run: Run, wanted: UpdateRun, actor: Actor, now: int) -> Run:
    """Return a run after an update. Raises ParamChangedError, ConflictError, InvalidRequestError."""
    _check(run, wanted)
    changes = _params(run, wanted) | _labels(run, wanted) | _model(run, wanted) | _status(run, wanted, now)
    after = run.model_copy(update=changes | _stop(run, wanted, actor, now))
    if _labelled(after) == _labelled(run):
        return after
    return after.model_copy(update={"edited": Edit(actor=actor, at=now)})


def tells_itself(wanted: UpdateRun) -> bool:
    """Whether a repetition changes nothing by itself, whatever came between: params keep their value."""
    return wanted == UpdateRun(params=wanted.params, param_types=wanted.param_types)


def continued(run: Run, wanted: StartAttempt, actor: Actor, now: int) -> tuple[Run, Attempt]:
    """Return a run that goes on, and the attempt that it goes on with. Raises ConflictError.

    The error, the end and a wish to stop were those of the attempt before.
    """
    if run.lifecycle is Lifecycle.DELETED:
        raise ConflictError("the run is deleted: restore it before it goes on")
    attempt = Attempt(
        attempt_id=wanted.attempt_id,
        actor=actor,
        host=wanted.host,
        started_at=wanted.started_at,
        found=run.status,
    )
    cleared = dict.fromkeys(("error", "traceback", "ended_at", "stop"))
    going_on = {"status": RunStatus.RUNNING} | cleared | _beating(run, now)
    return run.model_copy(update=going_on | {"attempt_id": wanted.attempt_id}), attempt


def _labelled(run: Run) -> tuple[str, dict[str, str], str, Lifecycle]:
    """What people change by hand."""
    return run.name, run.tags, run.note, run.lifecycle


def _check(run: Run, wanted: UpdateRun) -> None:
    changed = _changed(run, wanted)
    if changed:
        names = ", ".join(param.key for param in changed)
        raise ParamChangedError(f"these params have another value already: {names}", changed=changed)
    if wanted.status is RunStatus.LOST:
        raise InvalidRequestError("`lost` is computed, not set")
    if not wanted.param_types.keys() <= wanted.params.keys():
        raise InvalidRequestError("a type is given for a param that is not there")
    both = wanted.tags.keys() & set(wanted.remove_tags)
    if both:
        raise InvalidRequestError(f"these tags are both set and removed: {', '.join(sorted(both))}")


def _changed(run: Run, wanted: UpdateRun) -> tuple[ChangedParam, ...]:
    """The params that would get another value, the first twenty of them."""
    keys = sorted(key for key, value in wanted.params.items() if run.params.get(key, value) != value)[:20]
    return tuple(
        ChangedParam(key=key, recorded=_short(run.params[key]), sent=_short(wanted.params[key]))
        for key in keys
    )


def _short(value: str, limit: int = 200) -> str:
    return value if len(value) <= limit else f"{value[:limit]}…"


def _params(run: Run, wanted: UpdateRun) -> dict[str, object]:
    new = wanted.params.keys() - run.params.keys()
    if run.status is RunStatus.FINISHED and new:
        raise ConflictError("the run has finished: only its tags and its note change any more")
    types = {key: kind for key, kind in wanted.param_types.items() if key in new}
    return {"params": run.params | wanted.params, "param_types": run.param_types | types}


def _labels(run: Run, wanted: UpdateRun) -> dict[str, object]:
    kept = {key: value for key, value in run.tags.items() if key not in wanted.remove_tags}
    return {
        "name": run.name if wanted.name is None else wanted.name,
        "tags": kept | wanted.tags,
        "note": run.note if wanted.note is None else wanted.note,
        "lifecycle": wanted.lifecycle or run.lifecycle,
    }


def _status(run: Run, wanted: UpdateRun, now: int) -> dict[str, object]:
    superseded = wanted.attempt is not None and wanted.attempt != (run.attempt_id or run.run_id)
    if wanted.status in (None, run.status) or superseded:
        return {}
    if run.status is RunStatus.FINISHED:
        raise ConflictError("the run has finished: only its tags and its note change any more")
    if wanted.status in _ENDS and run.status in _ENDS:
        raise ConflictError(f"the run has ended as {run.status}")
    ended_at = (wanted.ended_at or now) if wanted.status in _ENDS else None
    ended = {"error": wanted.error, "traceback": wanted.traceback, "ended_at": ended_at}
    return {"status": wanted.status} | ended | ({} if ended_at else _beating(run, now))


def _beating(run: Run, now: int) -> dict[str, object]:
    """A run that goes on is not `lost` before its next heartbeat has had time to come."""
    return {} if run.heartbeat_at is None else {"heartbeat_at": now}


def _model(run: Run, wanted: UpdateRun) -> dict[str, object]:
    if wanted.model in (None, run.model):
        return {}
    if run.status is RunStatus.FINISHED:
        raise ConflictError("the run has finished: only its tags and its note change any more")
    return {"model": wanted.model}


def _stop(run: Run, wanted: UpdateRun, actor: Actor, now: int) -> dict[str, object]:
    """The first wish counts; a run that has ended has none to be told."""
    if wanted.stop is None or run.stop is not None:
        return {}
    if run.status in _ENDS:
        raise ConflictError(f"the run has ended as {run.status}")
    return {"stop": Stop(actor=actor, requested_at=now, reason=wanted.stop.reason)}
