"""Endpoints of versions of registered models."""

from lineal_contract.mlflow import model_versions
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.messages import Empty

_V = "mlflow/model-versions"

CREATE_MODEL_VERSION = Endpoint(
    "create_model_version", "POST", f"{_V}/create",
    model_versions.CreateModelVersion, model_versions.OneModelVersion,
    "Make a version of files", once=True,
)  # fmt: skip
GET_MODEL_VERSION = Endpoint(
    "get_model_version", "GET", f"{_V}/get",
    model_versions.OfVersion, model_versions.OneModelVersion,
    "Read a version",
)  # fmt: skip
UPDATE_MODEL_VERSION = Endpoint(
    "update_model_version", "PATCH", f"{_V}/update",
    model_versions.UpdateModelVersion, model_versions.OneModelVersion,
    "Describe a version", once=True,
)  # fmt: skip
DELETE_MODEL_VERSION = Endpoint(
    "delete_model_version", "DELETE", f"{_V}/delete",
    model_versions.OfVersion, Empty,
    "Delete a version", once=True,
)  # fmt: skip
SEARCH_MODEL_VERSIONS = Endpoint(
    "search_model_versions", "GET", f"{_V}/search",
    model_versions.SearchModelVersions, model_versions.ModelVersions,
    "Search versions",
)  # fmt: skip
GET_DOWNLOAD_URI = Endpoint(
    "get_download_uri", "GET", f"{_V}/get-download-uri",
    model_versions.OfVersion, model_versions.DownloadUri,
    "Where a version's files are read from",
)  # fmt: skip
TRANSITION_STAGE = Endpoint(
    "transition_stage", "POST", f"{_V}/transition-stage",
    model_versions.TransitionStage, model_versions.OneModelVersion,
    "Move a version to a stage", once=True,
)  # fmt: skip
SET_MODEL_VERSION_TAG = Endpoint(
    "set_model_version_tag", "POST", f"{_V}/set-tag",
    model_versions.SetVersionTag, Empty,
    "Set a tag of a version", once=True,
)  # fmt: skip
DELETE_MODEL_VERSION_TAG = Endpoint(
    "delete_model_version_tag", "DELETE", f"{_V}/delete-tag",
    model_versions.DeleteVersionTag, Empty,
    "Delete a tag of a version", once=True,
)  # fmt: skip
