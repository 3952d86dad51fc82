"""The MLflow surface held to the published REST documentation: shapes, limits, defaults and error codes."""

import json
import math
from typing import Any

import pytest

from functions.core.causes import Cause
from functions.mlflow.handler import handler
from lineal_contract.mlflow.errors import HTTP_STATUS, ErrorCode
from lineal_contract.mlflow.surface import ENDPOINTS
from lineal_contract.people import Actor, PutPerson
from tests.builders import NOW
from tests.unit.functions.mlflow_server import SCIENTIST, Server, server

__all__ = ["server"]

INVALID, ABSENT = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
METRIC = {"key": "mae", "value": 1.5, "timestamp": 1_700_000_000_000, "step": 0}


def test_every_endpoint_is_handled_and_has_a_path_of_its_own() -> None:
    assert handler.names == {endpoint.name for endpoint in ENDPOINTS}
    paths = [(endpoint.method, path) for endpoint in ENDPOINTS for path in endpoint.paths]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "api/2.0/mlflow/experiments/get/", "ENDPOINT_NOT_FOUND"),
        ("GET", "api//2.0/mlflow/experiments/get", "ENDPOINT_NOT_FOUND"),
        ("GET", "API/2.0/mlflow/experiments/get", "ENDPOINT_NOT_FOUND"),
        ("GET", "api/2.0/mlflow/./experiments/get", "ENDPOINT_NOT_FOUND"),
        ("GET", "api/2.0/mlflow/experiments%2fget", "ENDPOINT_NOT_FOUND"),
        ("GET", "api/3.0/mlflow/experiments/get", "ENDPOINT_NOT_FOUND"),
        ("PUT", "api/2.0/mlflow/experiments/get", "ENDPOINT_NOT_FOUND"),
        ("GET", "nothing", "ENDPOINT_NOT_FOUND"),
        ("GET", "api/2.0/mlflow/logged-models//tags", "ENDPOINT_NOT_FOUND"),
        ("POST", "graphql", "NOT_IMPLEMENTED"),
        ("POST", "api/3.0/mlflow/traces", "NOT_IMPLEMENTED"),
        ("GET", "ajax-api/3.0/mlflow/traces/tr-1", "NOT_IMPLEMENTED"),
        ("POST", "api/3.0/mlflow/traces/tr-1/assessments", "NOT_IMPLEMENTED"),
        ("GET", "api/3.0/mlflow/scorers/list", "NOT_IMPLEMENTED"),
        ("POST", "api/3.0/mlflow/gateway/endpoints/create", "NOT_IMPLEMENTED"),
    ],
)
def test_a_path_that_is_not_in_the_table_is_no_endpoint(
    server: Server, method: str, path: str, code: str
) -> None:
    answer = server.call(method, path)
    assert (answer.code, answer.status) == (code, HTTP_STATUS[ErrorCode(code)])
    assert answer.headers["content-type"] == "application/json"


def test_the_server_tells_what_it_is(server: Server) -> None:
    assert server.call("GET", "health").text == "OK"
    assert server.call("GET", "version").text.count(".") == 2
    info = server.call("GET", "api/3.0/mlflow/server-info").json
    assert info["multipart_uploads_enabled"] and not info["workspaces_enabled"]
    assert server.call("GET", "ajax-api/3.0/mlflow/server-info").json == info


