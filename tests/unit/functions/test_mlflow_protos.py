"""The surface held to the protos that MLflow's client carries: each of its endpoints has an answer."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from mlflow.protos import (
    databricks_pb2,
    mlflow_artifacts_pb2,
    model_registry_pb2,
    service_pb2,
    webhooks_pb2,
)

from functions.mlflow.paths import find
from functions.mlflow.refusals import RefusedError
from lineal_contract.mlflow.errors import ErrorCode
from lineal_contract.mlflow.surface import NOT_IMPLEMENTED

PROTOS = (service_pb2, model_registry_pb2, mlflow_artifacts_pb2, webhooks_pb2)
OUT_OF_SCOPE = {
    "mlflow/datasets": "evaluation datasets, made of traces",
    "mlflow/gateway": "the gateway",
    "mlflow/get-online-trace-details": "traces",
    "mlflow/issues": "issues found in traces",
    "mlflow/label-schemas": "reviews of traces",
    "mlflow/prompt-optimization": "jobs",
    "mlflow/review-queues": "reviews of traces",
    "mlflow/scorers": "scorers",
    "mlflow/traces": "traces and assessments",
    "mlflow/unified-traces": "traces",
    "mlflow/workspaces": "workspaces: a project is one",
}
"""The only parts of the published protos that lineal refuses, and what they are about."""


@cache
def published() -> dict[tuple[str, str], str]:
    """Return the name of the call at each (method, path behind the version's prefix)."""
    return {(method, path): name for name, method, path in _calls()}


def _calls() -> Iterator[tuple[str, str, str]]:
    for file in PROTOS:
        for service in file.DESCRIPTOR.services_by_name.values():
            for call in service.methods:
                for endpoint in call.GetOptions().Extensions[databricks_pb2.rpc].endpoints:
                    path = f"{endpoint.since.major}.0/{endpoint.path.lstrip('/')}"
                    yield call.name, endpoint.method, re.sub(r"\{[^}]+\}", "x", re.sub(r"<[^>]+>", "x", path))


def answer(method: str, path: str) -> str:
    try:
        return find(method, path)[0].name
    except RefusedError as error:
        return error.code.value


def test_the_protos_are_read() -> None:
    assert len(published()) > 150
    assert {"createRun", "createRegisteredModel", "createWebhook", "uploadArtifact"} <= {
        *published().values()
    }


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_each_published_endpoint_is_there_or_refused_for_a_reason(prefix: str) -> None:
    answers = {at: answer(at[0], f"{prefix}/{at[1]}") for at in published()}
    unknown = {at: published()[at] for at, said in answers.items() if said == ErrorCode.ENDPOINT_NOT_FOUND}
    assert not unknown
    refused = {path.partition("/")[2] for (_, path), said in answers.items() if said == "NOT_IMPLEMENTED"}
    assert {"/".join(path.split("/")[:2]) for path in refused} == set(OUT_OF_SCOPE)
    assert set(OUT_OF_SCOPE) <= set(NOT_IMPLEMENTED)


def fields(message: Any) -> set[str]:
    return {field.name for field in message.DESCRIPTOR.fields}


def messages() -> Iterator[tuple[str, Any]]:
    """Yield what is published of each call that lineal answers: its endpoint's name and its request."""
    for file in PROTOS:
        for service in file.DESCRIPTOR.services_by_name.values():
            for call in service.methods:
                rpc = call.GetOptions().Extensions[databricks_pb2.rpc]
                for endpoint in rpc.endpoints:
                    path = f"api/{endpoint.since.major}.0/{endpoint.path.lstrip('/')}"
                    name = answer(endpoint.method, re.sub(r"\{[^}]+\}", "x", re.sub(r"<[^>]+>", "x", path)))
                    if name.islower():
                        yield name, call.input_type
