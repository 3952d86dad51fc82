"""Fills an empty MLflow store with a small example that has everything: `python filled.py`.

MLFLOW_TRACKING_URI says which store. Prints one JSON object of what is in it.
"""

import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag

POINTS = 2_500
START = 1_735_689_600_000  # 2025-01-01


def fill(c: MlflowClient) -> dict[str, Any]:
    experiment = c.create_experiment("churn", tags={"team": "growth"})
    gone = c.create_experiment("given up")
    c.delete_experiment(gone)
    outer = run(c, experiment, "outer", START, {"depth": "3"}, tags={"mlflow.note.content": "*noted*"})
    loss = [Metric("loss", 1.0 / (n + 1), START + n, n) for n in range(POINTS)]
    for at in range(0, POINTS, 1_000):
        c.log_batch(outer, metrics=loss[at : at + 1_000])
    for step, value in enumerate((math.nan, 1.5, -0.25)):
        c.log_metric(outer, "odd", value, timestamp=START + step, step=step)
    described = Dataset(
        name="rows",
        digest="abc123",
        source_type="local",
        source='{"uri": "rows.csv"}',
        schema="{}",
        profile="{}",
    )
    c.log_inputs(outer, [DatasetInput(described, [InputTag("mlflow.data.context", "training")])])
    inner = run(c, experiment, "inner", START + 5, {}, tags={"mlflow.parentRunId": outer})
    deleted = run(c, experiment, "deleted", START + 6, {}, tags={})
    for each, folder in ((outer, "model"), (inner, "model")):
        c.log_text(each, f"flavors: {{}}\nrun: {each}\n", f"{folder}/MLmodel")
        c.log_text(each, "weights " * 1_000, f"{folder}/data/weights.bin")
    c.log_text(outer, "<p>a b</p>", "pages/a b.html")
    c.log_dict(outer, {"a": 1}, "d.json")
    logged = logged_model(c, experiment, outer)
    ends = {outer: "FINISHED", inner: "FAILED", deleted: "KILLED"}
    for number, (each, status) in enumerate(ends.items()):
        c.set_terminated(each, status, START + 60_000 + number)
    c.delete_run(deleted)
    if "FILL_PLAIN" in os.environ:
        c.create_registered_model("scorer")
        c.create_model_version("scorer", f"models:/{logged}", outer, model_id=logged)
    else:
        models(c, outer, inner, logged)
    return {"outer": outer, "inner": inner, "deleted": deleted, "points": POINTS + 4}


def run(
    c: MlflowClient, experiment: str, name: str, start: int, params: dict[str, str], tags: dict[str, str]
) -> str:
    made = c.create_run(experiment, start_time=start, tags=tags, run_name=name)
    values = [Param(key, value) for key, value in params.items()]
    c.log_batch(made.info.run_id, params=values, tags=[RunTag("kind", name)])
    return str(made.info.run_id)


def logged_model(c: MlflowClient, experiment: str, run_id: str) -> str:
    made = c.create_logged_model(
        experiment, name="scorer", source_run_id=run_id, params={"p": "1"}, tags={"t": "u"}
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "MLmodel").write_text(f"flavors: {{}}\nmodel_id: {made.model_id}\n")
        Path(folder, "scorer.bin").write_bytes(bytes(range(256)) * 100)
        c.log_model_artifacts(made.model_id, folder)
    c.finalize_logged_model(made.model_id, "READY")
    c.log_metric(run_id, "auc", 0.75, timestamp=START + 9, step=1, model_id=made.model_id)
    c.log_outputs(run_id, [LoggedModelOutput(made.model_id, step=1)])
    return str(made.model_id)


def models(c: MlflowClient, outer: str, inner: str, logged: str) -> None:
    """Version 2 is deleted, so that numbers have a gap; version 4 has no files; one is a copy of another."""
    c.create_registered_model("churn model", tags={"owner": "ann"}, description="who leaves")
    roots = {each: c.get_run(each).info.artifact_uri for each in (outer, inner)}
    for each in (outer, outer, inner):
        c.create_model_version(
            "churn model", f"{roots[each]}/model", each, tags={"of": each}, description="v"
        )
        time.sleep(0.002)
    c.delete_model_version("churn model", "2")
    c.create_model_version("churn model", f"{roots[inner]}/nothing", inner)
    c.set_registered_model_alias("churn model", "candidate", "3")
    c.set_registered_model_alias("churn model", "Best", "1")
    c.transition_model_version_stage("churn model", "1", "Staging")
    c.create_registered_model("scorer")
    c.create_model_version("scorer", f"models:/{logged}", outer, model_id=logged)
    c.create_registered_model("copies")
    c.create_model_version("copies", "models:/churn model/3")


if __name__ == "__main__":
    mlflow.set_tracking_uri(mlflow.get_tracking_uri())
    sys.stdout.write(json.dumps(fill(MlflowClient())))
