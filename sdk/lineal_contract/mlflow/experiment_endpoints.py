"""Endpoints of experiments."""

from lineal_contract.mlflow import experiments
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.messages import Empty

_E = "mlflow/experiments"

CREATE_EXPERIMENT = Endpoint(
    "create_experiment", "POST", f"{_E}/create", experiments.CreateExperiment,
    experiments.ExperimentCreated, "Create an experiment",
)  # fmt: skip
GET_EXPERIMENT = Endpoint(
    "get_experiment", "GET", f"{_E}/get", experiments.ExperimentId,
    experiments.OneExperiment, "Read an experiment",
)  # fmt: skip
GET_EXPERIMENT_BY_NAME = Endpoint(
    "get_experiment_by_name", "GET", f"{_E}/get-by-name", experiments.ExperimentByName,
    experiments.OneExperiment, "Read an experiment by its name",
)  # fmt: skip
SEARCH_EXPERIMENTS = Endpoint(
    "search_experiments", "POST", f"{_E}/search", experiments.SearchExperiments,
    experiments.Experiments, "Search experiments", reads=True,
)  # fmt: skip
SEARCH_EXPERIMENTS_BY_GET = Endpoint(
    "search_experiments_by_get", "GET", f"{_E}/search", experiments.SearchExperiments,
    experiments.Experiments, "Search experiments",
)  # fmt: skip
UPDATE_EXPERIMENT = Endpoint(
    "update_experiment", "POST", f"{_E}/update", experiments.UpdateExperiment,
    Empty, "Rename an experiment", once=True,
)  # fmt: skip
DELETE_EXPERIMENT = Endpoint(
    "delete_experiment", "POST", f"{_E}/delete", experiments.ExperimentId, Empty, "Delete an experiment",
    once=True,
)  # fmt: skip
RESTORE_EXPERIMENT = Endpoint(
    "restore_experiment", "POST", f"{_E}/restore", experiments.ExperimentId, Empty,
    "Bring a deleted experiment back", once=True,
)  # fmt: skip
SET_EXPERIMENT_TAG = Endpoint(
    "set_experiment_tag", "POST", f"{_E}/set-experiment-tag", experiments.SetExperimentTag, Empty,
    "Set a tag of an experiment", once=True,
)  # fmt: skip
DELETE_EXPERIMENT_TAG = Endpoint(
    "delete_experiment_tag", "POST", f"{_E}/delete-experiment-tag", experiments.DeleteExperimentTag, Empty,
    "Delete a tag of an experiment", once=True,
)  # fmt: skip
