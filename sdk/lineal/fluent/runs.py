"""Runs: started, resumed, read, found and compared."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Unpack

from lineal.capture.switches import Wanted
from lineal.client import Client
from lineal.comparing import RunDiff, compare
from lineal.fluent.clients import client_of_mode, default_client
from lineal.resources.runs import Run
from lineal.resources.series import Range, SeriesTable
from lineal.tracking.active_run import ActiveRun
from lineal.tracking.checkpoints import find_checkpoint, restore
from lineal.tracking.starting import resume_run, start_run
from lineal_contract.runs import RunStatus


def run(
    *,
    experiment: str = "Default",
    name: str = "",
    params: Any = None,
    tags: Mapping[str, Any] | None = None,
    note: str = "",
    script: str | Path | None = None,
    parent: "ActiveRun | Run | str | None" = None,
    resume: "ActiveRun | Run | str | None" = None,
    run_id: str | None = None,
    capture: Wanted = None,
    client: Client | None = None,
) -> ActiveRun:
    """Start a run; use it in a `with` block, which ends it: finished, failed, or killed by Ctrl-C.

    `params` is a mapping, dataclass, Namespace, pydantic model, DictConfig or a file's path, as in
    `log_params`. With `parent` the run is a child of that one. With `resume` a run that has ended, or was
    lost, goes on; `lineal.resume` restores its last checkpoint as well. With `run_id`, or LINEAL_RUN_ID, join
    a run that another process started and ends. LINEAL_MODE=offline keeps everything in the spool for
    `lineal sync`; disabled records nothing. `capture` switches off what is recorded by itself: all of it
    with False, or by name, as in `capture={"stdout": False}`.
    """
    chosen = client or client_of_mode()
    if resume is not None:
        return resume_run(chosen, id_of(resume), params=params, tags=tags, note=note, capture=capture)
    return start_run(
        chosen,
        experiment=experiment,
        name=name,
        params=params,
        tags=tags,
        note=note,
        script=script,
        parent=None if parent is None else id_of(parent),
        run_id=run_id,
        capture=capture,
    )


def resume(
    run: "ActiveRun | Run | str",
    *,
    to: str | Path | None = None,
    step: int | None = None,
    params: Any = None,
    tags: Mapping[str, Any] | None = None,
    client: Client | None = None,
) -> ActiveRun:
    """Continue a run from its last checkpoint, or from the one of `step`, restored below the folder `to`.

    The run's `restored` has step and path, and is None for a run without a checkpoint. By default checkpoints
    come into `lineal-checkpoints/<run id>/<step>`. Needs the server.
    """
    run_id, chosen = id_of(run), client or client_of_mode()
    if chosen is None:
        return resume_run(None, run_id, params=params, tags=tags)
    found = find_checkpoint(chosen.runs.get(run_id), step)
    folder = Path("lineal-checkpoints", run_id) if to is None else Path(to)
    restored = restore(chosen, found, folder) if found else None
    return resume_run(chosen, run_id, params=params, tags=tags, restored=restored)


def id_of(run: "ActiveRun | Run | str") -> str:
    """Return the id of what stands for a run."""
    return run if isinstance(run, str) else run.id


def get_run(run_id: str) -> Run:
    """Return a run. Raises NotFoundError."""
    return default_client().runs.get(run_id)


def diff(
    left: "ActiveRun | Run | str", right: "ActiveRun | Run | str", *, client: Client | None = None
) -> RunDiff:
    """Return what two runs differ in; it is false where they do not."""
    runs = (client or default_client()).runs
    return compare(runs.get(id_of(left)), runs.get(id_of(right)))


def search_runs(
    filter: str = "",  # noqa: A002 - the word users of other trackers know
    *,
    experiment: str | None = None,
    status: RunStatus | str | None = None,
    order_by: str = "",
    limit: int | None = None,
) -> Iterator[Run]:
    """Yield runs that fit a filter, newest first or in another order; see `Runs.search`."""
    return default_client().runs.search(
        filter, experiment=experiment, status=status, order_by=order_by, limit=limit
    )


def read_metrics(
    runs: Iterable[Run | str], keys: Iterable[str] | str, *, max_points: int = 500, **selection: Unpack[Range]
) -> SeriesTable:
    """Return metrics of any number of runs, each series thinned out; see `Runs.metrics`."""
    return default_client().runs.metrics(runs, keys, max_points=max_points, **selection)
