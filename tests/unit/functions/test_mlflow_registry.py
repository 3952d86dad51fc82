"""The MLflow registry and its webhooks held to the published REST documentation, by every endpoint."""

from typing import Any
from urllib.parse import urlencode

import pytest

from functions.mlflow.paths import find
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.errors import HTTP_STATUS, ErrorCode
from lineal_contract.mlflow.surface import ENDPOINTS
from lineal_contract.projects import ArtifactScheme, MlflowSettings
from tests.builders import cause, sha
from tests.fakes.backend import TEAM
from tests.unit.functions.mlflow_server import Server, server

__all__ = ["server"]

INVALID, ABSENT, EXISTS = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"
URL = "https://ci.example.com/hooks"
CREATED = {"entity": "MODEL_VERSION", "action": "CREATED"}
BLUE = {"name": "m", "alias": "blue", "version": "1"}
HOOK: dict[str, Any] = {"name": "ci", "url": URL, "events": [CREATED]}


@pytest.fixture
def model(server: Server) -> Server:
    """A server with a model `m`, whose version 1 is of staged files."""
    server.call("PUT", "api/2.0/mlflow-artifacts/artifacts/0/notes/a.txt", "text")
    server.post("registered-models/create", {"name": "m", "tags": [{"key": "team", "value": "a"}]})
    made = server.post("model-versions/create", {"name": "m", "source": "mlflow-artifacts:/0/notes"})
    assert made.status == 200, made.text
    return server


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_both_twins_are_the_same_endpoint(endpoint: Endpoint) -> None:
    for path in endpoint.paths:
        filled = path.replace("{webhook_id}", "w").replace("{model_id}", "m-1")
        filled = filled.replace("{artifact_path+}", "a/b").replace("{tag_key+}", "k")
        assert find(endpoint.method, filled)[0] is endpoint
    assert endpoint.bare or {path.split("/")[0] for path in endpoint.paths} == {"api", "ajax-api"}


def test_a_model_has_every_field_of_the_documentation(model: Server) -> None:
    model.post("registered-models/alias", {"name": "m", "alias": "blue", "version": "1"})
    model.post("registered-models/set-tag", {"name": "m", "key": "stage", "value": "one"})
    updated = model.call(
        "PATCH", "api/2.0/mlflow/registered-models/update", {"name": "m", "description": "d"}
    )
    shown = model.get("registered-models/get", {"name": "m"}).json["registered_model"]
    assert updated.json["registered_model"] == shown
    (version,) = shown.pop("latest_versions")
    assert (version["version"], version["current_stage"], version["status"]) == ("1", "None", "READY")
    assert shown == {
        "name": "m",
        "creation_timestamp": shown["creation_timestamp"],
        "last_updated_timestamp": shown["last_updated_timestamp"],
        "user_id": "ann",
        "description": "d",
        "tags": [{"key": "team", "value": "a"}, {"key": "stage", "value": "one"}],
        "aliases": [{"alias": "blue", "version": "1"}],
    }
    assert (
        model.get("registered-models/alias", {"name": "m", "alias": "blue"}).json["model_version"]["name"]
        == "m"
    )
    model.call("DELETE", "api/2.0/mlflow/registered-models/delete-tag", {"name": "m", "key": "stage"})
    model.call("DELETE", "api/2.0/mlflow/registered-models/alias", {"name": "m", "alias": "blue"})
    shown = model.get("registered-models/get", {"name": "m"}).json["registered_model"]
    assert (shown["tags"], shown.get("aliases")) == ([{"key": "team", "value": "a"}], None)
    assert model.call("DELETE", "api/2.0/mlflow/registered-models/delete", {"name": "m"}).json == {}
    assert model.get("registered-models/get", {"name": "m"}).code == ABSENT


