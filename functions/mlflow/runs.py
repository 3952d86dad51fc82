"""Runs in MLflow's words: their life, and what is logged into them."""

from typing import TypeVar

from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.runs.experiments import active
from functions.core.runs.recording import present
from functions.mlflow.names import name_for
from functions.mlflow.refusals import checked
from functions.mlflow.run_view import info, shown
from functions.mlflow.surface import Call, surface
from lineal_contract.ids import new_id
from lineal_contract.mlflow import run_endpoints as endpoints
from lineal_contract.mlflow import run_tags
from lineal_contract.mlflow import runs as wire
from lineal_contract.mlflow.messages import Empty
from lineal_contract.runs import CreateRun, Lifecycle, Run, RunStatus, StartAttempt, UpdateRun

R = TypeVar("R", bound=wire.OfRun)

_ENDS = {
    wire.RunStatus.FINISHED: RunStatus.FINISHED,
    wire.RunStatus.FAILED: RunStatus.FAILED,
    wire.RunStatus.KILLED: RunStatus.KILLED,
}


@surface.handles(endpoints.CREATE_RUN)
def create(call: Call[wire.CreateRun]) -> wire.OneRun:
    """Start a run in an experiment that is there."""
    wanted, run_id = call.request, new_id()
    experiment = active(call.backend.experiments.get(call.project, wanted.experiment_id))
    given = {tag.key: tag.value for tag in wanted.tags}
    if wanted.user_id:
        given = {run_tags.USER: wanted.user_id} | given
    named = given.get(run_tags.RUN_NAME, wanted.run_name)
    if wanted.run_name not in ("", named):
        raise InvalidRequestError(f"run_name and the tag {run_tags.RUN_NAME} contradict one another")
    tags, fields = run_tags.fields_of(given)
    fields["name"] = named or name_for(run_id)
    new = checked(
        CreateRun,
        run_id=run_id,
        experiment=experiment.name,
        parent_run_id=run_tags.parent_of(tags, run_id),
        tags=tags,
        code=run_tags.code_of(tags),
        started_at=call.now if wanted.start_time is None else wanted.start_time,
        **fields,
    )
    run = call.backend.tracking.create(call.project, new, call.actor)
    return wire.OneRun(run=shown(run, experiment, call.locations))


@surface.handles(endpoints.GET_RUN)
def get(call: Call[wire.OfRun]) -> wire.OneRun:
    """Read a run."""
    run = read(call)
    experiment = call.backend.experiments.get(call.project, run.experiment_id)
    return wire.OneRun(run=shown(run, experiment, call.locations))


@surface.handles(endpoints.UPDATE_RUN)
def update(call: Call[wire.UpdateRun]) -> wire.OneRunInfo:
    """End, continue or rename a run. One that has ended goes on with a new attempt."""
    wanted = call.request
    run = present(read(call))
    end = _ENDS.get(wanted.status) if wanted.status else None
    if wanted.status and end is None and run.status is not RunStatus.RUNNING:
        attempt = StartAttempt(attempt_id=_name_of(call), started_at=call.now)
        run = call.backend.tracking.resume(call.project, run.run_id, attempt, call.actor)
    change = UpdateRun(
        name=wanted.run_name or None, status=end, ended_at=wanted.end_time if end is not None else None
    )
    run = call.backend.editing.update(call.project, run.run_id, change, call.actor, call.said)
    experiment = call.backend.experiments.get(call.project, run.experiment_id)
    return wire.OneRunInfo(run_info=info(run, experiment, call.locations))


@surface.handles(endpoints.DELETE_RUN)
def delete(call: Call[wire.OfRun]) -> Empty:
    """Delete a run."""
    return _changed(call, UpdateRun(lifecycle=Lifecycle.DELETED))


@surface.handles(endpoints.RESTORE_RUN)
def restore(call: Call[wire.OfRun]) -> Empty:
    """Bring a run back."""
    return _changed(call, UpdateRun(lifecycle=Lifecycle.ACTIVE))


@surface.handles(endpoints.LOG_PARAM)
def log_param(call: Call[wire.LogParam]) -> Empty:
    """Log a param, which keeps its value."""
    present(read(call))
    return _changed(call, checked(UpdateRun, params={call.request.key: call.request.value}))


@surface.handles(endpoints.SET_TAG)
def set_tag(call: Call[wire.SetTag]) -> Empty:
    """Set a tag."""
    present(read(call))
    tags, fields = run_tags.fields_of({call.request.key: call.request.value})
    return _changed(call, checked(UpdateRun, tags=tags, **fields))


@surface.handles(endpoints.DELETE_TAG)
def delete_tag(call: Call[wire.DeleteTag]) -> Empty:
    """Delete a tag, which must be there."""
    key = call.request.key

    def without(run: Run) -> UpdateRun:
        if key == run_tags.NOTE and present(run).note:
            return UpdateRun(note="")
        if key not in present(run).tags:
            raise NotFoundError(f"run {run.run_id} has no tag {key!r}")
        return checked(UpdateRun, remove_tags=(key,))

    call.backend.editing.revise(call.project, call.request.run_id, without, call.actor, call.said)
    return Empty()


def read(call: Call[R]) -> Run:
    """Return the run that a request names."""
    return call.backend.tracking.get(call.project, call.request.run_id)


def _changed(call: Call[R], change: UpdateRun) -> Empty:
    call.backend.editing.update(call.project, call.request.run_id, change, call.actor, call.said)
    return Empty()


def _name_of(call: Call[wire.UpdateRun]) -> str:
    """Return an id for what a request makes, the same when it comes again with its name."""
    return new_id() if call.said is None else call.said.request_id
