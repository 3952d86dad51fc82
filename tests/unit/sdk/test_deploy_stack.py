"""`lineal deploy-stack`: what it asks, what it runs, and what it refuses; the account is moto's."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws
from typer.testing import CliRunner, Result

from lineal.cli import app
from lineal.cli.deploy_stack import Environment as Offered
from lineal.cli.exit_codes import ExitCode
from lineal.cloud import Deployed, cdk, empty_bucket
from lineal.cloud.stacks import deployed

OUTPUTS = {"ApiUrl": "https://api.example", "ArtifactsBucket": "artifacts", "AccessLogsBucket": "access-logs"}


class Account:
    """An account in which the CDK's command line is only written down, but for creating the stack."""

    def __init__(self) -> None:
        self.session = boto3.Session()
        self.ran: list[list[str]] = []
        self.fails: set[str] = set()
        self.stacks: dict[str, Deployed] = {}

    def run(self, command: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        words = command[command.index(cdk.CDK) + 1 :] if cdk.CDK in command else ["synth", *command[1:]]
        self.ran.append(words)
        if words[0] == "deploy":
            self.create(words[1])
        return subprocess.CompletedProcess(command, int(words[0] in self.fails))

    def create(self, stack: str, *, protected: bool = False) -> None:
        self.stacks[stack] = Deployed(stack, "CREATE_COMPLETE", protected, OUTPUTS)

    def find(self, session: boto3.Session, stack: str) -> Deployed | None:
        return self.stacks.get(stack)

    @property
    def steps(self) -> list[str]:
        return [words[0] for words in self.ran]

    def deploy_stack(self, *arguments: str, answers: str = "") -> Result:
        return CliRunner().invoke(app, ["deploy-stack", *arguments], input=answers)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        there = Account()
        monkeypatch.setattr("lineal.cloud.cdk.subprocess.run", there.run)
        monkeypatch.setattr("lineal.cloud.deployed", there.find)
        yield there


def test_it_synthesizes_asks_deploys_and_tells_what_next(account: Account) -> None:
    done = account.deploy_stack("--environment", "staging", "-c", "lineal:python=3.12", answers="y\n")
    assert done.exit_code == ExitCode.OK, done.output
    assert account.steps == ["synth", "deploy"]
    assert "lineal:environment=staging" in account.ran[0]
    assert "lineal:python=3.12" in account.ran[0]
    assert "lineal:compiled=required" in account.ran[0]
    assert account.ran[1][1] == "lineal-staging"
    assert "export LINEAL_API_URL=https://api.example" in done.output


def test_no_is_no(account: Account) -> None:
    assert account.deploy_stack(answers="n\n").exit_code == ExitCode.ERROR
    assert "deploy" not in account.steps


def test_bootstrapping_comes_before_deploying(account: Account) -> None:
    account.deploy_stack("--bootstrap", "--yes")
    assert account.steps == ["synth", "bootstrap", "deploy"]
    assert account.ran[1][1].startswith("aws://123456789012/eu-central-1")


def test_a_difference_changes_nothing(account: Account) -> None:
    account.deploy_stack("--diff")
    assert account.steps == ["synth", "diff"]


def test_what_the_cdk_refuses_ends_with_an_error_and_does_not_go_on(account: Account) -> None:
    account.fails = {"bootstrap"}
    done = account.deploy_stack("--bootstrap", "--yes")
    assert done.exit_code == ExitCode.ERROR
    assert "cdk bootstrap" in done.output
    assert account.steps == ["synth", "bootstrap"]


def test_a_malformed_option_is_wrong_usage(account: Account) -> None:
    assert account.deploy_stack("-c", "lineal:python").exit_code == ExitCode.USAGE
    assert account.ran == []


def test_without_a_region_nothing_is_run(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    done = account.deploy_stack("--yes")
    assert done.exit_code == ExitCode.ERROR
    assert "AWS_REGION" in done.output
    assert account.ran == []


class TestDestroy:
    def test_a_protected_stack_is_kept(self, account: Account) -> None:
        account.create("lineal-dev", protected=True)
        done = account.deploy_stack("--destroy", "--yes")
        assert done.exit_code == ExitCode.REFUSED
        assert "--allow-teardown" in done.output
        assert account.ran == []

    def test_it_asks_for_the_name(self, account: Account) -> None:
        account.create("lineal-dev")
        assert account.deploy_stack("--destroy", answers="lineal-production\n").exit_code == ExitCode.REFUSED
        assert account.ran == []

    def test_it_empties_the_buckets_and_deletes_the_stack(self, account: Account) -> None:
        account.create("lineal-dev")
        s3 = account.session.client("s3")
        for name in ("artifacts", "access-logs"):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
        for content in (b"one", b"two"):
            s3.put_object(Bucket="artifacts", Key="k", Body=content)
        s3.delete_object(Bucket="artifacts", Key="k")
        done = account.deploy_stack("--destroy", answers="lineal-dev\n")
        assert done.exit_code == ExitCode.OK, done.output
        assert "deleted 3 object versions in artifacts" in done.output
        assert "Versions" not in s3.list_object_versions(Bucket="artifacts")
        assert account.steps == ["synth", "destroy"]
        assert empty_bucket(account.session, "artifacts") == 0

    def test_what_is_not_there_is_said(self, account: Account) -> None:
        assert account.deploy_stack("--destroy", "--yes").exit_code == ExitCode.NOT_FOUND


def stubbed(monkeypatch: pytest.MonkeyPatch) -> tuple[boto3.Session, Stubber]:
    session = boto3.Session(region_name="eu-central-1")
    client = session.client("cloudformation")
    monkeypatch.setattr(session, "client", lambda service: client)
    return session, Stubber(client)


def test_a_stack_is_read_with_its_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    session, stub = stubbed(monkeypatch)
    found = {
        "StackName": "lineal-dev",
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
        "StackStatus": "UPDATE_COMPLETE",
        "EnableTerminationProtection": True,
        "Outputs": [{"OutputKey": "ApiUrl", "OutputValue": "https://api.example"}],
    }
    stub.add_response("describe_stacks", {"Stacks": [found]}, {"StackName": "lineal-dev"})
    with stub:
        read = deployed(session, "lineal-dev")
    assert read == Deployed("lineal-dev", "UPDATE_COMPLETE", True, {"ApiUrl": "https://api.example"})


def test_a_missing_stack_is_none_and_a_refusal_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    session, stub = stubbed(monkeypatch)
    stub.add_client_error("describe_stacks", "ValidationError")
    stub.add_client_error("describe_stacks", "AccessDenied")
    with stub:
        assert deployed(session, "lineal-dev") is None
        with pytest.raises(ClientError):
            deployed(session, "lineal-dev")


def test_the_environments_are_those_of_the_template() -> None:
    from infra.options import Environment

    assert [each.value for each in Offered] == [each.value for each in Environment]


def test_the_cdk_is_run_by_the_packaged_node() -> None:
    node, script = cdk._npx()
    assert Path(node).is_file()
    assert Path(script).is_file()