def test_a_version_has_every_field_of_the_documentation(model: Server) -> None:
    one = {"name": "m", "version": "1"}
    model.post("model-versions/set-tag", one | {"key": "checked", "value": "yes"})
    model.call("PATCH", "api/2.0/mlflow/model-versions/update", one | {"description": "d"})
    model.post("model-versions/transition-stage", one | {"stage": "staging"})
    shown = model.get("model-versions/get", one).json["model_version"]
    assert shown == {
        "name": "m",
        "version": "1",
        "creation_timestamp": shown["creation_timestamp"],
        "last_updated_timestamp": shown["last_updated_timestamp"],
        "user_id": "ann",
        "current_stage": "Staging",
        "description": "d",
        "source": "mlflow-artifacts:/0/notes",
        "status": "READY",
        "tags": [{"key": "checked", "value": "yes"}],
    }
    for ask in (model.post, model.get):
        found = ask("registered-models/get-latest-versions", {"name": "m"}).json["model_versions"]
        assert [version["version"] for version in found] == ["1"]
    uri = model.get("model-versions/get-download-uri", one).json["artifact_uri"]
    assert uri == "mlflow-artifacts:/_versions/m/1"
    (found,) = model.get("model-versions/search", {"filter": "tags.checked = 'yes'"}).json["model_versions"]
    assert found == shown
    model.call("DELETE", "api/2.0/mlflow/model-versions/delete-tag", one | {"key": "checked"})
    assert "tags" not in model.get("model-versions/get", one).json["model_version"]
    assert model.call("DELETE", "api/2.0/mlflow/model-versions/delete", one).json == {}
    assert model.get("model-versions/get", one).code == ABSENT


def test_the_link_to_a_run_elsewhere_is_kept_and_is_no_tag(model: Server) -> None:
    wanted = {"name": "m", "source": "mlflow-artifacts:/0/notes", "run_link": "https://other.example.com/1"}
    made = model.post("model-versions/create", wanted).json["model_version"]
    assert (made["run_link"], "tags" in made) == (wanted["run_link"], False)
    assert model.get("model-versions/get", {"name": "m", "version": "2"}).json["model_version"] == made


REFUSED: list[tuple[str, str, str, Any, str]] = [
    ("no name", "POST", "registered-models/create", {}, INVALID),
    ("a name twice", "POST", "registered-models/create", {"name": "m"}, EXISTS),
    ("a name like a URL", "POST", "registered-models/create", {"name": "https://x"}, INVALID),
    ("a name that leads out", "POST", "registered-models/create", {"name": "../m"}, INVALID),
    ("51 tags", "POST", "registered-models/create",
     {"name": "n", "tags": [{"key": f"k{n}", "value": ""} for n in range(51)]}, INVALID),
    ("a job for a new model", "POST", "registered-models/create",
     {"name": "n", "deployment_job_id": "1"}, INVALID),
    ("a job for a model", "PATCH", "registered-models/update",
     {"name": "m", "deployment_job_id": "1"}, INVALID),
    ("no model", "GET", "registered-models/get", {"name": "nobody"}, ABSENT),
    ("its own name", "POST", "registered-models/rename", {"name": "m", "new_name": "m"}, EXISTS),
    ("a new name that leads out", "POST", "registered-models/rename",
     {"name": "m", "new_name": "../n"}, INVALID),
    ("no new name", "POST", "registered-models/rename", {"name": "m"}, INVALID),
    ("no model to rename", "POST", "registered-models/rename", {"name": "x", "new_name": "n"}, ABSENT),
    ("no model to describe", "PATCH", "registered-models/update", {"name": "x", "description": "d"}, ABSENT),
    ("no model to delete", "DELETE", "registered-models/delete", {"name": "x"}, ABSENT),
    ("too many models", "GET", "registered-models/search", {"max_results": 1_001}, INVALID),
    ("no such field", "GET", "registered-models/search", {"filter": "colour = 'red'"}, INVALID),
    ("a giant filter", "GET", "registered-models/search", {"filter": "name = 'x' AND " * 5_000}, INVALID),
    ("a forged token", "GET", "registered-models/search", {"page_token": "e30"}, INVALID),
    ("`latest`", "POST", "registered-models/alias", BLUE | {"alias": "latest"}, INVALID),
    ("`v1`", "POST", "registered-models/alias", BLUE | {"alias": "v1"}, INVALID),
    ("no version", "POST", "registered-models/alias", BLUE | {"version": "9"}, ABSENT),
    ("no alias", "GET", "registered-models/alias", {"name": "m", "alias": "a"}, ABSENT),
    ("version 01", "GET", "model-versions/get", {"name": "m", "version": "01"}, INVALID),
    ("version 1.0", "GET", "model-versions/get", {"name": "m", "version": "1.0"}, INVALID),
    ("version -1", "GET", "model-versions/get", {"name": "m", "version": "-1"}, INVALID),
    ("version 1e3", "GET", "model-versions/get", {"name": "m", "version": "1e3"}, INVALID),
    ("no version", "GET", "model-versions/get", {"name": "m", "version": "2"}, ABSENT),
    ("no such stage", "POST", "model-versions/transition-stage",
     {"name": "m", "version": "1", "stage": "Live"}, INVALID),
    ("alone in archive", "POST", "model-versions/transition-stage",
     {"name": "m", "version": "1", "stage": "Archived", "archive_existing_versions": True}, INVALID),
    ("governed", "POST", "model-versions/transition-stage",
     {"name": "m", "version": "1", "stage": "Production"}, "PERMISSION_DENIED"),
    ("a giant filter", "GET", "model-versions/search", {"filter": "name = 'x' AND " * 5_000}, INVALID),
    ("a forged token", "GET", "model-versions/search", {"page_token": "AAAA"}, INVALID),
    ("another name of a field", "GET", "model-versions/search", {"max_results": 3, "maxResults": 4}, INVALID),
    ("a webhook without a name", "POST", "webhooks", HOOK | {"name": ""}, INVALID),
    ("a name of 64", "POST", "webhooks", HOOK | {"name": "n" * 64}, INVALID),
    ("a name with a slash", "POST", "webhooks", HOOK | {"name": "a/b"}, INVALID),
    ("no events", "POST", "webhooks", HOOK | {"events": []}, INVALID),
    ("an event of no kind", "POST", "webhooks",
     HOOK | {"events": [{"entity": "MODEL_VERSION", "action": "SET"}]}, INVALID),
    ("an event as text", "POST", "webhooks", HOOK | {"events": ["model_version.created"]}, INVALID),
    ("budgets", "POST", "webhooks",
     HOOK | {"events": [{"entity": "BUDGET_POLICY", "action": "EXCEEDED"}]}, INVALID),
    ("no such status", "POST", "webhooks", HOOK | {"status": "ASLEEP"}, INVALID),
    ("plain http", "POST", "webhooks", HOOK | {"url": "http://ci.example.com/"}, INVALID),
    ("the metadata of the machine", "POST", "webhooks", HOOK | {"url": "https://169.254.169.254/"}, INVALID),
    ("no webhook", "GET", "webhooks/none", {}, ABSENT),
    ("no webhook to change", "PATCH", "webhooks/none", {"name": "n"}, ABSENT),
    ("no webhook to delete", "DELETE", "webhooks/none", {}, ABSENT),
    ("no webhook to test", "POST", "webhooks/none/test", {}, ABSENT),
    ("no webhooks", "GET", "webhooks", {"max_results": 0}, INVALID),
    ("a forged token", "GET", "webhooks", {"page_token": "AAAA"}, INVALID),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "said", "code"), [r[1:] for r in REFUSED], ids=[f"{r[2]}: {r[0]}" for r in REFUSED]
)
def test_what_the_documentation_does_not_allow_is_refused(
    model: Server, method: str, path: str, said: dict[str, Any], code: str
) -> None:
    if method == "GET":
        answer = model.get(path, said)
    else:
        answer = model.call(method, f"ajax-api/2.0/mlflow/{path}", said)
    assert (answer.code, answer.status) == (code, HTTP_STATUS[ErrorCode(code)]), answer.text
    assert answer.json["message"]


