"""A token in place of signatures: on the twins below /token, for its own project, and nowhere in sight."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import lineal
from lineal.client import Client
from lineal.http.transport import Request, Response
from lineal_contract.routes.route import Route
from lineal_contract.routes.table import ROUTES
from tests import builders

URL = "https://api.example.org"
TOKEN = builders.secret()


class Wire:
    """Notes requests and refuses them."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        return Response(403, {}, json.dumps({"message": "Forbidden"}).encode())


def sent(call: Callable[[Client], Any], **settings: Any) -> Request:
    wire = Wire()
    with pytest.raises(lineal.PermissionDeniedError) as refused:
        call(Client(URL, "team", transport=wire, **settings))
    assert TOKEN not in str(refused.value) + repr(refused.value)
    return wire.sent[0]


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_a_token_is_shown_where_it_can_do_something_and_nowhere_else(route: Route[Any]) -> None:
    names = {part[1:-1] for part in route.path.split("/") if part.startswith("{")} - {"project"}
    values = dict.fromkeys(names, "1")
    request = sent(lambda client: client._api.call(route, **values), token=TOKEN)
    shown = request.headers.get("Authorization")
    assert request.url.startswith(f"{URL}/token/") == (shown is not None) == route.takes_tokens
    assert shown in (None, f"Bearer {TOKEN}")


def test_a_call_about_another_project_is_signed() -> None:
    request = sent(lambda client: client.projects.get("others"), token=TOKEN)
    assert (request.url, "Authorization" in request.headers) == (f"{URL}/v1/projects/others", False)


def test_the_environments_token_gives_way_to_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_TOKEN", TOKEN)
    assert sent(lambda client: client.people.me()).url.startswith(f"{URL}/token/")
    session: Any = object()
    assert not sent(lambda client: client.people.me(), session=session).url.startswith(f"{URL}/token/")
    monkeypatch.setenv("LINEAL_TOKEN", "")
    assert not sent(lambda client: client.people.me()).url.startswith(f"{URL}/token/")


@pytest.mark.parametrize("text", ["x", TOKEN + "x", TOKEN[:-1], TOKEN + "\n", f"Bearer {TOKEN}"])
def test_what_is_no_token_is_refused_before_it_is_sent(text: str) -> None:
    with pytest.raises(lineal.ConfigurationError) as refused:
        Client(URL, "team", token=text)
    assert text not in str(refused.value) or text == "x"


def test_a_token_goes_over_tls_but_on_the_loopback() -> None:
    for url in ("http://127.0.0.1:4566/x", "http://localhost", URL):
        Client(url, "team", token=TOKEN)
    with pytest.raises(lineal.ConfigurationError, match="https"):
        Client("http://api.example.org", "team", token=TOKEN)


def test_what_is_sent_to_make_a_token_is_not_the_token() -> None:
    wire = Wire()
    with pytest.raises(lineal.PermissionDeniedError):
        Client(URL, "team", transport=wire, token=TOKEN).tokens.create("ci", role="Approver", days=1)
    body = json.loads(bytes(wire.sent[0].body))  # type: ignore[arg-type]
    assert set(body) == {"token_id", "secret_digest", "name", "role", "expires_in_days"}
    assert "lineal_" not in str(body)
    assert (wire.sent[0].url, "Authorization" in wire.sent[0].headers) == (f"{URL}/tokens/team", False)


@pytest.mark.parametrize(
    "wrong", [{"role": "King"}, {"role": "Approver", "days": 0}, {"role": "Approver", "days": 366}]
)
def test_a_token_that_cannot_be_is_not_asked_for(wrong: dict[str, Any]) -> None:
    wire = Wire()
    with pytest.raises(lineal.InputError):
        Client(URL, "team", transport=wire).tokens.create("ci", **wrong)
    assert wire.sent == []


def test_a_new_token_does_not_show_its_secret() -> None:
    from lineal.resources.tokens import NewToken

    token: Any = None
    assert TOKEN not in repr(NewToken(token, TOKEN))
