"""Each route, role, project and credential: who may is let through, everybody else is refused.

The routes are those of the deployed API, so a new one is in the matrix before anybody thinks of it. A request
has an empty object for a body: whoever is let in is told that it fits no contract or finds nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import botocore.auth
import pytest
from boto3.session import Session

from lineal.client import Client
from lineal.http.transport import Request, Response, Transport
from lineal.http.transport.bearing import BearerTransport
from lineal.http.transport.http import HttpTransport
from lineal.http.transport.signing import SigningTransport
from lineal.ids import now_millis
from lineal.local import Identity, Stack
from lineal_contract.base import TOKEN_ROOT
from lineal_contract.mlflow.endpoint import GATEWAYS
from lineal_contract.mlflow.surface import ENDPOINTS
from lineal_contract.permissions import allows
from lineal_contract.roles import Role, StackOutput
from lineal_contract.routes.table import ROUTES
from lineal_contract.tokens import new_secret, secret_digest

VALUES = {
    "experiment_id": "7",
    "run_id": "0" * 32,
    "digest": "0" * 64,
    "model": "m",
    "version": 1,
    "approval_id": "0" * 32,
    "endpoint": "m",
    "person_id": "nobody",
    "alias": "challenger",
    "consumer": "nobody",
    "token_id": "0" * 32,
}
OWN, OTHERS = "matrix-own", "matrix-others"
REFUSED = {401, 403}
WORKERS = 4
NATIVE = {key: route for route in ROUTES for key in (route.key, route.token_key)}
OPEN = {"GET /page", "GET /page/{file}"}
"""The files of the approvers' page, which hold nothing and call the API like everybody else."""
GREEDY = {key for gateway in GATEWAYS for key in (gateway.key, gateway.token_key)}


@dataclass(frozen=True)
class Operation:
    """One thing to call: a route, or an endpoint behind a greedy one."""

    name: str
    method: str
    path: str
    for_tokens: bool
    takes_tokens: bool = True

    def url(self, stack: Stack, project: str) -> str:
        """Return its address in a project."""
        values = VALUES | {"project": project}
        path = self.path.format_map({name: str(value) for name, value in values.items()})
        return stack.api_url + (TOKEN_ROOT if self.for_tokens else "") + path

    @property
    def of_project(self) -> bool:
        """Whether it concerns one project."""
        return "{project}" in self.path


@dataclass
class Matrix:
    """A project where each user has their role, and one where nobody has any."""

    stack: Stack
    operations: list[Operation]
    wire: Transport = field(default_factory=HttpTransport)
    tokens: dict[Role, str] = field(default_factory=dict)

    def signer(self, identity: Identity) -> Transport:
        """Return the transport of a user's own key."""
        return SigningTransport(self.wire, lambda: self.stack.session(identity))

    def client(self, identity: Identity, project: str) -> Client:
        """Return a user's client."""
        return Client(self.stack.api_url, project, self.stack.session(identity))

    def statuses(
        self, calls: Iterable[tuple[Operation, str, Transport]], headers: dict[str, str] | None = None
    ) -> dict[tuple[str, bool], int]:
        """Send an empty object to each; return the status by name and by whether it is the twin."""

        def send(call: tuple[Operation, str, Transport]) -> tuple[tuple[str, bool], int]:
            operation, project, transport = call
            url = operation.url(self.stack, project)
            answer = transport.send(Request(operation.method, url, headers or {}, b"{}"))
            return (operation.name, operation.for_tokens), answer.status

        with ThreadPoolExecutor(WORKERS) as pool:
            return dict(pool.map(send, calls))

    def reached(self, transport: Transport, project: str, *, for_tokens: bool) -> set[str]:
        """Return the names of what a credential gets an answer from in a project."""
        chosen = [o for o in self.operations if o.for_tokens == for_tokens]
        found = self.statuses((o, project, transport) for o in chosen)
        return {name for (name, _), status in found.items() if status not in REFUSED}


def operations(route_keys: Iterable[str]) -> Iterator[Operation]:
    """Yield what stands behind the route keys of an API; one that the contract does not have fails."""
    for key in route_keys:
        for_tokens = f" {TOKEN_ROOT}/" in key
        if key in GREEDY:
            method = key.split(" ")[0]
            for endpoint in (e for e in ENDPOINTS if e.method == method):
                path = endpoint.paths[0].replace("+}", "}")
                for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
                    path = path.replace(f"{{{name}}}", "x")
                yield Operation(f"mlflow {endpoint.name}", method, f"/mlflow/{{project}}/{path}", for_tokens)
        else:
            route = NATIVE[key]
            yield Operation(route.name, route.method, route.path, for_tokens, route.takes_tokens)


