"""Signatures, checked by an own reading of the SigV4 specification from what was really sent."""

import hashlib
import hmac
from urllib.parse import quote, urlsplit

import pytest
from boto3.session import Session
from botocore.credentials import ReadOnlyCredentials

from lineal.errors import ConfigurationError
from lineal.http.transport import Request, Response
from lineal.http.transport.signing import SigningTransport

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class Recorder:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        return Response(200)


def signed(url: str, *, method: str = "POST", body: bytes = b"", region: str | None = "eu-west-1") -> Request:
    session = Session("AKIDEXAMPLE", SECRET, "the-token", region_name=region)
    recorder = Recorder()
    headers = {"Content-Type": "application/json"}
    SigningTransport(recorder, lambda: session).send(Request(method, url, headers, body))
    return recorder.sent[0]


def expected_signature(request: Request, region: str) -> str:
    """The signature that a server computes: every segment of the path as sent is encoded once more."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    parts = urlsplit(request.url)
    names = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    assert isinstance(request.body, bytes)
    canonical = "\n".join(
        [
            request.method,
            quote(parts.path or "/", safe="/-_.~"),
            "&".join(sorted(parts.query.split("&"))),
            *(f"{name}:{headers.get(name, parts.netloc)}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(request.body).hexdigest(),
        ]
    )
    moment = headers["x-amz-date"]
    scope = f"{moment[:8]}/{region}/execute-api/aws4_request"
    key = b"AWS4" + SECRET.encode()
    for step in scope.split("/"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/v1/projects/alpha/runs",
        "/a%20b",
        "/a%2Fb/c",
        "/caf%C3%A9/%25/%3F",
        "/_aws/execute-api/abc123/$default/v1",
        "/x?page_size=5&experiment=a%20b%2Bc&b=%26&a=",
        "/x?key=val%2Floss",
    ],
)
@pytest.mark.parametrize("body", [b"", b'{"a":1}'])
def test_the_signature_is_of_what_is_sent(path: str, body: bytes) -> None:
    request = signed(f"https://api.test:8443{path}", body=body)
    expected = expected_signature(request, "eu-west-1")
    assert request.headers["Authorization"].endswith(f"Signature={expected}")
    assert request.url == f"https://api.test:8443{path}"


def test_the_session_token_is_sent_and_signed() -> None:
    request = signed("https://api.test/x")
    assert request.headers["X-Amz-Security-Token"] == "the-token"
    assert "x-amz-security-token" in request.headers["Authorization"]


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("abc.execute-api.us-east-2.amazonaws.com", "us-east-2"),
        ("abc.execute-api.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("abc-vpce-1.execute-api.eu-central-1.amazonaws.com", "eu-central-1"),
        ("execute-api.us-east-2.amazonaws.com.evil.test", "eu-west-1"),
        ("api.test", "eu-west-1"),
    ],
)
def test_the_region_is_the_apis_own(host: str, region: str) -> None:
    assert f"/{region}/execute-api/" in signed(f"https://{host}/x").headers["Authorization"]


def test_the_region_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="region"):
        signed("https://api.test/x", region=None)
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert "/eu-north-1/" in signed("https://api.test/x", region=None).headers["Authorization"]


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(region_name="eu-west-1")
    with pytest.raises(ConfigurationError, match="credentials"):
        SigningTransport(Recorder(), lambda: session).send(Request("GET", "https://api.test/x"))


def test_an_unknown_profile_says_so() -> None:
    transport = SigningTransport(Recorder(), lambda: Session(profile_name="nobody"))
    with pytest.raises(ConfigurationError, match="nobody"):
        transport.send(Request("GET", "https://api.test/x"))


def test_refreshed_credentials_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(region_name="eu-west-1")
    keys = iter(["FIRST", "SECOND"])

    class Rotating:
        """Credentials that are refreshed each time they are read."""

        def get_frozen_credentials(self) -> ReadOnlyCredentials:
            return ReadOnlyCredentials(next(keys), SECRET, None)

    monkeypatch.setattr(session, "get_credentials", Rotating)
    recorder = Recorder()
    transport = SigningTransport(recorder, lambda: session)
    for _ in range(2):
        transport.send(Request("GET", "https://api.test/x"))
    assert [r.headers["Authorization"].split("=")[1].split("/")[0] for r in recorder.sent] == [
        "FIRST",
        "SECOND",
    ]


def test_the_session_is_made_once_and_late() -> None:
    made: list[Session] = []

    def make() -> Session:
        made.append(Session("A", SECRET, region_name="eu-west-1"))
        return made[0]

    transport = SigningTransport(Recorder(), make)
    assert made == []
    for _ in range(2):
        transport.send(Request("GET", "https://api.test/x"))
    assert len(made) == 1
