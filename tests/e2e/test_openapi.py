"""The running API keeps its document: generated requests, signed, against every route.

PROOF_BOUNDS asks for each field's bounds too, which tests/unit/documented always asks of the handlers alone.
Well-formed ones are about things that exist; malformed ones come as they are and must be refused. What the
rules beyond the schema refuse is an answer like any other, as long as the document has it.
"""

import os

import pytest
import requests
import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from requests.auth import AuthBase
from schemathesis import Case, GenerationMode, Response, checks
from schemathesis.config import GenerationConfig
from schemathesis.specs.openapi import checks as openapi_checks
from schemathesis.specs.openapi.schemas import OpenApiSchema

from lineal.local import Identity, Stack
from lineal_contract import openapi
from lineal_contract.examples import PATH
from tests.e2e.conftest import World

EXAMPLES_EACH = 8
BOUNDS = "PROOF_BOUNDS" in os.environ
WHO: dict[str, Identity] = {
    "v1": Identity.SCIENTIST,
    "endpoints": Identity.SCIENTIST,
    "approvals": Identity.APPROVER,
    "deployments": Identity.DEPLOYER,
    "audit": Identity.AUDITOR,
    "admin": Identity.ADMIN,
    "tokens": Identity.SCIENTIST,
}
"""Whose duty the routes under each root are."""

CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
]


class Signed(AuthBase):
    """Signs a request as the SDK does, as late as possible."""

    def __init__(self, stack: Stack, identity: Identity) -> None:
        session = stack.session(identity)
        credentials = session.get_credentials()
        assert credentials is not None
        self._signer = SigV4Auth(credentials.get_frozen_credentials(), "execute-api", session.region_name)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        assert request.url is not None
        request.url = request.url.replace("+", "%20")  # a plus is no space in what is signed
        unsigned = AWSRequest(request.method, request.url, {}, request.body)
        self._signer.add_auth(unsigned)
        request.headers.update(dict(unsigned.headers.items()))
        return request


@pytest.fixture(scope="module")
def known(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A value for each path parameter that leads to something: a model that is live, and all behind it."""
    world = World(stack, "documented", tmp_path_factory.mktemp("documented"))
    version = world.version("diabetes", 1.0)
    approval = world.live(version)
    return PATH | {
        "project": world.project,
        "run_id": version.run_id,
        "digest": version.manifest[0].object.digest,
        "approval_id": approval.id,
        "version": str(version.version),
    }


@pytest.fixture(scope="module")
def callers(stack: Stack) -> dict[str, requests.Session]:
    """A session for each root of the API, signing as whose duty it is."""
    sessions = {root: requests.Session() for root in WHO}
    for root, session in sessions.items():
        session.auth = Signed(stack, WHO[root])
    return sessions


def only(schema: OpenApiSchema, *phases: str) -> None:
    """Let a document's requests come from some of Schemathesis's phases alone."""
    for name in ("examples", "coverage", "fuzzing"):
        getattr(schema.config.phases, name).enabled = name in phases


SCHEMA = schemathesis.openapi.from_dict(openapi.document())
only(SCHEMA, "examples", "fuzzing", *(["coverage"] if BOUNDS else []))
SCHEMA.config.generation = GenerationConfig(
    max_examples=EXAMPLES_EACH, deterministic=True, with_security_parameters=False
)


@SCHEMA.parametrize()
def test_the_api_keeps_its_document(
    case: Case, stack: Stack, known: dict[str, str], callers: dict[str, requests.Session]
) -> None:
    if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
        case.path_parameters = {name: known[name] for name in case.path_parameters}
    root = case.operation.path.split("/")[1]
    response = case.call(base_url=stack.api_url, session=callers[root])
    if not is_the_emulators_own(response):
        case.validate_response(response, checks=CHECKS)


def is_the_emulators_own(response: Response) -> bool:
    """Say whether the gateway refused by itself: a path that fits no policy. Its local body is not AWS's."""
    return response.status_code == 403 and b'"__type"' in response.content
