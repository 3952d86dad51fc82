"""Endpoints of runs, of what is logged into them, and of metric histories."""

from lineal_contract.mlflow import datasets, metrics, runs
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.messages import Empty

_R = "mlflow/runs"
_M = "mlflow/metrics"

CREATE_RUN = Endpoint("create_run", "POST", f"{_R}/create", runs.CreateRun, runs.OneRun, "Start a run")
GET_RUN = Endpoint("get_run", "GET", f"{_R}/get", runs.OfRun, runs.OneRun, "Read a run")
UPDATE_RUN = Endpoint(
    "update_run", "POST", f"{_R}/update", runs.UpdateRun, runs.OneRunInfo, "End, continue or rename a run",
    once=True,
)  # fmt: skip
DELETE_RUN = Endpoint("delete_run", "POST", f"{_R}/delete", runs.OfRun, Empty, "Delete a run", once=True)
RESTORE_RUN = Endpoint(
    "restore_run", "POST", f"{_R}/restore", runs.OfRun, Empty, "Bring a deleted run back", once=True
)
SEARCH_RUNS = Endpoint(
    "search_runs", "POST", f"{_R}/search", runs.SearchRuns, runs.Runs, "Search runs", reads=True,
)  # fmt: skip
LOG_METRIC = Endpoint(
    "log_metric", "POST", f"{_R}/log-metric", runs.LogMetric, Empty, "Log a value of a metric",
)  # fmt: skip
LOG_PARAM = Endpoint("log_param", "POST", f"{_R}/log-parameter", runs.LogParam, Empty, "Log a param")
LOG_BATCH = Endpoint(
    "log_batch", "POST", f"{_R}/log-batch", runs.LogBatch, Empty, "Log metrics, params and tags at once",
    once=True,
)  # fmt: skip
LOG_MODEL = Endpoint(
    "log_model", "POST", f"{_R}/log-model", runs.LogModel, Empty, "Note a logged model", once=True
)
LOG_INPUTS = Endpoint("log_inputs", "POST", f"{_R}/log-inputs", runs.LogInputs, Empty, "Note what a run used")
LOG_OUTPUTS = Endpoint("log_outputs", "POST", f"{_R}/outputs", runs.LogOutputs, Empty, "Note what a run made")
SET_TAG = Endpoint("set_tag", "POST", f"{_R}/set-tag", runs.SetTag, Empty, "Set a tag of a run", once=True)
DELETE_TAG = Endpoint(
    "delete_tag", "POST", f"{_R}/delete-tag", runs.DeleteTag, Empty, "Delete a tag of a run", once=True,
)  # fmt: skip

GET_HISTORY = Endpoint(
    "get_history", "GET", f"{_M}/get-history", metrics.MetricHistory, metrics.Metrics,
    "The values of a metric",
)  # fmt: skip
GET_HISTORY_BULK = Endpoint(
    "get_history_bulk", "GET", f"{_M}/get-history-bulk", metrics.BulkHistory, metrics.Metrics,
    "The values of a metric in some runs",
)  # fmt: skip
GET_HISTORY_BULK_INTERVAL = Endpoint(
    "get_history_bulk_interval", "GET", f"{_M}/get-history-bulk-interval", metrics.BulkInterval,
    metrics.Metrics, "A sample of a metric in some runs",
)  # fmt: skip
SEARCH_DATASETS = Endpoint(
    "search_datasets", "POST", "mlflow/experiments/search-datasets", datasets.SearchDatasets,
    datasets.Datasets, "Datasets that runs of some experiments used", reads=True,
)  # fmt: skip
