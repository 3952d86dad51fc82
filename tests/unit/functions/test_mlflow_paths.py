"""Paths that lead elsewhere, at every endpoint that takes one: which those are, the table says."""

from typing import Any
from urllib.parse import urlencode

import pytest

from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.surface import ENDPOINTS
from tests.unit.functions.mlflow_server import Answer, Server, server

__all__ = ["server"]

HOSTILE = [
    "../x", "/etc/passwd", "a/../../x", "a//b", "a/./b", "%2e%2e/x", "%252e%252e%252fx", "..%5cx", "a\\b",
    "a\x00b", "%00", "%c0%ae%c0%ae/x", "%25252525252e", "a/%2e", "\u00e4" * 513,
]  # fmt: skip
_BESIDE: dict[str, Any] = {
    "name": "m", "num_parts": 1, "upload_id": "u", "parts": [{"part_number": 1, "etag": "e"}],
}  # fmt: skip
"""What the endpoints want beside a path."""


def fields_of(endpoint: Endpoint[Any, Any]) -> list[str]:
    """Return the fields that are paths, or lead to files."""
    return [name for name in endpoint.request.model_fields if name.endswith("path") or name == "source"]


TAKES_PATH = [
    (endpoint, field)
    for endpoint in ENDPOINTS
    for field in fields_of(endpoint)
    if not ("/mpu/" in endpoint.path and field == "path")
]
MPU = [endpoint for endpoint in ENDPOINTS if "/mpu/" in endpoint.path]
"""Their `path` is the file's on the client's disk, of which the last part is its name."""


def call(server: Server, endpoint: Endpoint[Any, Any], field: str, path: str, **ids: str) -> Answer:
    """Call an endpoint with a path in one field, and with what is right in all others."""
    given = dict.fromkeys(fields_of(endpoint), "0/right") | _BESIDE | ids
    given[field] = f"mlflow-artifacts:/{path}" if field == "source" else path
    at = endpoint.paths[0]
    for name in list(given):
        brace = next((each for each in (f"{{{name}}}", f"{{{name}+}}") if each in at), None)
        if brace:
            at = at.replace(brace, given.pop(name))
    wanted = {name: value for name, value in given.items() if name in endpoint.request.model_fields}
    if "run_id" in wanted and "model_id" in wanted:  # one of them says whose files are meant
        del wanted["run_id"], wanted["model_id"]
        wanted |= {} if field == "source" else {"run_id": ids["run_id"]}
    if endpoint.method == "GET" or endpoint.carries_file:
        return server.call(endpoint.method, at, "text", query=urlencode(wanted))
    return server.call(endpoint.method, at, wanted)


def test_all_endpoints_of_files_are_meant() -> None:
    assert {endpoint.name for endpoint, _ in TAKES_PATH} >= {
        "list_artifacts", "get_artifact", "upload_artifact", "presign_upload", "presign_download",
        "list_folder", "download_file", "upload_file", "delete_file", "presigned_file",
        "create_parts", "complete_parts", "abort_parts", "list_logged_model_artifacts",
        "get_logged_model_file", "create_model_version",
    }  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_that_leads_anywhere_else_is_refused_everywhere(server: Server, path: str) -> None:
    run_id = server.run()
    server.post("registered-models/create", {"name": "m"})
    made = server.post("logged-models", {"experiment_id": "0", "name": "scorer"})
    ids = {"run_id": run_id, "model_id": made.json["model"]["info"]["model_id"]}
    answers = {
        (endpoint.name, field): call(server, endpoint, field, path, **ids) for endpoint, field in TAKES_PATH
    }
    told = {at: (answer.status, answer.code) for at, answer in answers.items()}
    assert {at: said for at, said in told.items() if said[0] not in (400, 404)} == {}
    assert not list(server.backend.staging.store.every(""))


@pytest.mark.parametrize(("letters", "status"), [("x", 200), ("xx", 400)])
def test_a_key_has_1024_bytes_however_many_letters(server: Server, letters: str, status: int) -> None:
    path = "0/" + "\u00e4" * 500 + letters
    answer = server.call("PUT", f"api/2.0/mlflow-artifacts/artifacts/{path}", "text")
    assert answer.status == status, answer.text
    assert [len(key.encode()) for key in server.backend.staging.store.every("")] == [1_024] * (status == 200)


@pytest.mark.parametrize("name", ["..", "x/..", "x/.", "..\\..", "%2e%2e", "a\x00b", "%252e%252e%252f", ""])
@pytest.mark.parametrize("endpoint", MPU, ids=lambda endpoint: endpoint.name)
def test_a_part_has_no_name_that_leads_elsewhere(
    server: Server, endpoint: Endpoint[Any, Any], name: str
) -> None:
    assert call(server, endpoint, "path", name).code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(("endpoint", "field"), TAKES_PATH, ids=lambda value: getattr(value, "name", value))
def test_the_same_calls_are_taken_with_a_path_that_is_right(
    server: Server, endpoint: Endpoint[Any, Any], field: str
) -> None:
    """So that the refusals above are about the path."""
    run_id = server.run()
    server.post("registered-models/create", {"name": "m"})
    made = server.post("logged-models", {"experiment_id": "0", "name": "scorer"})
    ids = {"run_id": run_id, "model_id": made.json["model"]["info"]["model_id"]}
    answer = call(server, endpoint, field, "0/right", **ids)
    absent = ("RESOURCE_DOES_NOT_EXIST", "RESOURCE_CONFLICT")
    assert answer.status == 200 or answer.code in absent, answer.text