SOURCES = [
    "file:///etc/passwd", "/etc/passwd", "http://169.254.169.254/latest", "https://user@host/x", "dbfs:/x",
    "s3://another-bucket/projects/team/mlflow/0/notes", "s3://artifacts/projects/others/mlflow/0/notes",
    "s3://artifacts/projects/team/objects/ab/abcd", "s3://artifacts/projects/team/mlflow/../objects/ab",
    "s3://artifacts@evil/projects/team/mlflow/0/notes", "s3://artifacts/projects/team/mlflowx/0/notes",
    "mlflow-artifacts:/../others/mlflow/0/notes", "mlflow-artifacts:/0/%2e%2e/notes", "mlflow-artifacts:/",
    "mlflow-artifacts://other-host/0/notes", "runs:/" + "0" * 32 + "/../x", "runs:/../x", "models:/../x",
    "models:/others/m/1", "models:/m/2/../1", "models:/nobody/1", "models:/m@nothing",
    "models:/m-" + "0" * 32,    "mlflow-artifacts:/_versions/m/9", "mlflow-artifacts:/_versions/nobody/1",
    "mlflow-artifacts:/0/notes#/../x",
]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_a_version_is_made_of_files_of_this_project_alone(model: Server, source: str) -> None:
    answer = model.post("model-versions/create", {"name": "m", "source": source})
    assert answer.code in (INVALID, ABSENT), answer.text
    assert model.get("model-versions/get", {"name": "m", "version": "2"}).code == ABSENT


