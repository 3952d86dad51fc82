"""Endpoints of registered models and their aliases."""

from lineal_contract.mlflow import model_versions, registered_models
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.messages import Empty

_R = "mlflow/registered-models"

CREATE_REGISTERED_MODEL = Endpoint(
    "create_registered_model", "POST", f"{_R}/create",
    registered_models.CreateRegisteredModel, registered_models.OneRegisteredModel,
    "Create a registered model", once=True,
)  # fmt: skip
GET_REGISTERED_MODEL = Endpoint(
    "get_registered_model", "GET", f"{_R}/get",
    registered_models.OfModel, registered_models.OneRegisteredModel,
    "Read a registered model",
)  # fmt: skip
RENAME_REGISTERED_MODEL = Endpoint(
    "rename_registered_model", "POST", f"{_R}/rename",
    registered_models.RenameRegisteredModel, registered_models.OneRegisteredModel,
    "Rename a registered model that nothing outside goes by", once=True,
)  # fmt: skip
UPDATE_REGISTERED_MODEL = Endpoint(
    "update_registered_model", "PATCH", f"{_R}/update",
    registered_models.UpdateRegisteredModel, registered_models.OneRegisteredModel,
    "Describe a registered model", once=True,
)  # fmt: skip
DELETE_REGISTERED_MODEL = Endpoint(
    "delete_registered_model", "DELETE", f"{_R}/delete",
    registered_models.OfModel, Empty,
    "Delete a registered model", once=True,
)  # fmt: skip
SEARCH_REGISTERED_MODELS = Endpoint(
    "search_registered_models", "GET", f"{_R}/search",
    registered_models.SearchRegisteredModels, registered_models.RegisteredModels,
    "Search registered models",
)  # fmt: skip
GET_LATEST_VERSIONS = Endpoint(
    "get_latest_versions", "POST", f"{_R}/get-latest-versions",
    registered_models.GetLatestVersions, model_versions.ModelVersions,
    "The newest version in each stage", reads=True,
)  # fmt: skip
GET_LATEST_VERSIONS_BY_GET = Endpoint(
    "get_latest_versions_by_get", "GET", f"{_R}/get-latest-versions",
    registered_models.GetLatestVersions, model_versions.ModelVersions,
    "The newest version in each stage",
)  # fmt: skip
SET_REGISTERED_MODEL_TAG = Endpoint(
    "set_registered_model_tag", "POST", f"{_R}/set-tag",
    registered_models.SetModelTag, Empty,
    "Set a tag of a registered model", once=True,
)  # fmt: skip
DELETE_REGISTERED_MODEL_TAG = Endpoint(
    "delete_registered_model_tag", "DELETE", f"{_R}/delete-tag",
    registered_models.DeleteModelTag, Empty,
    "Delete a tag of a registered model", once=True,
)  # fmt: skip
SET_ALIAS = Endpoint(
    "set_alias", "POST", f"{_R}/alias",
    registered_models.SetAlias, Empty,
    "Point an alias at a version", once=True,
)  # fmt: skip
DELETE_ALIAS = Endpoint(
    "delete_alias", "DELETE", f"{_R}/alias",
    registered_models.OfAlias, Empty,
    "Delete an alias", once=True,
)  # fmt: skip
GET_BY_ALIAS = Endpoint(
    "get_by_alias", "GET", f"{_R}/alias",
    registered_models.OfAlias, model_versions.OneModelVersion,
    "The version that an alias points at",
)  # fmt: skip