@pytest.fixture(scope="module")
def matrix(stack: Stack) -> Matrix:
    gateway = stack.root_session().client("apigatewayv2", endpoint_url=stack.endpoint_url)
    pages = gateway.get_paginator("get_routes").paginate(ApiId=stack.outputs[StackOutput.API_ID])
    keys = [route["RouteKey"] for page in pages for route in page["Items"]]
    assert set(keys) == set(NATIVE) | GREEDY | OPEN
    found = Matrix(stack, list(operations(set(keys) - OPEN)))
    for project in (OWN, OTHERS):
        admin = found.client(Identity.ADMIN, project)
        admin.projects.create(project)
        admin.projects.remove_member("admin", project=project)
    for identity in Identity:
        found.client(Identity.ADMIN, OWN).projects.put_member(identity, [identity.role], project=OWN)
        made = found.client(identity, OWN).tokens.create("matrix", role=identity.role)
        found.tokens[identity.role] = made.secret
    return found


@pytest.mark.parametrize("identity", Identity)
def test_a_signature_reaches_what_its_role_reaches_where_it_is_a_member(
    matrix: Matrix, identity: Identity
) -> None:
    signed = [o for o in matrix.operations if not o.for_tokens]
    may = {o.name for o in signed if allows(identity.role, o)}
    assert matrix.reached(matrix.signer(identity), OWN, for_tokens=False) == may
    anywhere = {o.name for o in signed if o.path.startswith("/admin/") or not o.of_project}
    assert matrix.reached(matrix.signer(identity), OTHERS, for_tokens=False) == may & anywhere


@pytest.mark.parametrize("identity", Identity)
def test_a_token_reaches_what_its_role_reaches_in_its_project(matrix: Matrix, identity: Identity) -> None:
    bearer = BearerTransport(matrix.wire, matrix.tokens[identity.role])
    twins = [o for o in matrix.operations if o.for_tokens]
    may = {o.name for o in twins if o.takes_tokens and allows(identity.role, o)}
    assert matrix.reached(bearer, OWN, for_tokens=True) == may
    assert matrix.reached(bearer, OTHERS, for_tokens=True) == set()
    assert matrix.reached(bearer, OWN, for_tokens=False) == set(), "a token is no signature"


def test_no_credential_is_refused_everywhere(matrix: Matrix) -> None:
    everything = [(o, OWN, matrix.wire) for o in matrix.operations]
    assert set(matrix.statuses(everything).values()) <= REFUSED
    forged = {
        "x-amzn-iam-user-arn": "arn:aws:iam::000000000000:user/admin",
        "x-amzn-request-context": '{"authorizer": {"lambda": {"role": "Admin"}}}',
        "x-forwarded-user": "admin",
        "x-http-method-override": "GET",
        "cookie": f"Authorization=Bearer {matrix.tokens[Role.ADMIN]}",
    }
    assert set(matrix.statuses(everything, forged).values()) <= REFUSED


def test_a_signature_opens_no_twin(matrix: Matrix) -> None:
    assert matrix.reached(matrix.signer(Identity.ADMIN), OWN, for_tokens=True) == set()


class Misdirected:
    """Signs for the other project what it sends to the one that is asked."""

    def __init__(self, inner: Transport, session: Callable[[], Session]) -> None:
        self._inner, self._session = inner, session

    def send(self, request: Request) -> Response:
        elsewhere = replace(request, url=request.url.replace(OWN, OTHERS))
        signed = SigningTransport(_Kept(), self._session).send(elsewhere)
        return self._inner.send(replace(request, headers=dict(signed.headers)))


class _Kept:
    """Sends nothing: answers with the headers that were to be sent."""

    def send(self, request: Request) -> Response:
        return Response(200, request.headers, b"")


@pytest.mark.parametrize("kind", ["wrong", "of another project", "expired"])
def test_a_signature_that_does_not_hold_opens_nothing(
    matrix: Matrix, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, session = matrix.stack.state.identities[Identity.ADMIN], matrix.stack.session(Identity.ADMIN)
    way: Transport = SigningTransport(matrix.wire, lambda: session)
    if kind == "wrong":
        forged = Session(key.key_id, "x" * 40, region_name="us-east-1")
        way = SigningTransport(matrix.wire, lambda: forged)
    elif kind == "of another project":
        way = Misdirected(matrix.wire, lambda: session)
    else:
        then = datetime.now(UTC) - timedelta(hours=1)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: then.replace(tzinfo=None))
    chosen = [o for o in matrix.operations if not o.for_tokens and o.of_project]
    found = matrix.statuses((o, OWN, way) for o in chosen)
    assert {name for (name, _), status in found.items() if status not in REFUSED} == set()


