"""Words about runs and experiments that MLflow's clients send again under the name of the first time."""

import json
from typing import Any

from lineal_contract.runs import RunStatus
from tests.builders import NOW, sha
from tests.unit.functions.mlflow_server import Server, server

__all__ = ["server"]

METRIC = {"key": "mae", "value": 1.5, "timestamp": 1_700_000_000_000, "step": 0}
ONCE = "0192f0c9d4e57b3f8061728394a5b6c7"


def tags_of(server: Server, run_id: str) -> dict[str, str]:
    run = server.get("runs/get", {"run_id": run_id}).json["run"]
    return {tag["key"]: tag["value"] for tag in run["data"]["tags"]}


def test_words_about_a_run_that_come_again_take_nothing_newer_back(server: Server) -> None:
    run_id = server.run()
    tag = {"run_id": run_id, "key": "a"}
    nan = METRIC | {"value": "NaN"}
    batch = {"run_id": run_id, "metrics": [nan], "tags": [{"key": "a", "value": "in a batch"}]}
    for path, older in (
        ("runs/set-tag", tag | {"value": "older"}),
        ("runs/log-batch", batch),
        ("runs/delete-tag", tag),
    ):
        name = sha(path)[:32]
        assert server.post(path, older, name=name).status == 200, path
        assert server.post("runs/set-tag", tag | {"value": "newer"}).status == 200
        late = server.post(path, older, name=name)
        assert (late.status, tags_of(server, run_id)["a"]) == (200, "newer"), path
    server.post("runs/delete", {"run_id": run_id}, name=ONCE)
    server.post("runs/restore", {"run_id": run_id})
    server.post("runs/delete", {"run_id": run_id}, name=ONCE)
    assert server.get("runs/get", {"run_id": run_id}).json["run"]["info"]["lifecycle_stage"] == "active"


def test_a_run_goes_on_once_for_each_name(server: Server) -> None:
    run_id = server.run()
    end = {"run_id": run_id, "status": "FINISHED", "end_time": NOW}
    server.post("runs/update", end, name=sha("end")[:32])
    for name in (ONCE, ONCE):
        server.post("runs/update", {"run_id": run_id, "status": "RUNNING"}, name=name)
        server.post("runs/update", end | {"status": "FAILED"}, name=sha("fail")[:32])
    server.post("runs/update", end, name=sha("end")[:32])
    run = server.backend.tracking.get("team", run_id)
    assert (run.status, [each.attempt_id for each in run.attempts]) == (RunStatus.FAILED, [ONCE])


def test_a_model_is_noted_once_for_each_name(server: Server) -> None:
    run_id = server.run()
    model = {"artifact_path": "m", "flavors": {}, "utc_time_created": "now", "run_id": run_id}
    for _ in range(2):
        body = {"run_id": run_id, "model_json": json.dumps(model)}
        assert server.post("runs/log-model", body, name=ONCE).status == 200
    assert json.loads(tags_of(server, run_id)["mlflow.log-model.history"]) == [model]


def test_words_about_an_experiment_that_come_again_take_nothing_newer_back(server: Server) -> None:
    at = {"experiment_id": server.experiment()}
    tag = at | {"key": "a"}
    steps: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
        ("set-experiment-tag", tag | {"value": "1"}, "set-experiment-tag", tag | {"value": "2"}),
        ("delete-experiment-tag", tag, "set-experiment-tag", tag | {"value": "3"}),
        ("delete", at, "restore", at),
        ("update", at | {"new_name": "older"}, "update", at | {"new_name": "newer"}),
    ]
    for path, older, then, newer in steps:
        name = sha(path)[:32]
        assert server.post(f"experiments/{path}", older, name=name).status == 200
        assert server.post(f"experiments/{then}", newer).status == 200
        assert server.post(f"experiments/{path}", older, name=name).status == 200
    (found,) = [
        each
        for each in server.get("experiments/search", {"max_results": 10}).json["experiments"]
        if each["experiment_id"] == at["experiment_id"]
    ]
    assert (found["name"], found["lifecycle_stage"]) == ("newer", "active")
    assert found["tags"] == [{"key": "a", "value": "3"}]


def test_what_tells_itself_looks_at_no_name(server: Server) -> None:
    run_id = server.run()
    param = {"run_id": run_id, "key": "alpha", "value": "1"}
    for path, body in (("log-parameter", param), ("log-metric", METRIC | {"run_id": run_id})):
        assert server.post(f"runs/{path}", body, name="no UUID").status == 200, path
    named = server.post("runs/set-tag", {"run_id": run_id, "key": "a", "value": "1"}, name="no UUID")
    assert named.code == "INVALID_PARAMETER_VALUE"
