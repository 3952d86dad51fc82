"""The running MLflow surface keeps its document: generated requests against every endpoint.

MLFLOW_EXAMPLES says how many for each endpoint; `make mlflow` asks for more than the suite always does.
PROOF_BOUNDS asks for each field's bounds too, which tests/unit/documented always asks of the handlers alone.
"""

import os

import pytest
import requests
import schemathesis
from schemathesis import Case, GenerationMode, Response, checks
from schemathesis.config import GenerationConfig
from schemathesis.specs.openapi import checks as openapi_checks

from lineal.local import Identity, Stack
from lineal_contract.mlflow import openapi
from tests.e2e.test_openapi import BOUNDS, is_the_emulators_own, only

CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(openapi.document())
only(SCHEMA, "examples", "fuzzing", *(["coverage"] if BOUNDS else []))
SCHEMA.config.generation = GenerationConfig(
    max_examples=int(os.environ.get("MLFLOW_EXAMPLES", "4")), deterministic=True
)
Known = dict[str, str]


@pytest.fixture(scope="module")
def session(stack: Stack) -> requests.Session:
    """A scientist's session, by token."""
    made = requests.Session()
    made.headers["Authorization"] = f"Bearer {stack.token(Identity.SCIENTIST, 'surface')}"
    return made


@pytest.fixture(scope="module")
def known(stack: Stack, session: requests.Session) -> Known:
    """A value for each name that leads to something: a run, a logged model, a registered one, a webhook."""
    root = f"{stack.api_url}/token/mlflow/surface/api/2.0"

    def made(path: str, **body: object) -> dict[str, dict[str, str]]:
        answer = session.post(f"{root}/mlflow/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    run = made("runs/create", experiment_id="0")["run"]
    model = made("logged-models", experiment_id="0", name="m")["model"]
    made("registered-models/create", name="model")
    events = [{"entity": "PROMPT", "action": "CREATED"}]
    address = "http://127.0.0.1:9/"
    hook = made("webhooks", name="w", url=address, events=events, status="DISABLED")["webhook"]
    session.put(f"{root}/mlflow-artifacts/artifacts/0/file", data=b"x", timeout=30)
    info: dict[str, str] = run["info"]  # type: ignore[assignment]
    about: dict[str, str] = model["info"]  # type: ignore[assignment]
    return {
        "project": "surface",
        "run_id": info["run_id"],
        "model_id": about["model_id"],
        "webhook_id": hook["webhook_id"],
        "artifact_path": "0/file",
        "experiment_id": "0",
        "name": "model",
    }


def aim(case: Case, known: Known) -> None:
    """Let a well-formed request be about things that exist, and none take away what is for the others."""
    if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
        case.path_parameters = {name: known.get(name, "none") for name in case.path_parameters}
        for given in (case.query, case.body):
            if isinstance(given, dict):
                given |= {name: known[name] for name in ("run_id", "experiment_id", "name") if name in given}
    else:
        case.path_parameters["project"] = known["project"]
    if case.operation.method == "delete":
        case.path_parameters |= {"webhook_id": "none", "model_id": "none", "artifact_path": "none"}


def check(case: Case, response: Response) -> None:
    """Fail if an answer is not in the document, which says where an endpoint may be missing."""
    refused = response.status_code == requests.codes.not_implemented
    case.validate_response(response, checks=CHECKS[refused:])


@SCHEMA.parametrize()
def test_the_surface_keeps_its_document(
    case: Case, stack: Stack, known: Known, session: requests.Session
) -> None:
    aim(case, known)
    # A list as long as the document allows takes a busy machine more than the library's ten seconds.
    response = case.call(base_url=f"{stack.api_url}/token", session=session, timeout=60)
    if not is_the_emulators_own(response):
        check(case, response)