@pytest.mark.parametrize("source", ["runs:/{run}/notes", "mlflow-artifacts:/0/{run}/artifacts/notes"])
def test_nor_of_a_run_of_another_project(model: Server, source: str) -> None:
    """Who asks may be a member there: it is this project's files that its versions are made of."""
    model.backend.projects.add("others", **TEAM)
    made = model.call("POST", "api/2.0/mlflow/runs/create", {"experiment_id": "0"}, project="others")
    run_id = made.json["run"]["info"]["run_id"]
    at = f"api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/notes"
    assert model.call("PUT", at, "text", project="others").status == 200
    wanted = {"name": "m", "source": source.format(run=run_id), "run_id": run_id}
    for said in (wanted, {**wanted, "run_id": ""}):
        answer = model.post("model-versions/create", said)
        assert answer.code in (INVALID, ABSENT), answer.text
    assert model.get("model-versions/get", {"name": "m", "version": "2"}).code == ABSENT


def test_a_webhook_has_every_field_of_the_documentation_but_its_secret(server: Server) -> None:
    made = server.post("webhooks", HOOK | {"secret": "s3cr3t", "description": "d"}).json["webhook"]
    assert made == {
        "webhook_id": made["webhook_id"],
        "name": "ci",
        "url": URL,
        "events": [CREATED],
        "description": "d",
        "status": "ACTIVE",
        "creation_timestamp": made["creation_timestamp"],
        "last_updated_timestamp": made["creation_timestamp"],
    }
    at = f"webhooks/{made['webhook_id']}"
    assert server.get(at).json["webhook"] == made
    changed = server.call("PATCH", f"api/2.0/mlflow/{at}", {"status": "DISABLED", "secret": "other"})
    later = changed.json["webhook"]["last_updated_timestamp"]
    assert changed.json["webhook"] == made | {"status": "DISABLED", "last_updated_timestamp": later}
    (listed,) = server.get("webhooks").json["webhooks"]
    assert listed == changed.json["webhook"]
    tested = server.post(f"{at}/test", {"event": {"entity": "PROMPT", "action": "CREATED"}}).json["result"]
    assert tested == {"success": True, "response_status": 204}
    assert server.backend.tester.asked == [("team", made["webhook_id"], "prompt.created")]
    assert server.call("DELETE", f"api/2.0/mlflow/{at}").json == {}
    assert server.get(at).code == ABSENT and server.get("webhooks").json == {}


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_files_that_a_page_stores_are_the_runs(server: Server, prefix: str) -> None:
    run_id = server.run()
    at = f"{prefix}/2.0/mlflow/upload-artifact"
    assert server.call("POST", at, "<b>", query=f"run_uuid={run_id}&path=pages/a.html").json == {}
    assert server.call("POST", at, "x", query=f"run_uuid={run_id}&path=../a").code == INVALID
    assert server.call("POST", at, "x", query=f"run_uuid={'0' * 32}&path=a").code == ABSENT
    assert server.call("POST", at, "x", query=f"run_uuid={run_id}").code == INVALID
    assert server.call("POST", at, "x" * 4_400_001, query=f"run_uuid={run_id}&path=a").status == 413
    got = server.call("GET", "get-artifact", query=f"run_uuid={run_id}&path=pages/a.html")
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_file_of_a_logged_model_is_a_download(server: Server) -> None:
    made = server.post("logged-models", {"experiment_id": "0", "name": "page"}).json["model"]["info"]
    folder = made["artifact_uri"].removeprefix("s3://artifacts/projects/team/mlflow/")
    server.call("PUT", f"api/2.0/mlflow-artifacts/artifacts/{folder}/page.html", "<script>")
    got = server.get(f"logged-models/{made['model_id']}/artifacts/files", {"artifact_file_path": "page.html"})
    assert (got.status, got.headers["content-type"]) == (200, "application/octet-stream"), got.text
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_project_can_choose_the_proxy_for_everybody(server: Server) -> None:
    at, made = "mlflow-artifacts:/", {"experiment_id": "0", "name": "m"}
    assert server.post("runs/create").json["run"]["info"]["artifact_uri"].startswith("s3://")
    wanted = MlflowSettings(artifacts=ArtifactScheme.PROXY)
    server.backend.project_administration.put_mlflow("team", wanted, cause())
    assert server.post("runs/create").json["run"]["info"]["artifact_uri"].startswith(at)
    assert server.post("logged-models", made).json["model"]["info"]["artifact_uri"].startswith(at)
    shown = server.get("experiments/get", {"experiment_id": "0"}).json["experiment"]
    assert shown["artifact_location"].startswith(at)
    assert server.post("experiments/search").json["experiments"] == [shown]


