"""Versions of registered models in MLflow's words."""

from typing import Any

from functions.core.errors import InvalidRequestError
from functions.core.models.naming import head_of
from functions.mlflow import version_files
from functions.mlflow.refusals import checked
from functions.mlflow.surface import Call, surface
from functions.mlflow.version_sources import adoption
from functions.mlflow.version_stages import SHARED, stage_of
from functions.mlflow.version_view import shown
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction
from lineal_contract.mlflow import model_version_endpoints as endpoints
from lineal_contract.mlflow import model_versions as wire
from lineal_contract.mlflow.messages import Empty
from lineal_contract.registry import Describe, ModelVersion


@surface.handles(endpoints.CREATE_MODEL_VERSION)
def create(call: Call[wire.CreateModelVersion]) -> wire.OneModelVersion:
    """Make a version of the files at a source, pinned now. Those that take long are hashed by a workflow."""
    head_of(call.backend.models, call.project, call.request.name)
    made = call.backend.adopting.register(call.project, call.request.name, adoption(call), call.cause())
    return _one(made)


@surface.handles(endpoints.GET_MODEL_VERSION)
def get(call: Call[wire.OfVersion]) -> wire.OneModelVersion:
    """Read a version."""
    return _one(_read(call))


@surface.handles(endpoints.UPDATE_MODEL_VERSION)
def update(call: Call[wire.UpdateModelVersion]) -> wire.OneModelVersion:
    """Change the description."""
    return _one(_described(call, description=call.request.description))


@surface.handles(endpoints.DELETE_MODEL_VERSION)
def delete(call: Call[wire.OfVersion]) -> Empty:
    """Delete a version that nothing uses; its aliases must be gone."""
    asked = ChangeLifecycle(action=LifecycleAction.DELETE, reason="deleted by an MLflow client")
    wanted = call.request
    call.backend.curating_by_hand.change_lifecycle(
        call.project, wanted.name, wanted.version, asked, call.cause()
    )
    return Empty()


@surface.handles(endpoints.GET_DOWNLOAD_URI)
def download_uri(call: Call[wire.OfVersion]) -> wire.DownloadUri:
    """Say where a version's pinned files are read from."""
    return wire.DownloadUri(artifact_uri=version_files.uri(_read(call)))


@surface.handles(endpoints.TRANSITION_STAGE)
def transition(call: Call[wire.TransitionStage]) -> wire.OneModelVersion:
    """Move a version to a stage that the project's rules leave free."""
    wanted, stage = call.request, stage_of(call.request.stage)
    if wanted.archive_existing_versions and stage not in SHARED:
        raise InvalidRequestError("archive_existing_versions: it goes with Staging and Production alone")
    moved = call.backend.curating_by_hand.move(
        call.project,
        wanted.name,
        wanted.version,
        stage,
        alone=wanted.archive_existing_versions,
        cause=call.cause(),
    )
    return _one(moved)


@surface.handles(endpoints.SET_MODEL_VERSION_TAG)
def set_tag(call: Call[wire.SetVersionTag]) -> Empty:
    """Set a tag."""
    _described(call, tags={call.request.key: call.request.value})
    return Empty()


@surface.handles(endpoints.DELETE_MODEL_VERSION_TAG)
def delete_tag(call: Call[wire.DeleteVersionTag]) -> Empty:
    """Delete a tag; one that is not there is no error."""
    _described(call, tags={call.request.key: None})
    return Empty()


def _described(call: Call[Any], **said: Any) -> ModelVersion:
    wanted = call.request
    return call.backend.curating_by_hand.describe_version(
        call.project, wanted.name, wanted.version, checked(Describe, **said), call.cause()
    )


def _read(call: Call[Any]) -> ModelVersion:
    return call.backend.finding.version(call.project, call.request.name, call.request.version)


def _one(version: ModelVersion) -> wire.OneModelVersion:
    return wire.OneModelVersion(model_version=shown(version))
