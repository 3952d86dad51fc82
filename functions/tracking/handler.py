"""Experiments, runs, metrics, inputs, outputs and uploads."""

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract.artifacts import Artifact, Download, StoredObject, Upload
from lineal_contract.base import Page
from lineal_contract.batches import Downloads, EndedUploads, Uploads
from lineal_contract.experiments import Experiment
from lineal_contract.logs import LogPart, LogReceipt
from lineal_contract.people import WhoAmI
from lineal_contract.quotas import Limit, Usage
from lineal_contract.routes import tracking as routes
from lineal_contract.runs import ChunkReceipt, Dataset, Run
from lineal_contract.series import MetricSeries, RunSeries

_ALWAYS = {routes.GET_USAGE.key, routes.WHO_AM_I.key}
"""What is answered beyond the quota, too: it says why nothing else is."""


def _count(call: Call) -> None:
    if call.route_key not in _ALWAYS:
        backend().quotas.spend(call.project, Limit.REQUESTS_PER_MINUTE, 1)


handler = Api(before=_count)


@handler.handles(routes.WHO_AM_I)
def who_am_i(call: Call) -> WhoAmI:
    """The caller."""
    return backend().access.who_am_i(call.caller, call.actor, call.project)


@handler.handles(routes.CREATE_EXPERIMENT)
def create_experiment(call: Call) -> Experiment:
    """Make an experiment."""
    return backend().experiments.create(call.project, call.body, call.actor)


@handler.handles(routes.LIST_EXPERIMENTS)
def list_experiments(call: Call) -> Page[Experiment]:
    """List or search experiments."""
    return backend().experiment_search.page(call.project, call.query)


@handler.handles(routes.GET_EXPERIMENT)
def get_experiment(call: Call) -> Experiment:
    """Read an experiment."""
    return backend().experiments.get(call.project, call.path["experiment_id"])


@handler.handles(routes.UPDATE_EXPERIMENT)
def update_experiment(call: Call) -> Experiment:
    """Change an experiment."""
    at = call.path["experiment_id"]
    return backend().experiments.update(call.project, at, call.body, call.actor, call.said)


@handler.handles(routes.CREATE_RUN)
def create_run(call: Call) -> Run:
    """Start a run."""
    return backend().tracking.create(call.project, call.body, call.actor)


@handler.handles(routes.LIST_RUNS)
def list_runs(call: Call) -> Page[Run]:
    """List runs."""
    return backend().listing.page(call.project, call.query)


@handler.handles(routes.GET_RUN)
def get_run(call: Call) -> Run:
    """Read a run."""
    return backend().tracking.get(call.project, call.path["run_id"])


@handler.handles(routes.UPDATE_RUN)
def update_run(call: Call) -> Run:
    """Change a run."""
    return backend().editing.update(call.project, call.path["run_id"], call.body, call.actor, call.said)


@handler.handles(routes.RESUME_RUN)
def resume_run(call: Call) -> Run:
    """Continue a run."""
    return backend().tracking.resume(call.project, call.path["run_id"], call.body, call.actor)


@handler.handles(routes.LOG_CHUNK)
def log_chunk(call: Call) -> ChunkReceipt:
    """Take a chunk of points."""
    return backend().tracking.log_chunk(call.project, call.path["run_id"], call.body)


@handler.handles(routes.GET_METRIC)
def get_metric(call: Call) -> MetricSeries:
    """Read a series."""
    return backend().reading.series(call.project, call.path["run_id"], call.query)


@handler.handles(routes.GET_SERIES)
def get_series(call: Call) -> Page[RunSeries]:
    """Read series of several runs."""
    return backend().reading.many(call.project, call.query)


@handler.handles(routes.HEARTBEAT)
def heartbeat(call: Call) -> Run:
    """Take a sign of life."""
    return backend().tracking.heartbeat(call.project, call.path["run_id"])


@handler.handles(routes.LOG_LINES)
def log_lines(call: Call) -> LogReceipt:
    """Take what a run printed."""
    return backend().logs.add(call.project, call.path["run_id"], call.body)


@handler.handles(routes.GET_LOGS)
def get_logs(call: Call) -> Page[LogPart]:
    """Read what a run printed."""
    return backend().logs.read(call.project, call.path["run_id"], call.query)


@handler.handles(routes.USE_DATASET)
def use_dataset(call: Call) -> Dataset:
    """Record an input."""
    return backend().tracking.use_dataset(call.project, call.path["run_id"], call.body)


@handler.handles(routes.LOG_ARTIFACT)
def log_artifact(call: Call) -> Artifact:
    """Record an output."""
    return backend().tracking.log_artifact(call.project, call.path["run_id"], call.body)


@handler.handles(routes.BEGIN_UPLOAD)
def begin_upload(call: Call) -> Upload:
    """Say what is missing."""
    upload = backend().uploads.begin(call.project, call.body)
    if upload.stored is None:
        backend().quotas.check_room(call.project, Limit.STORED_BYTES, call.body.size)
    return upload


@handler.handles(routes.COMPLETE_UPLOAD)
def complete_upload(call: Call) -> StoredObject:
    """End an upload."""
    return backend().uploads.complete(call.project, call.path["digest"], call.body)


@handler.handles(routes.DOWNLOAD)
def download(call: Call) -> Download:
    """Say where to read."""
    return backend().uploads.download(call.project, call.path["digest"])


@handler.handles(routes.BEGIN_UPLOADS)
def begin_uploads(call: Call) -> Uploads:
    """Say what is missing of many."""
    found = backend().batches.begin(call.project, call.body)
    missing = sum(f.size for f, u in zip(call.body.files, found.uploads, strict=True) if u.stored is None)
    if missing:
        backend().quotas.check_room(call.project, Limit.STORED_BYTES, missing)
    return found


@handler.handles(routes.END_UPLOADS)
def end_uploads(call: Call) -> EndedUploads:
    """End many uploads."""
    return backend().batches.end(call.project, call.body)


@handler.handles(routes.DOWNLOADS)
def downloads(call: Call) -> Downloads:
    """Say where to read many."""
    return backend().batches.downloads(call.project, call.query.digests.split(","))


@handler.handles(routes.GET_USAGE)
def get_usage(call: Call) -> Usage:
    """Say what the project uses."""
    return backend().quotas.usage(call.project)