def spoilt(matrix: Matrix, identity: Identity) -> dict[str, Callable[[], str]]:
    """Return how to come by each kind of token that must open nothing."""
    owner, role = matrix.client(identity, OWN), identity.role

    def revoked() -> str:
        made = owner.tokens.create("revoked", role=role)
        owner.tokens.revoke(made.token.token_id)
        return made.secret

    def expired() -> str:
        made = owner.tokens.create("expired", role=role)
        rewrite(matrix.stack, made.token.token_id, expires_at=now_millis() - 1)
        return made.secret

    def somebodys_who_is_gone() -> str:
        made = owner.tokens.create("gone", role=role)
        rewrite(matrix.stack, made.token.token_id, person="who-was-here")
        return made.secret

    return {
        "unknown": new_secret,
        "revoked": revoked,
        "expired": expired,
        "of somebody who is gone": somebodys_who_is_gone,
    }


SPOILT = [
    ("unknown", Identity.SCIENTIST),
    *product(("revoked", "expired", "of somebody who is gone"), Identity),
]


@pytest.mark.parametrize(("kind", "identity"), SPOILT)
def test_a_token_that_does_not_hold_opens_nothing(matrix: Matrix, kind: str, identity: Identity) -> None:
    bearer = BearerTransport(matrix.wire, spoilt(matrix, identity)[kind]())
    assert matrix.reached(bearer, OWN, for_tokens=True) == set()


def rewrite(stack: Stack, token_id: str, **changes: Any) -> None:
    """Change a token's record behind the API's back."""
    table = stack.outputs[StackOutput.REGISTRY_TABLE]
    dynamodb = stack.root_session().client("dynamodb", endpoint_url=stack.endpoint_url)
    at = {"PK": {"S": f"P#{OWN}#BEARERS"}, "SK": {"S": token_id}}
    item = dynamodb.get_item(TableName=table, Key=at)["Item"]
    document = json.loads(item["doc"]["S"]) | changes
    dynamodb.put_item(TableName=table, Item=item | {"doc": {"S": json.dumps(document)}})


def test_the_table_holds_no_secret(matrix: Matrix) -> None:
    table = matrix.stack.outputs[StackOutput.REGISTRY_TABLE]
    dynamodb = matrix.stack.root_session().client("dynamodb", endpoint_url=matrix.stack.endpoint_url)
    everything = str(list(dynamodb.get_paginator("scan").paginate(TableName=table)))
    for secret in matrix.tokens.values():
        assert secret not in everything
        assert secret_digest(secret) in everything


@pytest.mark.parametrize(
    ("method", "spelling"),
    [
        ("POST", "{path}/"), ("POST", "/{path}"), ("POST", "//{path}"), ("POST", "{upper}"),
        ("HEAD", "{path}"), ("OPTIONS", "{path}"), ("TRACE", "{path}"), ("PUT", "{path}"), ("GET", "{path}"),
        ("POST", "/v1/projects/%2e%2e/..{path}"), ("POST", "{path}%2f"), ("POST", "{path}%00"),
        ("POST", "/token{path}"), ("POST", "{path};x"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("root", ["", TOKEN_ROOT])
def test_no_spelling_of_a_path_lets_an_auditor_decide(
    matrix: Matrix, method: str, spelling: str, root: str
) -> None:
    path = f"{root}/approvals/{OWN}/{'0' * 32}/decisions"
    url = matrix.stack.api_url + spelling.format(path=path, upper=path.upper())
    body = b'{"verdict": "approve", "reason": "odd"}'
    override = {"x-http-method-override": "POST", "x-http-method": "POST", "x-method-override": "POST"}
    ways = [
        matrix.wire,
        matrix.signer(Identity.AUDITOR),
        BearerTransport(matrix.wire, matrix.tokens[Role.AUDITOR]),
    ]
    for way in ways:
        assert way.send(Request(method, url, override, body)).status in {400, 401, 403, 404, 405}


def test_who_loses_a_role_loses_it_with_the_next_decision(matrix: Matrix) -> None:
    admin = matrix.client(Identity.ADMIN, OTHERS)
    admin.projects.put_member("approver", [Role.APPROVER], project=OTHERS)
    secret = matrix.client(Identity.APPROVER, OTHERS).tokens.create("x", role=Role.APPROVER).secret
    decide = next(o for o in matrix.operations if o.name == "decide" and o.for_tokens)
    ways = [(decide, OTHERS, BearerTransport(matrix.wire, secret))]
    assert set(matrix.statuses(ways).values()) == {400}, "let in, and told that {} is no decision"
    admin.projects.remove_member("approver", project=OTHERS)
    assert set(matrix.statuses(ways).values()) == {403}
