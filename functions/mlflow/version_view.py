"""Registered models and versions as MLflow shows them."""

import re
from collections.abc import Iterable, Mapping

from functions.core.models.finding import Listed
from functions.core.models.registry import with_aliases
from lineal_contract.lifecycle import UNFINISHED, VersionStatus
from lineal_contract.mlflow import model_versions as wire
from lineal_contract.mlflow import registered_models as wire_models
from lineal_contract.registry import Model, ModelVersion
from lineal_contract.stages import Stage, StageName

STAGES: Mapping[StageName, str] = {
    Stage.DEVELOPMENT: "None",
    Stage.STAGING: "Staging",
    Stage.PRODUCTION: "Production",
    Stage.ARCHIVED: "Archived",
}
"""Our stages in MLflow's words."""

OWN = STAGES[Stage.STAGING]
"""What a stage of a project's own is to MLflow, which has no other between None and Production."""

_STATUS = {
    VersionStatus.PENDING: wire.VersionStatus.PENDING,
    VersionStatus.FAILED: wire.VersionStatus.FAILED,
}
RUN_LINK = "lineal.run_link"
"""The tag that keeps what MLflow has a field for: where the run is, on another server."""
_LOGGED_MODEL = re.compile(r"(?:^models:/|/models/)(m-[0-9a-f]{32})(?=/|$)")


def shown(version: ModelVersion) -> wire.ModelVersion:
    """Return a version; one that was not made through MLflow has its artifact as source."""
    model_id = model_id_of(version)
    return wire.ModelVersion(
        name=version.model,
        version=str(version.version),
        creation_timestamp=version.registered_at,
        last_updated_timestamp=version.registered_at,
        user_id=version.registered_by.user_name,
        current_stage=stage_name(version),
        description=version.description,
        source=source_of(version),
        run_id=version.run_id or "",
        run_link=version.tags.get(RUN_LINK, ""),
        model_id=model_id,
        status=_STATUS.get(version.status, wire.VersionStatus.READY),
        status_message=version.status_reason if version.status in UNFINISHED else "",
        tags=tuple(
            wire.VersionTag(key=key, value=value) for key, value in version.tags.items() if key != RUN_LINK
        ),
        aliases=version.aliases,
        model_metrics=tuple(
            wire.VersionMetric(key=key, value=value, model_id=model_id)
            for key, value in version.metrics.items()
        ),
    )


def shown_model(listed: Listed) -> wire_models.RegisteredModel:
    """Return a model with the newest version in each stage."""
    latest = (shown(with_aliases(listed.head, each)) for each in newest(listed.versions))
    return registered(listed.head.wire(), tuple(latest))


def registered(model: Model, latest: tuple[wire.ModelVersion, ...] = ()) -> wire_models.RegisteredModel:
    """Return a model with `latest` as its versions."""
    return wire_models.RegisteredModel(
        name=model.model,
        creation_timestamp=model.created_at,
        last_updated_timestamp=model.updated_at or model.created_at,
        user_id=model.created_by.user_name,
        description=model.description,
        latest_versions=latest,
        tags=tuple(wire.VersionTag(key=key, value=value) for key, value in model.tags.items()),
        aliases=tuple(
            wire_models.RegisteredModelAlias(alias=alias, version=str(number))
            for alias, number in sorted(model.aliases.items())
        ),
    )


def newest(versions: Iterable[ModelVersion]) -> list[ModelVersion]:
    """Return the first ready version of each of MLflow's stages; versions come newest first."""
    found: dict[str, ModelVersion] = {}
    for version in versions:
        if version.status not in UNFINISHED:
            found.setdefault(stage_name(version), version)
    return list(found.values())


def stage_name(version: ModelVersion) -> str:
    """Return the stage of a version in MLflow's words."""
    return STAGES.get(version.stage, OWN)


def source_of(version: ModelVersion) -> str:
    """Return where a version's files came from."""
    return version.source or f"runs:/{version.run_id}/{version.artifact}"


def model_id_of(version: ModelVersion) -> str:
    """Return the logged model that a version was made of, empty where it was none."""
    found = _LOGGED_MODEL.search(version.source)
    return found[1] if found else ""
