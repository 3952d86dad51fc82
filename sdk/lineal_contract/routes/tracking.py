"""Runs: what training writes, and what is read of it."""

from lineal_contract import artifacts, batches, experiments, logs, people, quotas, runs, series
from lineal_contract.base import Page
from lineal_contract.routes.route import RUN, V1, Route

WHO_AM_I = Route(
    "who_am_i", "GET", f"{V1}/whoami", "tracking", people.WhoAmI,
    summary="The caller as the server sees them",
)  # fmt: skip
CREATE_EXPERIMENT = Route(
    "create_experiment", "POST", f"{V1}/experiments", "tracking", experiments.Experiment,
    body=experiments.CreateExperiment, status=201, summary="Make an experiment without runs",
)  # fmt: skip
LIST_EXPERIMENTS = Route(
    "list_experiments", "GET", f"{V1}/experiments", "tracking", Page[experiments.Experiment],
    query=experiments.ExperimentQuery, summary="List or search experiments, newest first",
)  # fmt: skip
GET_EXPERIMENT = Route(
    "get_experiment", "GET", f"{V1}/experiments/{{experiment_id}}", "tracking", experiments.Experiment,
    summary="Read an experiment",
)  # fmt: skip
UPDATE_EXPERIMENT = Route(
    "update_experiment", "PATCH", f"{V1}/experiments/{{experiment_id}}", "tracking",
    experiments.Experiment, body=experiments.UpdateExperiment,
    summary="Change note, tags and name of an experiment, delete or restore it", once=True,
)  # fmt: skip
CREATE_RUN = Route(
    "create_run", "POST", f"{V1}/runs", "tracking", runs.Run,
    body=runs.CreateRun, status=201, summary="Start a run",
)  # fmt: skip
LIST_RUNS = Route(
    "list_runs", "GET", f"{V1}/runs", "tracking", Page[runs.Run],
    query=runs.RunQuery, summary="List runs, newest first",
)  # fmt: skip
GET_RUN = Route("get_run", "GET", RUN, "tracking", runs.Run, summary="Read a run")
UPDATE_RUN = Route(
    "update_run", "PATCH", RUN, "tracking", runs.Run,
    body=runs.UpdateRun, summary="Add params, change tags and note, stop, end, delete or restore a run",
    once=True,
)  # fmt: skip
RESUME_RUN = Route(
    "resume_run", "POST", f"{RUN}/attempts", "tracking", runs.Run,
    body=runs.StartAttempt, status=201, summary="Continue a run that has ended or was lost",
)  # fmt: skip
LOG_CHUNK = Route(
    "log_chunk", "POST", f"{RUN}/chunks", "tracking", runs.ChunkReceipt,
    body=runs.LogChunk, status=201, summary="Deliver a chunk of metric points",
)  # fmt: skip
GET_METRIC = Route(
    "get_metric", "GET", f"{RUN}/metrics", "tracking", series.MetricSeries,
    query=series.MetricQuery, summary="Read the series of one metric",
)  # fmt: skip
GET_SERIES = Route(
    "get_series", "GET", f"{V1}/series", "tracking", Page[series.RunSeries],
    query=series.SeriesQuery, summary="Read some metrics of many runs",
)  # fmt: skip
HEARTBEAT = Route(
    "heartbeat", "POST", f"{RUN}/heartbeat", "tracking", runs.Run,
    summary="Say that a run's process lives, and see the run at a glance",
)  # fmt: skip
LOG_LINES = Route(
    "log_lines", "POST", f"{RUN}/logs", "tracking", logs.LogReceipt,
    body=logs.LogLines, status=201, summary="Deliver a chunk of what a run printed",
)  # fmt: skip
GET_LOGS = Route(
    "get_logs", "GET", f"{RUN}/logs", "tracking", Page[logs.LogPart],
    query=logs.LogQuery, summary="Read what a run printed",
)  # fmt: skip
USE_DATASET = Route(
    "use_dataset", "POST", f"{RUN}/datasets", "tracking", runs.Dataset,
    body=runs.UseDataset, status=201, summary="Record a dataset as an input of a run",
)  # fmt: skip
LOG_ARTIFACT = Route(
    "log_artifact", "POST", f"{RUN}/artifacts", "tracking", artifacts.Artifact,
    body=artifacts.LogArtifact, status=201, summary="Name stored files as an artifact of a run",
)  # fmt: skip
GET_USAGE = Route(
    "get_usage", "GET", f"{V1}/usage", "tracking", quotas.Usage,
    summary="What the project uses, and its quota",
)  # fmt: skip
BEGIN_UPLOAD = Route(
    "begin_upload", "POST", f"{V1}/uploads", "tracking", artifacts.Upload,
    body=artifacts.BeginUpload, summary="Ask which parts of some content are missing",
)  # fmt: skip
COMPLETE_UPLOAD = Route(
    "complete_upload", "POST", f"{V1}/uploads/{{digest}}/complete", "tracking",
    artifacts.StoredObject, body=artifacts.CompleteUpload, summary="End an upload",
)  # fmt: skip
DOWNLOAD = Route(
    "download", "GET", f"{V1}/objects/{{digest}}", "tracking", artifacts.Download,
    summary="A presigned address to read stored content from",
)  # fmt: skip
BEGIN_UPLOADS = Route(
    "begin_uploads", "POST", f"{V1}/upload-batches", "tracking", batches.Uploads,
    body=batches.SmallFiles, summary="Ask which of many small files are missing",
)  # fmt: skip
END_UPLOADS = Route(
    "end_uploads", "POST", f"{V1}/upload-batches/complete", "tracking", batches.EndedUploads,
    body=batches.SmallFiles, summary="End the uploads of many small files",
)  # fmt: skip
DOWNLOADS = Route(
    "downloads", "GET", f"{V1}/objects", "tracking", batches.Downloads,
    query=batches.DownloadQuery, summary="Presigned addresses to read much stored content from",
)  # fmt: skip