PATHS = [
    "../x",
    "/etc/passwd",
    "a/../../x",
    "%2e%2e/x",
    "%252e%252e%252fx",
    "..%5cx",
    "a\\b",
    "a\x00b",
    "%c0%ae%c0%ae/x",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_route_of_files_leads_out_of_where_it_is(server: Server, path: str) -> None:
    run_id = server.run()
    made = server.post("logged-models", {"experiment_id": "0", "name": "m"}).json["model"]["info"]["model_id"]
    parts = {"path": "f", "upload_id": "u", "parts": [{"part_number": 1, "etag": "e"}]}
    answers = [
        server.call("GET", "get-artifact", query=_asked(run_uuid=run_id, path=path)),
        server.call(
            "POST", "ajax-api/2.0/mlflow/upload-artifact", "x", query=_asked(run_id=run_id, path=path)
        ),
        server.get("mlflow-artifacts/artifacts", {"path": path}),
        server.call("GET", "api/2.0/mlflow-artifacts/artifacts", query=_asked(path=path)),
        server.call("POST", f"api/2.0/mlflow-artifacts/mpu/complete/{path}", parts),
        server.call("POST", f"api/2.0/mlflow-artifacts/mpu/abort/{path}", parts),
        server.call("POST", "api/2.0/mlflow-artifacts/mpu/create/0", {"path": f"{path}/..", "num_parts": 1}),
        server.get(f"logged-models/{made}/artifacts/directories", {"artifact_directory_path": path}),
        server.get(f"logged-models/{made}/artifacts/files", {"artifact_file_path": path}),
        server.call("GET", f"api/2.0/mlflow-artifacts/artifacts/_versions/{path}"),
    ]
    assert {answer.status for answer in answers} <= {400, 404}, [a.text for a in answers]
    assert not list(server.backend.staging.store.every(""))


def _asked(**fields: str) -> str:
    return urlencode(fields)


NAMED = "0192f0c9d4e57b3f8061728394a5b6c7"
SOURCE = {"name": "m", "source": "mlflow-artifacts:/0/notes"}


def test_what_makes_something_makes_it_once_for_each_name(model: Server) -> None:
    hook: dict[str, Any] = {"webhook_id": ""}
    for path, body in (
        ("registered-models/create", {"name": "other", "description": "of others"}),
        ("model-versions/create", SOURCE),
        ("webhooks", HOOK),
    ):
        name = sha(path)[:32]
        first, again = (model.post(path, body, name=name) for _ in range(2))
        assert (first.status, first.json) == (again.status, again.json) == (200, again.json), path
        hook = again.json
    assert model.get("webhooks").json["webhooks"] == [hook["webhook"]]
    assert len(model.get("model-versions/search").json["model_versions"]) == 2


def test_two_requests_that_are_equal_and_have_no_name_are_two(model: Server) -> None:
    made = [model.post("model-versions/create", SOURCE).json["model_version"]["version"] for _ in range(2)]
    assert made == ["2", "3"]


def test_what_changes_something_takes_nothing_newer_back(model: Server) -> None:
    first, second = {"name": "m", "version": "1", "stage": "Staging"}, {"stage": "Archived"}
    model.post("model-versions/transition-stage", first, name=NAMED)
    model.post("model-versions/transition-stage", first | second)
    late = model.post("model-versions/transition-stage", first, name=NAMED)
    assert late.json["model_version"]["current_stage"] == "Archived"
    model.post("registered-models/alias", BLUE)
    model.call("DELETE", "api/2.0/mlflow/registered-models/alias", BLUE, name=sha("alias")[:32])
    model.post("registered-models/alias", BLUE)
    model.call("DELETE", "api/2.0/mlflow/registered-models/alias", BLUE, name=sha("alias")[:32])
    assert model.get("registered-models/alias", BLUE).status == 200


def test_a_name_says_one_thing_and_is_a_uuid(model: Server) -> None:
    tag = {"name": "m", "key": "a", "value": "1"}
    assert model.post("registered-models/set-tag", tag, name=NAMED).status == 200
    assert model.post("registered-models/set-tag", tag | {"value": "2"}, name=NAMED).status >= 400
    assert model.post("registered-models/set-tag", tag, name="again").code == INVALID
