"""The signer for MLflow clients: what it signs is what AWS checks, and large files do not pass through it."""

import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import entry_points
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lineal.mlflow_plugin import parts as mlflow_parts
from lineal.mlflow_plugin.auth import RequestAuthProvider, SigningAuth
from lineal_contract.mlflow.staging import MAX_PARTS

KEY = Credentials("AKIDEXAMPLE", "secret")
API = "https://abcdef.execute-api.eu-central-1.amazonaws.com/mlflow/team"


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> SigningAuth:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY.secret_key)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return SigningAuth()


def prepared(method: str, url: str, **more: Any) -> requests.PreparedRequest:
    return requests.Session().prepare_request(requests.Request(method, url, **more))


def signature(request: requests.PreparedRequest, url: str, body: bytes = b"") -> str:
    """Return the signature that AWS computes for an address and a body at the request's time."""
    checked = AWSRequest(request.method, url, {"X-Amz-Date": request.headers["X-Amz-Date"]}, body)
    checked.context["timestamp"] = request.headers["X-Amz-Date"]
    signer = SigV4Auth(KEY, "execute-api", "eu-central-1")
    canonical = signer.canonical_request(checked)
    text = signer.string_to_sign(checked, canonical)
    return str(signer.signature(text, checked))


def test_mlflow_finds_the_provider_in_the_wheel() -> None:
    found = {each.name: each for each in entry_points(group="mlflow.request_auth_provider")}
    assert found["lineal"].load() is RequestAuthProvider
    assert RequestAuthProvider().get_name() == "lineal"
    assert RequestAuthProvider().get_auth() is RequestAuthProvider().get_auth()


@pytest.mark.parametrize(
    ("query", "signed"),
    [
        ({"experiment_name": "two words"}, "experiment_name=two%20words"),
        ([("run_ids", "b"), ("run_ids", "a")], "run_ids=b&run_ids=a"),
        ({"path": "a+b&c=d/é"}, "path=a%2Bb%26c%3Dd%2F%C3%A9"),
    ],
)
def test_a_query_is_signed_as_it_is_meant(auth: SigningAuth, query: Any, signed: str) -> None:
    request = auth(prepared("GET", f"{API}/api/2.0/mlflow/runs/get", params=query))
    assert (request.url or "").partition("?")[2] == signed
    assert request.headers["Authorization"].endswith(signature(request, request.url or ""))
    assert "/eu-central-1/execute-api/" in request.headers["Authorization"]


def test_an_encoded_path_and_a_streamed_file_are_signed(auth: SigningAuth, tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_bytes(b"bytes of a file")
    with file.open("rb") as stream:
        url = f"{API}/api/2.0/mlflow-artifacts/artifacts/0/a%20file"
        request = auth(prepared("PUT", url, data=stream))
        assert request.headers["Authorization"].endswith(signature(request, url, file.read_bytes()))
        assert stream.read() == b"bytes of a file"


class Storage(BaseHTTPRequestHandler):
    """Takes an upload in parts, and notes what arrived."""

    calls: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        body = self._note()
        answer = {}
        if "/mpu/create/" in self.path:
            count = json.loads(body)["num_parts"]
            root = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
            parts = [{"part_number": n, "url": f"{root}/part/{n}"} for n in range(1, count + 1)]
            answer = {"upload_id": "u", "credentials": parts}
        self._answer(json.dumps(answer).encode())

    def do_PUT(self) -> None:
        self._note()
        self._answer(b"")

    def _note(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.calls.append((self.command, self.path, body))
        return body

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("ETag", f'"{len(self.calls)}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def storage() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    handler = type("Handler", (Storage,), {"calls": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/mlflow/team/api/2.0", handler.calls
        server.shutdown()
        thread.join()


def test_a_large_file_goes_in_parts_and_the_request_joins_them(
    auth: SigningAuth, storage: tuple[str, list[Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mlflow_parts, "THROUGH_PROXY", 10)
    monkeypatch.setattr(mlflow_parts, "PART", 8)
    root, calls = storage
    file = tmp_path / "model.bin"
    file.write_bytes(b"0123456789")
    with file.open("rb") as stream:
        requests.put(f"{root}/mlflow-artifacts/artifacts/0/r/s.bin", data=stream, auth=auth, timeout=10)
    assert [call[:2] for call in calls] == [
        ("PUT", "/mlflow/team/api/2.0/mlflow-artifacts/artifacts/0/r/s.bin")
    ]
    calls.clear()
    file.write_bytes(b"0123456789abcdefg")
    with file.open("rb") as stream:
        requests.put(f"{root}/mlflow-artifacts/artifacts/0/r/a%20b.bin", data=stream, auth=auth, timeout=10)
    created, *parts, joined = calls
    assert created[1].endswith("/mlflow-artifacts/mpu/create/0/r")
    assert [body for _, _, body in parts] == [b"01234567", b"89abcdef", b"g"]
    assert joined[1].endswith("/mlflow-artifacts/mpu/complete/0/r")
    sent = json.loads(joined[2])
    assert (sent["path"], sent["upload_id"], len(sent["parts"])) == ("a b.bin", "u", 3)


def test_a_file_of_any_size_has_no_more_parts_than_the_server_opens() -> None:
    for size in (1, 64 * 2**20, 5 * 10**9, 160 * 2**30, 5 * 2**40):
        length = mlflow_parts.part_length(size)
        assert length >= 64 * 2**20 and -(-size // length) <= MAX_PARTS
        assert length <= 5 * 2**30, "what S3 takes of one part"


def test_what_is_no_upload_of_a_file_is_left_alone(auth: SigningAuth) -> None:
    for request in (
        prepared("POST", f"{API}/api/2.0/mlflow/runs/create", json={"x": "y" * 5_000_000}),
        prepared("PUT", f"{API}/api/2.0/mlflow-artifacts/artifacts/0/x", data=io.BytesIO(b"small")),
    ):
        assert auth(request).method == request.method


def test_a_presigned_address_gets_no_signature_of_ours(auth: SigningAuth) -> None:
    request = auth(prepared("GET", f"{API}/api/2.0/mlflow-artifacts/artifacts/0/x"))
    answer = requests.Response()
    answer.status_code, answer.request = 307, request
    answer.headers["location"] = "https://bucket.s3.amazonaws.com/x?X-Amz-Signature=1"
    for hook in request.hooks["response"]:
        hook(answer)
    assert not [name for name in request.headers if name.lower().startswith(("x-amz", "authorization"))]
