import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import lakefs_sdk
import pytest
import urllib3
from lakefs_sdk.rest import RESTResponse

import lineal
from lineal.data.sources.lakefs import read_path
from lineal.http.transport import Request, Response

COMMIT = "c0ffee" * 10
OBJECTS = {"data/a.csv": "aaa", "data/b/c.csv": "ccc", "data.csv": "ddd", "database/x": "xxx"}
OBJECT = {"path_type": "object", "size_bytes": 3, "mtime": 1_700_000_000}
PAGE = {"results": 2, "max_per_page": 1_000}
COMMITTED = {
    "id": COMMIT, "parents": [], "committer": "ada", "message": "m", "creation_date": 1_700_000_000,
    "meta_range_id": "r", "metadata": {},
}  # fmt: skip


class Server:
    """lakeFS with one repository, two objects a page. Its own client reads it as well, see below."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        url = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/api/v1/repositories/lake/refs/main/commits":
            return answer(
                {"results": [COMMITTED], "pagination": {"has_more": True, "next_offset": COMMIT} | PAGE}
            )
        if url.path != f"/api/v1/repositories/lake/refs/{COMMIT}/objects/ls":
            return Response(404, {}, b"{}")
        prefix, after = query.get("prefix", ""), query.get("after", "")
        left = [p for p in sorted(OBJECTS) if p.startswith(prefix) and p > after]
        page = [
            {"path": p, "checksum": OBJECTS[p], "physical_address": f"s3://b/{p}"} | OBJECT for p in left[:2]
        ]
        more = {"has_more": len(left) > 2, "next_offset": left[1] if len(left) > 2 else ""}
        return answer({"results": page, "pagination": more | PAGE})


def answer(document: object) -> Response:
    return Response(200, {}, json.dumps(document).encode())


@pytest.fixture
def server(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("LAKECTL_SERVER_ENDPOINT_URL", "https://lake.test/api/v1/")
    monkeypatch.setenv("LAKECTL_CREDENTIALS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY", "word")
    return Server()


def test_a_branch_is_read_at_its_commit(server: Server) -> None:
    found = read_path("lakefs://lake/main/data", transport=server)
    assert [(f.path, f.size, f.checksum) for f in found.files] == [
        ("a.csv", 3, "etag:aaa"),
        ("b/c.csv", 3, "etag:ccc"),
    ]
    assert found.revision == COMMIT
    expected = "Basic " + b64encode(b"key:word").decode()
    assert {r.headers["Authorization"] for r in server.requests} == {expected}


class Passing:
    """The network of lakeFS's own client, which here is the server above."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def get_request(self, url: str, headers: dict[str, str], **_: Any) -> RESTResponse:
        answer = self._server.send(Request("GET", url, headers))
        return RESTResponse(urllib3.HTTPResponse(answer.body, {}, answer.status, preload_content=True))


def test_what_is_asked_is_what_its_own_client_asks_and_reads(server: Server) -> None:
    read_path("lakefs://lake/main/data", transport=server)
    ours, server.requests = server.requests, []

    settings = lakefs_sdk.Configuration("https://lake.test/api/v1", username="key", password="word")
    api = lakefs_sdk.ApiClient(settings)
    api.rest_client = Passing(server)
    (commit,) = lakefs_sdk.RefsApi(api).log_commits("lake", "main", amount=1).results
    objects, after, more = lakefs_sdk.ObjectsApi(api), "", True
    found = []
    while more:
        page = objects.list_objects("lake", commit.id, prefix="data", after=after, amount=1_000)
        found += page.results
        more, after = page.pagination.has_more, page.pagination.next_offset
    assert list(map(_asked, server.requests)) == list(map(_asked, ours))
    assert [(o.path, o.checksum, o.size_bytes) for o in found] == [
        (p, OBJECTS[p], 3) for p in sorted(OBJECTS)
    ]


def _asked(request: Request) -> tuple[str, str, dict[str, list[str]], str]:
    """What of a request decides its answer."""
    url = urlsplit(request.url)
    query = parse_qs(url.query)  # an empty parameter says nothing
    return request.method, url.path, query, request.headers["Authorization"]


def test_one_object_counts_alone(server: Server) -> None:
    (file,) = read_path("lakefs://lake/main/data.csv", transport=server).files
    assert (file.path, file.checksum) == (".", "etag:ddd")


@pytest.mark.parametrize(
    "uri", ["lakefs://lake", "lakefs://UP/main/x", "lakefs://lake/other/x", "lakefs://lake/main/none"]
)
def test_what_names_nothing_is_refused(server: Server, uri: str) -> None:
    with pytest.raises(lineal.InputError):
        read_path(uri, transport=server)


def test_a_refusal_and_a_strange_answer_are_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "send", lambda request: Response(401))
    with pytest.raises(lineal.StorageError, match="401"):
        read_path("lakefs://lake/main/x", transport=server)
    monkeypatch.setattr(server, "send", lambda request: answer({"results": 1}))
    with pytest.raises(lineal.UnexpectedAnswerError):
        read_path("lakefs://lake/main/x", transport=server)


def test_without_an_address_that_is_what_is_said(_ambient: None) -> None:
    with pytest.raises(lineal.ConfigurationError, match="LAKECTL_SERVER_ENDPOINT_URL"):
        read_path("lakefs://lake/main/x")
