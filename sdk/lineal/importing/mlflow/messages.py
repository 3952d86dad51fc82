"""From MLflow's JSON to records. Whatever a version of MLflow leaves out is empty.

Both ways to read give the same JSON: protobuf's, with 64-bit integers as numbers or digits.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from lineal.importing.mlflow.origins import origin_of
from lineal.importing.records import (
    DatasetRecord,
    ExperimentRecord,
    LoggedModelRecord,
    ModelValue,
    RegisteredModelRecord,
    RunRecord,
    VersionRecord,
)
from lineal_contract.chunks import Point
from lineal_contract.policies import Stage
from lineal_contract.runs import RunStatus

Json = Mapping[str, Any]

_STATUS = {"FINISHED": RunStatus.FINISHED, "FAILED": RunStatus.FAILED, "KILLED": RunStatus.KILLED}
_STAGES = {"Staging": Stage.STAGING, "Production": Stage.PRODUCTION, "Archived": Stage.ARCHIVED}


def experiment(given: Json) -> ExperimentRecord:
    """Return an experiment."""
    return ExperimentRecord(
        id=str(given["experiment_id"]),
        name=given["name"],
        deleted=given.get("lifecycle_stage") == "deleted",
        tags=_pairs(given.get("tags")),
        created_at=_time(given.get("creation_time")),
    )


def run(given: Json) -> RunRecord:
    """Return a run; its metrics are the keys alone."""
    info, data = given["info"], given.get("data") or {}
    last = [point(each) for each in data.get("metrics") or ()]
    inputs, outputs = given.get("inputs") or {}, given.get("outputs") or {}
    return RunRecord(
        id=info.get("run_id") or info["run_uuid"],
        experiment_id=str(info["experiment_id"]),
        name=info.get("run_name") or "",
        status=_STATUS.get(info.get("status", ""), RunStatus.RUNNING),
        deleted=info.get("lifecycle_stage") == "deleted",
        user=info.get("user_id") or "",
        started_at=_time(info.get("start_time")),
        ended_at=_time(info.get("end_time")) or None,
        artifact_uri=info.get("artifact_uri") or "",
        params=_pairs(data.get("params")),
        tags=_pairs(data.get("tags")),
        metrics=tuple(sorted({each.key for each in last})),
        latest=tuple(sorted((each.key, each.step, each.timestamp, repr(each.value)) for each in last)),
        datasets=tuple(_dataset(each) for each in inputs.get("dataset_inputs") or ()),
        used_models=tuple(each["model_id"] for each in inputs.get("model_inputs") or ()),
        made_models=tuple(
            (each["model_id"], int(each.get("step") or 0)) for each in outputs.get("model_outputs") or ()
        ),
    )


def point(given: Json) -> Point:
    """Return a value of a metric; NaN and infinities are texts in JSON."""
    return Point(
        given["key"],
        int(given.get("step") or 0),
        int(given.get("timestamp") or 0),
        float(given.get("value", 0)),
    )


def logged_model(given: Json) -> LoggedModelRecord:
    """Return a logged model."""
    info, data = given["info"], given.get("data") or {}
    return LoggedModelRecord(
        id=info["model_id"],
        experiment_id=str(info["experiment_id"]),
        name=info.get("name") or "",
        model_type=info.get("model_type") or "",
        source_run_id=info.get("source_run_id") or "",
        ready=info.get("status") in ("LOGGED_MODEL_READY", "READY", 2),
        created_at=_time(info.get("creation_timestamp_ms")),
        params=_pairs(data.get("params")),
        tags=_pairs(info.get("tags")),
        values=tuple(_value(each) for each in data.get("metrics") or ()),
    )


def model(given: Json, versions: Iterable[VersionRecord]) -> RegisteredModelRecord:
    """Return a registered model with its versions."""
    return RegisteredModelRecord(
        name=given["name"],
        description=given.get("description") or "",
        tags=_pairs(given.get("tags")),
        aliases={each["alias"]: int(each["version"]) for each in given.get("aliases") or ()},
        created_at=_time(given.get("creation_timestamp")),
        versions=tuple(sorted(versions, key=lambda each: each.number)),
    )


def version(given: Json) -> VersionRecord:
    """Return a version."""
    tags = _pairs(given.get("tags"))
    return VersionRecord(
        model=given["name"],
        number=int(given["version"]),
        description=given.get("description") or "",
        tags=tags,
        stage=_STAGES.get(given.get("current_stage") or "", Stage.DEVELOPMENT),
        source=given.get("source") or "",
        origin=origin_of(given.get("source") or "", tags),
        run_id=given.get("run_id") or "",
        user=given.get("user_id") or "",
        created_at=_time(given.get("creation_timestamp")),
    )


def _dataset(given: Json) -> DatasetRecord:
    described = given["dataset"]
    return DatasetRecord(
        name=described["name"],
        digest=described["digest"],
        source_type=described.get("source_type") or "",
        source=described.get("source") or "",
        columns=described.get("schema") or "",
        profile=described.get("profile") or "",
        tags=_pairs(given.get("tags")),
    )


def _value(given: Json) -> ModelValue:
    return ModelValue(
        point(given),
        given.get("run_id") or "",
        given.get("dataset_name") or "",
        given.get("dataset_digest") or "",
    )


def _pairs(given: Iterable[Json] | None) -> dict[str, str]:
    return {each["key"]: each.get("value") or "" for each in given or ()}


def _time(given: Any) -> int:
    return max(int(given or 0), 0)
