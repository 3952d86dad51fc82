"""lineal cost, on a project in memory."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

import lineal
from lineal.client import Client
from lineal.cost import training
from tests.unit.sdk.conftest import Cli
from tests.unit.sdk.fake_server import FakeServer


def test_a_month_is_estimated_from_what_the_project_did(cli: Cli, client: Client, server: FakeServer) -> None:
    with lineal.run(experiment="Default", client=client) as run:
        run.log({"loss": 1.0})
    server.summarise(run.id)
    told = json.loads(cli("cost", "--json").stdout)
    assert (told["counts"]["runs"], told["counts"]["points"]) == (1, 1)
    planned = json.loads(cli("cost", "--points", "1000000000", "--json").stdout)
    assert planned["usd"] > told["usd"] + 5
    assert "together" in cli("cost").stdout


def test_the_dollars_of_a_job_are_asked_for_once_and_shown_with_the_run(
    cli: Cli, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def describe(name: str, region: str | None) -> Mapping[str, Any]:
        asked.append(name)
        return {
            "BillableTimeInSeconds": 3600,
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        }

    monkeypatch.setattr(training, "ask", describe)
    with lineal.run(experiment="e", tags={"sagemaker.training_job_name": "job"}, client=client) as run:
        pass
    for _ in range(2):
        assert "$0.23" in cli("cost", "--run", run.id).stdout
    assert asked == ["job"]
    assert "$0.23" in cli("runs", "show", run.id).stdout
    assert "$0.23" in cli("runs", "show", run.id, "--html", "-").stdout
