"""Endpoints of logged models."""

from lineal_contract.mlflow import artifacts, logged_models
from lineal_contract.mlflow.endpoint import FILE, Endpoint
from lineal_contract.mlflow.messages import Empty

_L = "mlflow/logged-models"
_ONE = f"{_L}/{{model_id}}"

CREATE_LOGGED_MODEL = Endpoint(
    "create_logged_model", "POST", _L, logged_models.CreateLoggedModel, logged_models.OneLoggedModel,
    "Begin a logged model",
)  # fmt: skip
SEARCH_LOGGED_MODELS = Endpoint(
    "search_logged_models", "POST", f"{_L}/search", logged_models.SearchLoggedModels,
    logged_models.LoggedModels, "Search logged models", reads=True,
)  # fmt: skip
GET_LOGGED_MODEL = Endpoint(
    "get_logged_model", "GET", _ONE, logged_models.GetLoggedModel, logged_models.OneLoggedModel,
    "Read a logged model",
)  # fmt: skip
FINALIZE_LOGGED_MODEL = Endpoint(
    "finalize_logged_model", "PATCH", _ONE, logged_models.FinalizeLoggedModel,
    logged_models.OneLoggedModel, "Say that a logged model's files are there, or are not",
)  # fmt: skip
DELETE_LOGGED_MODEL = Endpoint(
    "delete_logged_model", "DELETE", _ONE, logged_models.OfLoggedModel, Empty, "Delete a logged model",
)  # fmt: skip
SET_LOGGED_MODEL_TAGS = Endpoint(
    "set_logged_model_tags", "PATCH", f"{_ONE}/tags", logged_models.SetLoggedModelTags,
    logged_models.OneLoggedModel, "Set tags of a logged model",
)  # fmt: skip
DELETE_LOGGED_MODEL_TAG = Endpoint(
    "delete_logged_model_tag", "DELETE", f"{_ONE}/tags/{{tag_key+}}", logged_models.DeleteLoggedModelTag,
    Empty, "Delete a tag of a logged model",
)  # fmt: skip
LOG_LOGGED_MODEL_PARAMS = Endpoint(
    "log_logged_model_params", "POST", f"{_ONE}/params", logged_models.LogLoggedModelParams, Empty,
    "Add params of a logged model",
)  # fmt: skip
LIST_LOGGED_MODEL_ARTIFACTS = Endpoint(
    "list_logged_model_artifacts", "GET", f"{_ONE}/artifacts/directories",
    logged_models.ListLoggedModelArtifacts, artifacts.Artifacts, "What lies in a folder of a logged model",
)  # fmt: skip
GET_LOGGED_MODEL_FILE = Endpoint(
    "get_logged_model_file", "GET", f"{_ONE}/artifacts/files", artifacts.ModelFile, Empty,
    "A file of a logged model", gives=FILE,
)  # fmt: skip
