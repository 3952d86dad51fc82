"""A training job under a replica of its container: environment, files, and what SageMaker says."""

import json
import os
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.capture import jobs, sagemaker
from lineal.client import Client
from lineal.data.datasets import Described, describe
from lineal.errors import ConfigurationError
from tests.unit.sdk.fake_server import FakeServer

ARN = "arn:aws:sagemaker:eu-central-1:123456789012:training-job/churn-1"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/training@sha256:" + "ab" * 32
EXAMPLE = Path(__file__).parents[3] / "examples" / "sagemaker" / "train.py"


class Container:
    """What a job's container has."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.config, self.data = root / "input" / "config", root / "input" / "data" / "train"
        self.config.mkdir(parents=True)
        self.data.mkdir(parents=True)
        (self.data / "rows.csv").write_text("0,1\n1,3\n2,5\n")
        self.known: Mapping[str, Any] | Exception = PermissionError("not allowed")
        self.on_host("algo-1")
        self.write("hyperparameters", {
            "epochs": "20", "learning-rate": "0.10", "optimizer": '"adam"', "name": "plain",
            "api_key": "abcdefghijk", "sagemaker_program": '"train.py"', "sagemaker_region": '"eu"',
        })  # fmt: skip
        self.write("inputdataconfig", {"train": {"TrainingInputMode": "File"}})
        for key, value in {
            "TRAINING_JOB_NAME": "churn-1",
            "TRAINING_JOB_ARN": ARN,
            "SM_INPUT_CONFIG_DIR": str(self.config),
            "SM_CHANNEL_TRAIN": str(self.data),
            "SM_MODEL_DIR": str(root / "model"),
        }.items():
            monkeypatch.setenv(key, value)
        monkeypatch.setattr(sagemaker, "ask", self._answer)

    def write(self, name: str, document: object) -> None:
        (self.config / f"{name}.json").write_text(json.dumps(document))

    def on_host(self, host: str) -> None:
        hosts = {"current_host": host, "hosts": ["algo-2", "algo-1"], "current_instance_type": "ml.m5.large"}
        self.write("resourceconfig", hosts)

    def _answer(self, name: str, region: str | None) -> Mapping[str, Any]:
        assert (name, region) == ("churn-1", "eu-central-1")
        if isinstance(self.known, Exception):
            raise self.known
        return self.known


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spool: Path) -> Container:
    return Container(tmp_path / "ml", monkeypatch)


def test_the_job_is_in_the_run(container: Container, server: FakeServer, client: Client) -> None:
    with lineal.run(client=client) as run:
        pass
    stored = server.runs[run.id]
    assert stored.params == {
        "epochs": "20", "learning-rate": "0.1", "optimizer": "adam", "name": "plain", "api_key": "[redacted]",
    }  # fmt: skip
    assert stored.tags == {
        "sagemaker.training_job_name": "churn-1",
        "sagemaker.training_job_arn": ARN,
        "sagemaker.instance_type": "ml.m5.large",
        "sagemaker.instance_count": "2",
    }
    (dataset,) = stored.datasets
    assert (dataset.name, dataset.context, dataset.source) == ("train", "train", "sagemaker:train")
    assert [file.path for file in dataset.files] == ["rows.csv"]


def test_what_sagemaker_says_of_image_and_channels(
    container: Container, server: FakeServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listed(name: str, data: Any, **more: Any) -> Described:
        if str(data).startswith("s3://"):
            raise lineal.PermissionDeniedError("not allowed", status=403, code="forbidden")
        return describe(name, data, **more)

    monkeypatch.setattr(jobs, "describe", listed)
    source = {"S3DataSource": {"S3Uri": "s3://no-such-bucket-of-ours/train/"}}
    container.known = {
        "AlgorithmSpecification": {"TrainingImage": IMAGE},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": source}],
    }
    job = sagemaker.training_job(describe=container._answer)
    assert job is not None
    assert [channel.uri for channel in job.channels] == ["s3://no-such-bucket-of-ours/train/"]
    with lineal.run(client=client, capture={"sagemaker": True}) as run:
        pass
    assert [dataset.source for dataset in server.runs[run.id].datasets] == [
        "s3://no-such-bucket-of-ours/train/"
    ]
    environment = server.runs[run.id].environment
    assert environment is not None
    assert environment.container is not None
    assert (environment.container.image, environment.container.digest) == (IMAGE, "sha256:" + "ab" * 32)


def test_given_params_come_first_and_the_same_number_is_no_change(
    container: Container, server: FakeServer, client: Client
) -> None:
    with lineal.run(client=client, params={"optimizer": "sgd"}) as run:
        run.log_params({"epochs": 20.0, "learning-rate": 1e-1})
        with pytest.raises(lineal.ConflictError):
            run.log_params({"epochs": 21})
    assert server.runs[run.id].params["optimizer"] == "sgd"


def test_only_the_first_host_records(
    container: Container, server: FakeServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    container.on_host("algo-2")
    with lineal.run(client=client) as run:
        run.log({"loss": 1.0})
    assert server.runs == {}
    monkeypatch.setenv("LINEAL_SAGEMAKER_HOSTS", "many")
    with pytest.raises(ConfigurationError, match="first or all"):
        lineal.run(client=client)


def test_other_hosts_join_if_they_are_told_to(
    container: Container, server: FakeServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAL_SAGEMAKER_HOSTS", "all")
    with lineal.run(client=client) as first:
        container.on_host("algo-2")
        with lineal.run(client=client) as second:
            second.log({"algo-2/loss": 1.0})
    assert second.id == first.id
    assert [point.key for point in server.points(first.id)] == ["algo-2/loss"]


def test_switched_off_there_is_no_job(container: Container, server: FakeServer, client: Client) -> None:
    with lineal.run(client=client, capture={"sagemaker": False}) as run:
        pass
    assert (server.runs[run.id].params, server.runs[run.id].tags) == ({}, {})


def test_outside_a_job_there_is_none() -> None:
    assert sagemaker.training_job({"TRAINING_JOB_NAME": ""}) is None


def test_the_example_runs_as_a_job(
    container: Container, server: FakeServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineal.fluent.runs.client_of_mode", lambda: client)
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), "--epochs", "20", "--learning-rate", "0.1"])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    (run,) = server.runs.values()
    assert (run.status, run.params["epochs"], len(run.datasets)) == ("finished", "20", 1)
    assert [artifact.name for artifact in run.artifacts] == ["model"]
    assert len(server.points(run.run_id)) == 20
    assert json.loads(Path(os.environ["SM_MODEL_DIR"], "model.json").read_text())["weight"] > 1


def test_the_example_submits_a_job_that_sagemaker_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    import argparse

    import boto3
    from botocore.validate import validate_parameters

    monkeypatch.setenv("LINEAL_API_URL", "https://api.test")
    monkeypatch.setenv("LINEAL_PROJECT", "demo")
    submit = runpy.run_path(str(EXAMPLE.with_name("submit.py")))
    given = argparse.Namespace(
        role="arn:aws:iam::123456789012:role/r",
        image=IMAGE,
        bucket="b",
        data="s3://b/d/",
        epochs=3,
        instances=2,
    )
    client = boto3.client("sagemaker", region_name="eu-central-1")
    shape = client.meta.service_model.operation_model("CreateTrainingJob").input_shape
    validate_parameters(submit["job"]("n", "s3://b/source.tar.gz", given), shape)
    assert len(submit["packed"]()) > 100
