"""The functions of the package itself: the client's, with the environment's address and project."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from lineal.capture.switches import Wanted
from lineal.client import Client
from lineal.comparing import RunDiff, compare
from lineal.errors import InputError
from lineal.governance.pulling import Pulled
from lineal.governance.pulling import pull as pull_to
from lineal.resources.approvals import Approval
from lineal.resources.models import Version
from lineal.resources.runs import Run
from lineal.resources.series import Range, SeriesTable
from lineal.resources.traces import Trace
from lineal.tracking.active_run import ActiveRun
from lineal.tracking.checkpoints import find_checkpoint, restore
from lineal.tracking.modes import Mode, current_mode
from lineal.tracking.recording import PendingArtifact
from lineal.tracking.starting import resume_run, start_run
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.artifacts import Artifact
from lineal_contract.deployments import Deployment, Endpoint, Prediction
from lineal_contract.people import WhoAmI
from lineal_contract.registry import Model
from lineal_contract.runs import RunStatus

_clients: dict[tuple[str, str], Client] = {}
_lock = threading.Lock()


def default_client() -> Client:
    """Return the client for LINEAL_API_URL and LINEAL_PROJECT as they are set now.

    Each pair has one client, which keeps the credentials that it found at its first request.
    """
    client = Client()
    with _lock:
        return _clients.setdefault((client.api_url, client.project), client)


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
    chosen = client or _client_of_mode()
    if resume is not None:
        return resume_run(chosen, _id_of(resume), params=params, tags=tags, note=note, capture=capture)
    return start_run(
        chosen,
        experiment=experiment,
        name=name,
        params=params,
        tags=tags,
        note=note,
        script=script,
        parent=None if parent is None else _id_of(parent),
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
    run_id, chosen = _id_of(run), client or _client_of_mode()
    if chosen is None:
        return resume_run(None, run_id, params=params, tags=tags)
    found = find_checkpoint(chosen.runs.get(run_id), step)
    folder = Path("lineal-checkpoints", run_id) if to is None else Path(to)
    restored = restore(chosen, found, folder) if found else None
    return resume_run(chosen, run_id, params=params, tags=tags, restored=restored)


def _client_of_mode() -> Client | None:
    return default_client() if current_mode() is Mode.ONLINE else None


def _id_of(run: "ActiveRun | Run | str") -> str:
    return run if isinstance(run, str) else run.id


def register(
    model: str,
    artifact: Artifact | PendingArtifact | str,
    *,
    run: "ActiveRun | Run | str",
    description: str = "",
    tags: Mapping[str, str] | None = None,
    semver: str | None = None,
    bump: str | None = None,
    commit: str | None = None,
    client: Client | None = None,
) -> Version:
    """Register an artifact of a run as the next version of `model`, which is made if it is new.

    `semver="1.2.0"`, or `bump=` "major", "minor", "patch" or "auto" give it a semantic version too. A run
    that still goes on delivers its metrics first: the version keeps their last values.
    """
    if isinstance(run, ActiveRun):
        run.flush()
    return (client or default_client()).models.register(
        model,
        artifact if isinstance(artifact, str) else artifact.name,
        run_id=_id_of(run),
        description=description,
        tags=tags,
        semver=semver,
        bump=bump,
        commit=commit,
    )


def register_files(
    model: str,
    path: str | Path,
    *,
    source: str,
    metrics: Mapping[str, float] | None = None,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    semver: str | None = None,
    bump: str | None = None,
    commit: str | None = None,
    client: Client | None = None,
) -> Version:
    """Store a file or folder that no run made and register it as a version, marked as made outside."""
    chosen = client or default_client()
    return chosen.models.register_outside(
        model,
        chosen.artifacts.store_tree(path),
        source=source,
        metrics=metrics,
        description=description,
        tags=tags,
        semver=semver,
        bump=bump,
        commit=commit,
    )


def trace(
    endpoint: str | None = None,
    *,
    model: str | None = None,
    version: int | None = None,
    verify: bool = False,
    client: Client | None = None,
) -> Trace:
    """Return all that stands behind a live endpoint, or behind a version of a model.

    With `verify` the server hashes the stored bytes, and `Trace.verified` says whether they match.
    """
    traces = (client or default_client()).traces
    if endpoint is not None and model is None and version is None:
        return traces.of_endpoint(endpoint, verify=verify)
    if endpoint is None and model is not None and version is not None:
        return traces.of_version(model, version, verify=verify)
    raise InputError("trace takes either endpoint=, or model= and version=")


def predict(
    endpoint: str, inputs: Sequence[Sequence[float]] | Any, *, client: Client | None = None
) -> Prediction:
    """Return what the live version of `endpoint` gives for rows of numbers."""
    return (client or default_client()).endpoints.predict(endpoint, inputs)


def rollback(
    endpoint: str, version: int | None = None, *, reason: str, client: Client | None = None
) -> Deployment:
    """Put an endpoint back on `version`, or on the one that was live before the current one."""
    return (client or default_client()).endpoints.rollback(endpoint, version, reason=reason)


def get_run(run_id: str) -> Run:
    """Return a run. Raises NotFoundError."""
    return default_client().runs.get(run_id)


def diff(
    left: "ActiveRun | Run | str", right: "ActiveRun | Run | str", *, client: Client | None = None
) -> RunDiff:
    """Return what two runs differ in; it is false where they do not."""
    runs = (client or default_client()).runs
    return compare(runs.get(_id_of(left)), runs.get(_id_of(right)))


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


def get_model(model: str) -> Model:
    """Return a registered model. Raises NotFoundError."""
    return default_client().models.get(model)


def list_models(
    filter: str = "",  # noqa: A002 - the word users of other trackers know
    *,
    order_by: str = "",
    limit: int | None = None,
) -> Iterator[Model]:
    """Yield the registered models that fit a filter."""
    return default_client().models.list(filter, order_by=order_by, limit=limit)


def search_versions(
    filter: str = "",  # noqa: A002 - the word users of other trackers know
    *,
    order_by: str = "",
    limit: int | None = None,
) -> Iterator[Version]:
    """Yield versions of all models that fit a filter such as `metrics.mae < 45`."""
    return default_client().models.find_versions(filter, order_by=order_by, limit=limit)


def pull(
    reference: str, to: str | Path, *, key: str | Path | None = None, client: Client | None = None
) -> Pulled:
    """Bring the folder `to` to the version that `MODEL@VERSION` means, checked and swapped in one step.

    Nothing is fetched while the name means the same. `Pulled.path` has the files. Raises NotFoundError,
    IntegrityError, DiskError; whatever fails, the folder stays on what it had.
    """
    return pull_to(client or default_client(), reference, to, key=key)


def get_version(model: str, version: int | str | None = None) -> Version:
    """Return a version by its number, semantic version, alias, `latest`, `production` or commit.

    In one word as `MODEL@VERSION`, or as a `models:/` URI. Raises NotFoundError.
    """
    models = default_client().models
    return models.at(model) if version is None else models.version(model, version)


def list_versions(model: str, *, limit: int | None = None) -> Iterator[Version]:
    """Yield the versions of a model, newest first."""
    return default_client().models.versions(model, limit=limit)


def get_approval(approval_id: str) -> Approval:
    """Return an approval. Raises NotFoundError."""
    return default_client().approvals.get(approval_id)


def list_approvals(
    *, status: ApprovalStatus | str | None = None, model: str | None = None, limit: int | None = None
) -> Iterator[Approval]:
    """Yield approvals, newest first."""
    return default_client().approvals.list(status=status, model=model, limit=limit)


def get_endpoint(endpoint: str) -> Endpoint:
    """Return what is live at an endpoint. Raises NotFoundError."""
    return default_client().endpoints.get(endpoint)


def list_endpoints(*, limit: int | None = None) -> Iterator[Endpoint]:
    """Yield the endpoints, each with what is live there."""
    return default_client().endpoints.list(limit=limit)


def list_deployments(endpoint: str, *, limit: int | None = None) -> Iterator[Deployment]:
    """Yield what was deployed to an endpoint, newest first."""
    return default_client().endpoints.deployments(endpoint, limit=limit)


def whoami() -> WhoAmI:
    """Return the caller as the server sees them."""
    return default_client().people.me()