REFUSED: list[tuple[str, str, Any, str]] = [
    ("no name", "experiments/create", {}, INVALID),
    ("empty name", "experiments/create", {"name": ""}, INVALID),
    ("a long name", "experiments/create", {"name": "n" * 501}, INVALID),
    ("a number as name", "experiments/create", {"name": 7}, INVALID),
    ("Default again", "experiments/create", {"name": "Default"}, "RESOURCE_ALREADY_EXISTS"),
    ("another bucket", "experiments/create", {"name": "x", "artifact_location": "s3://b/x"}, INVALID),
    ("a file", "experiments/create", {"name": "x", "artifact_location": "file:///etc"}, INVALID),
    ("another project", "experiments/create",
     {"name": "x", "artifact_location": "s3://artifacts/projects/others/mlflow/x"}, INVALID),
    ("out of it", "experiments/create",
     {"name": "x", "artifact_location": "mlflow-artifacts:/../x"}, INVALID),
    ("no experiment", "experiments/delete", {"experiment_id": "77"}, ABSENT),
    ("restoring what is there", "experiments/restore", {"experiment_id": "0"}, INVALID),
    ("too many results", "experiments/search", {"max_results": 50_001}, INVALID),
    ("no results", "experiments/search", {"max_results": 0}, INVALID),
    ("a forged token", "experiments/search", {"page_token": "!"}, INVALID),
    ("an unknown field", "experiments/search", {"filter": "colour = 'red'"}, INVALID),
    ("a giant filter", "experiments/search", {"filter": "name = 'x' AND " * 5_000}, INVALID),
    ("a long tag", "experiments/set-experiment-tag",
     {"experiment_id": "0", "key": "k", "value": "v" * 20_001}, INVALID),
    ("run in no experiment", "runs/create", {"experiment_id": "77"}, ABSENT),
    ("two names", "runs/create",
     {"run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}, INVALID),
    ("101 tags", "runs/create", {"tags": [{"key": f"k{n}", "value": ""} for n in range(101)]}, INVALID),
    ("time before time", "runs/create", {"start_time": -1}, INVALID),
    ("no run", "runs/log-metric", METRIC | {"run_id": "0" * 32}, ABSENT),
    ("run as path", "runs/log-metric", METRIC | {"run_id": "../x"}, ABSENT),
    ("run search of a lot", "runs/search", {"max_results": 50_001}, INVALID),
    ("no such order", "runs/search", {"experiment_ids": ["0"], "order_by": ["colour"]}, INVALID),
    ("no such view", "runs/search", {"run_view_type": "SOME"}, INVALID),
    ("datasets of nothing", "experiments/search-datasets", {}, INVALID),
    ("21 experiments", "experiments/search-datasets",
     {"experiment_ids": [str(n) for n in range(21)]}, INVALID),
    ("model in no experiment", "logged-models", {"experiment_id": "77"}, ABSENT),
    ("model of a path", "logged-models", {"experiment_id": "0", "name": "a/b"}, INVALID),
    ("no JSON", "runs/create", "{", INVALID),
    ("a list", "runs/create", "[]", INVALID),
    ("a key twice", "runs/create", '{"user_id": "a", "user_id": "b"}', INVALID),
    ("deep", "runs/create", "[" * 100_000, INVALID),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_the_documentation_does_not_allow_is_refused(
    server: Server, path: str, body: Any, code: str
) -> None:
    answer = server.post(path, body)
    assert answer.code == code, answer.text
    assert answer.status == HTTP_STATUS[ErrorCode(code)]
    assert answer.json["message"]


OF_A_RUN: list[tuple[str, str, dict[str, Any]]] = [
    ("a key of 251", "runs/log-metric", METRIC | {"key": "k" * 251}),
    ("no key", "runs/log-metric", METRIC | {"key": ""}),
    ("a key that leads out", "runs/log-metric", METRIC | {"key": "../x"}),
    ("a key with a quote", "runs/log-metric", METRIC | {"key": "a'b"}),
    ("a key with a newline", "runs/log-metric", METRIC | {"key": "a\nb"}),
    ("a bool as value", "runs/log-metric", METRIC | {"value": True}),
    ("a word as value", "runs/log-metric", METRIC | {"value": "much"}),
    ("no timestamp", "runs/log-metric", {"key": "mae", "value": 1.0}),
    ("2^63 as step", "runs/log-metric", METRIC | {"step": 2**63}),
    ("half a step", "runs/log-metric", METRIC | {"step": 0.5}),
    ("a param of 6001", "runs/log-parameter", {"key": "k", "value": "v" * 6_001}),
    ("a tag of 8001", "runs/set-tag", {"key": "k", "value": "v" * 8_001}),
    ("a lone surrogate", "runs/set-tag", {"key": "k", "value": "\ud800"}),
    ("1001 metrics", "runs/log-batch", {"metrics": [METRIC | {"step": n} for n in range(1_001)]}),
    ("101 params", "runs/log-batch", {"params": [{"key": f"k{n}", "value": ""} for n in range(101)]}),
    ("1001 together", "runs/log-batch", {
        "metrics": [METRIC | {"step": n} for n in range(950)],
        "params": [{"key": f"k{n}", "value": ""} for n in range(51)],
    }),
    ("one bad point", "runs/log-batch", {"metrics": [METRIC, METRIC | {"value": None}]}),
    ("one param twice", "runs/log-batch", {
        "params": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}],
    }),
    ("two names of a field", "runs/log-metric", METRIC | {"runId": "f" * 32}),
    ("the former name", "runs/log-metric", METRIC | {"run_uuid": "f" * 32}),
    ("an unknown status", "runs/update", {"status": "SLEEPING"}),
    ("a model that is none", "runs/log-model", {"model_json": "[]"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body"), [r[1:] for r in OF_A_RUN], ids=[r[0] for r in OF_A_RUN])
def test_what_a_run_does_not_take_leaves_it_as_it_was(
    server: Server, path: str, body: dict[str, Any]
) -> None:
    run_id = server.run()
    before = server.get("runs/get", {"run_id": run_id}).json
    answer = server.post(path, {"run_id": run_id} | body)
    assert (answer.code, answer.status) == (INVALID, 400), answer.text
    assert server.get("runs/get", {"run_id": run_id}).json == before


def test_a_run_has_every_field_of_the_documentation(server: Server) -> None:
    at = server.experiment()
    run = server.post("runs/create", {"experiment_id": at, "start_time": "1700000000000", "user_id": "ann"})
    info = run.json["run"]["info"]
    assert info == {
        "run_id": info["run_id"],
        "run_uuid": info["run_id"],
        "run_name": info["run_name"],
        "experiment_id": at,
        "user_id": "ann",
        "status": "RUNNING",
        "start_time": 1_700_000_000_000,
        "artifact_uri": f"s3://artifacts/projects/team/mlflow/{at}/{info['run_id']}/artifacts",
        "lifecycle_stage": "active",
    }
    ended = server.post(
        "runs/update", {"run_id": info["run_id"], "status": "FAILED", "end_time": 1_700_000_000_001}
    )
    assert ended.json["run_info"] == info | {"status": "FAILED", "end_time": 1_700_000_000_001}


@pytest.mark.parametrize("name", ["run_id", "runId", "run_uuid", "runUuid"])
def test_a_field_is_known_by_all_its_names(server: Server, name: str) -> None:
    run_id = server.run()
    assert server.get("runs/get", {name: run_id}).status == 200
    assert server.post("runs/log-metric", METRIC | {name: run_id}).status == 200


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("NaN", "NaN"), ("Infinity", "Infinity"), ("-Infinity", "-Infinity"), (math.nan, "NaN"),
        (math.inf, "Infinity"), ("1e400", "Infinity"), (5e-324, 5e-324), ("1.5", 1.5),
        (2**53 + 1, float(2**53)),
    ],
)  # fmt: skip
def test_a_metric_may_be_any_float(server: Server, sent: Any, kept: Any) -> None:
    run_id = server.run()
    assert server.post("runs/log-metric", METRIC | {"run_id": run_id, "value": sent}).status == 200
    (metric,) = server.get("runs/get", {"run_id": run_id}).json["run"]["data"]["metrics"]
    assert metric["value"] == kept


def test_a_batch_that_comes_twice_counts_once(server: Server) -> None:
    run_id = server.run()
    batch = {"run_id": run_id, "metrics": [METRIC | {"step": n, "timestamp": str(n)} for n in range(1_000)]}
    for _ in range(2):
        assert server.post("runs/log-batch", batch).json == {}
    history = server.get("metrics/get-history", {"run_id": run_id, "metric_key": "mae"}).json["metrics"]
    assert [point["step"] for point in history] == list(range(1_000))
    assert server.backend.runs.get("team", run_id).metrics["mae"].count == 1_000


def test_a_history_is_paged_and_its_tokens_are_its_own(server: Server) -> None:
    run_id = server.run()
    server.post(
        "runs/log-batch", {"run_id": run_id, "metrics": [METRIC | {"timestamp": n} for n in range(5)]}
    )
    query: dict[str, Any] = {"run_id": run_id, "metric_key": "mae", "max_results": 2}
    found, token = [], ""
    for _ in range(3):
        page = server.get("metrics/get-history", query | {"page_token": token}).json
        found += [point["timestamp"] for point in page["metrics"]]
        token = page.get("next_page_token", "")
    assert (found, token) == ([0, 1, 2, 3, 4], "")
    assert server.get("metrics/get-history", query | {"metric_key": "other"}).json == {}
    assert server.get("metrics/get-history", query | {"run_id": "0" * 32}).code == ABSENT


def test_histories_of_some_runs_are_read_at_once(server: Server) -> None:
    runs = [server.run() for _ in range(2)]
    for run_id in runs:
        points = [METRIC | {"timestamp": n, "step": n} for n in range(10)]
        server.post("runs/log-batch", {"run_id": run_id, "metrics": points})
    bulk = [*(("run_id", run_id) for run_id in runs), ("metric_key", "mae"), ("max_results", 15)]
    assert len(server.get("metrics/get-history-bulk", bulk).json["metrics"]) == 15
    asked = [*(("run_ids", run_id) for run_id in runs), ("metric_key", "mae"), ("max_results", 3)]
    sample = server.get("metrics/get-history-bulk-interval", asked).json["metrics"]
    assert [point["step"] for point in sample] == [0, 4, 9] * 2
    within = [*asked, ("start_step", 2), ("end_step", 3)]
    assert [p["step"] for p in server.get("metrics/get-history-bulk-interval", within).json["metrics"]] == [
        2,
        3,
    ] * 2
    assert server.get("metrics/get-history-bulk-interval", [*asked, ("start_step", 2)]).code == INVALID
    many = [("run_id", f"{n:032x}") for n in range(101)]
    assert server.get("metrics/get-history-bulk", [*many, ("metric_key", "mae")]).code == INVALID


@pytest.mark.parametrize(
    ("operator", "found"),
    [("= 'RUNNING'", 1), ("= 'SCHEDULED'", 0), ("!= 'SCHEDULED'", 1), ("!= 'RUNNING'", 0)],
)
def test_a_status_that_no_run_of_ours_has_is_none_of_theirs(
    server: Server, operator: str, found: int
) -> None:
    at = server.experiment()
    server.run(experiment_id=at)
    search = {"experiment_ids": [at], "filter": f"attributes.status {operator}"}
    assert len(server.post("runs/search", search).json.get("runs", [])) == found


def test_a_token_of_another_search_is_refused(server: Server) -> None:
    at = server.experiment()
    for _ in range(3):
        server.run(experiment_id=at)
    search: dict[str, Any] = {"experiment_ids": [at], "max_results": 2}
    token = server.post("runs/search", search).json["next_page_token"]
    assert len(server.post("runs/search", search | {"page_token": token}).json["runs"]) == 1
    for other in ({"filter": "params.a = 'b'"}, {"order_by": ["start_time ASC"]}, {"experiment_ids": ["0"]}):
        answer = server.post("runs/search", search | {"page_token": token} | other)
        assert (answer.code, other) == (INVALID, other)


def test_a_deleted_experiment_hides_its_runs(server: Server) -> None:
    at = server.experiment()
    run_id = server.run(experiment_id=at)
    server.post("experiments/delete", {"experiment_id": at})
    search = {"experiment_ids": [at]}
    assert server.post("runs/search", search).json == {}
    assert server.post("runs/create", search | {"experiment_id": at}).code == INVALID
    deleted = server.post("runs/search", search | {"run_view_type": "DELETED_ONLY"}).json["runs"]
    assert [run["info"]["lifecycle_stage"] for run in deleted] == ["deleted"]
    server.post("experiments/restore", {"experiment_id": at})
    assert server.get("runs/get", {"run_id": run_id}).json["run"]["info"]["lifecycle_stage"] == "active"


def test_projects_are_worlds_of_their_own(server: Server) -> None:
    at, run_id = server.experiment(), server.run()
    for path, query in (("experiments/get", {"experiment_id": at}), ("runs/get", {"run_id": run_id})):
        assert server.get(path, query).status == 200
        refused = server.call(
            "GET", f"api/2.0/mlflow/{path}", query=f"{next(iter(query))}={at}", project="others"
        )
        assert refused.status in (403, 404)


def test_a_stranger_hears_nothing_of_what_fits(server: Server) -> None:
    known = PutPerson(name="Zoe", identities=(SCIENTIST,))
    server.backend.people_administration.put_person("zoe", known, Cause(Actor(principal=SCIENTIST), NOW, "r"))
    for path, body in (("experiments/create", {"name": 7}), ("runs/create", "{")):
        assert server.post(path, body).code == "PERMISSION_DENIED"


def test_values_that_are_no_json_are_logged_under_a_name_too(server: Server) -> None:
    run_id, nan = server.run(), METRIC | {"value": "NaN"}
    named = server.post("runs/log-batch", {"run_id": run_id, "metrics": [nan]}, name="1" * 32)
    assert named.status == 200, named.text
    (metric,) = server.get("runs/get", {"run_id": run_id}).json["run"]["data"]["metrics"]
    assert math.isnan(float(metric["value"]))


def test_every_answer_names_its_request(server: Server) -> None:
    for path in ("api/2.0/mlflow/runs/search", "api/2.0/mlflow/no/such/thing"):
        assert server.call("POST", path, {"experiment_ids": ["0"]}).headers["x-request-id"]


def test_a_page_of_html_is_a_download(server: Server) -> None:
    server.call("PUT", "api/2.0/mlflow-artifacts/artifacts/0/page.html", "<script>")
    answer = server.call("GET", "api/2.0/mlflow-artifacts/artifacts/0/page.html")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_file_that_does_not_fit_says_what_to_do(server: Server) -> None:
    answer = server.call("PUT", "api/2.0/mlflow-artifacts/artifacts/0/big", "x" * 4_400_001)
    assert (answer.status, answer.code) == (413, INVALID)
    assert "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD" in answer.json["message"]
    parts = server.call(
        "POST", "api/2.0/mlflow-artifacts/mpu/create/0", {"path": r"C:\x\big", "num_parts": "2"}
    )
    assert [part["part_number"] for part in parts.json["credentials"]] == [1, 2]
    assert all("mlflow/0/big#" in part["url"] for part in parts.json["credentials"])


def test_a_message_is_json_that_python_can_read(server: Server) -> None:
    assert json.loads(server.post("experiments/create", {"name": "näme"}).text)
    assert (
        server.get("experiments/get-by-name", {"experiment_name": "näme"}).json["experiment"]["name"]
        == "näme"
    )


def test_the_note_of_an_experiment_is_a_tag_to_mlflow(server: Server) -> None:
    at = {"experiment_id": server.experiment()}
    note = {"key": "mlflow.note.content", "value": "about **this**"}
    assert server.post("experiments/set-experiment-tag", at | note).status == 200
    shown = server.get("experiments/get", at).json["experiment"]
    assert note in shown["tags"]
    found = server.post(
        "experiments/search", {"max_results": 9, "filter": "tags.mlflow.note.content LIKE '%this%'"}
    )
    assert [each["experiment_id"] for each in found.json["experiments"]] == [at["experiment_id"]]
    assert server.post("experiments/delete-experiment-tag", at | {"key": note["key"]}).status == 200
    assert note not in server.get("experiments/get", at).json["experiment"].get("tags", [])
    assert server.post("experiments/delete-experiment-tag", at | {"key": note["key"]}).code == ABSENT
