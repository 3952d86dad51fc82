"""Registered models and aliases in MLflow's words."""

from typing import Any

from functions.core.errors import InvalidRequestError
from functions.core.models.registry import with_aliases
from functions.mlflow.refusals import RefusedError, checked
from functions.mlflow.surface import Call, surface
from functions.mlflow.version_stages import stage_of
from functions.mlflow.version_view import STAGES, newest, registered, shown, shown_model, stage_name
from lineal_contract.mlflow import model_versions as wire_versions
from lineal_contract.mlflow import registered_model_endpoints as endpoints
from lineal_contract.mlflow import registered_models as wire
from lineal_contract.mlflow.errors import ErrorCode
from lineal_contract.mlflow.messages import Empty
from lineal_contract.references import is_alias
from lineal_contract.registry import CreateModel, Describe, RenameModel
from lineal_contract.registry import SetAlias as NativeSetAlias


@surface.handles(endpoints.CREATE_REGISTERED_MODEL)
def create(call: Call[wire.CreateRegisteredModel]) -> wire.OneRegisteredModel:
    """Create a model without versions."""
    wanted = call.request
    tags = {tag.key: tag.value for tag in wanted.tags}
    made = checked(CreateModel, model=wanted.name, description=wanted.description, tags=tags)
    model = call.backend.curating_by_hand.create(call.project, made, call.named_cause())
    return wire.OneRegisteredModel(registered_model=registered(model))


@surface.handles(endpoints.GET_REGISTERED_MODEL)
def get(call: Call[wire.OfModel]) -> wire.OneRegisteredModel:
    """Read a model."""
    return _one(call, call.request.name)


@surface.handles(endpoints.RENAME_REGISTERED_MODEL)
def rename(call: Call[wire.RenameRegisteredModel]) -> wire.OneRegisteredModel:
    """Give a model another name, where nothing outside goes by the one it has."""
    wanted = checked(RenameModel, name=call.request.new_name)
    call.backend.renaming.rename(call.project, call.request.name, wanted, call.cause())
    return _one(call, wanted.name)


@surface.handles(endpoints.UPDATE_REGISTERED_MODEL)
def update(call: Call[wire.UpdateRegisteredModel]) -> wire.OneRegisteredModel:
    """Change the description."""
    wanted = checked(Describe, description=call.request.description)
    call.backend.curating_by_hand.describe(call.project, call.request.name, wanted, call.cause())
    return _one(call, call.request.name)


@surface.handles(endpoints.DELETE_REGISTERED_MODEL)
def delete(call: Call[wire.OfModel]) -> Empty:
    """Delete a model that nothing uses."""
    call.backend.curating_by_hand.delete(call.project, call.request.name, call.cause())
    return Empty()


@surface.handles(endpoints.SET_REGISTERED_MODEL_TAG)
def set_tag(call: Call[wire.SetModelTag]) -> Empty:
    """Set a tag."""
    wanted = checked(Describe, tags={call.request.key: call.request.value})
    call.backend.curating_by_hand.describe(call.project, call.request.name, wanted, call.cause())
    return Empty()


@surface.handles(endpoints.DELETE_REGISTERED_MODEL_TAG)
def delete_tag(call: Call[wire.DeleteModelTag]) -> Empty:
    """Delete a tag; one that is not there is no error."""
    wanted = checked(Describe, tags={call.request.key: None})
    call.backend.curating_by_hand.describe(call.project, call.request.name, wanted, call.cause())
    return Empty()


@surface.handles(endpoints.GET_LATEST_VERSIONS_BY_GET)
@surface.handles(endpoints.GET_LATEST_VERSIONS)
def latest_versions(call: Call[wire.GetLatestVersions]) -> wire_versions.ModelVersions:
    """Return the newest version in each stage, or in those asked for."""
    listed = call.backend.finding.one(call.project, call.request.name)
    wanted = {STAGES[stage_of(name)] for name in call.request.stages}
    found = (each for each in newest(listed.versions) if not wanted or stage_name(each) in wanted)
    return wire_versions.ModelVersions(
        model_versions=tuple(shown(with_aliases(listed.head, each)) for each in found)
    )


@surface.handles(endpoints.SET_ALIAS)
def set_alias(call: Call[wire.SetAlias]) -> Empty:
    """Point an alias at a version."""
    wanted = call.request
    if not is_alias(wanted.alias):
        raise InvalidRequestError(
            f"alias: {wanted.alias!r} is no alias: a small letter, then small letters, digits, "
            "hyphens and underscores; `latest`, stages, numbers as v1 and what reads as a commit are reserved"
        )
    pointed = checked(NativeSetAlias, version=wanted.version)
    call.backend.curating_by_hand.set_alias(call.project, wanted.name, wanted.alias, pointed, call.cause())
    return Empty()


@surface.handles(endpoints.DELETE_ALIAS)
def delete_alias(call: Call[wire.OfAlias]) -> Empty:
    """Delete an alias; one that is not there is no error."""
    wanted = call.request
    if wanted.alias in call.backend.finding.one(call.project, wanted.name).head.aliases:
        call.backend.curating_by_hand.delete_alias(call.project, wanted.name, wanted.alias, call.cause())
    return Empty()


@surface.handles(endpoints.GET_BY_ALIAS)
def get_by_alias(call: Call[wire.OfAlias]) -> wire_versions.OneModelVersion:
    """Read the version that an alias points at."""
    wanted = call.request
    if not is_alias(wanted.alias):
        raise RefusedError(
            ErrorCode.INVALID_PARAMETER_VALUE, f"Registered model alias {wanted.alias} not found."
        )
    version = call.backend.finding.version(call.project, wanted.name, wanted.alias)
    return wire_versions.OneModelVersion(model_version=shown(version))


def _one(call: Call[Any], name: str) -> wire.OneRegisteredModel:
    return wire.OneRegisteredModel(registered_model=shown_model(call.backend.finding.one(call.project, name)))
