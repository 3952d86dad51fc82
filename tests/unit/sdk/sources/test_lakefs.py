import json
from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest

import lineal
from lineal.data.sources.lakefs import read_path
from lineal.http.transport import Request, Response

COMMIT = "c0ffee" * 10
OBJECTS = {"data/a.csv": "aaa", "data/b/c.csv": "ccc", "data.csv": "ddd", "database/x": "xxx"}


class Server:
    """lakeFS with one repository, two objects a page."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        url = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/api/v1/repositories/lake/refs/main/commits":
            return answer({"results": [{"id": COMMIT, "message": "m"}]})
        if url.path != f"/api/v1/repositories/lake/refs/{COMMIT}/objects/ls":
            return Response(404, {}, b"{}")
        prefix, after = query.get("prefix", ""), query.get("after", "")
        left = [p for p in sorted(OBJECTS) if p.startswith(prefix) and p > after]
        page = [{"path": p, "checksum": OBJECTS[p], "size_bytes": 3, "path_type": "object"} for p in left[:2]]
        more = {"has_more": len(left) > 2, "next_offset": page[-1]["path"] if page else ""}
        return answer({"results": page, "pagination": more})


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
