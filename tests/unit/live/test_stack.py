"""The live suite keeps to its account and to its stack, and takes that down whatever happens."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.live import __main__ as live
from tests.live.stack import LiveStack, NotOursError

RETAINED = {
    "ResourceType": "AWS::S3::Bucket",
    "PhysicalResourceId": "kept",
    "ResourceStatus": "DELETE_SKIPPED",
}


class CloudFormation:
    """What the suite asks of the service, and what `lineal deploy-stack` makes of it."""

    def __init__(self) -> None:
        self.resources: list[dict[str, str]] = []
        self.stands = False

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's own name
        if not self.stands:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        return {"Stacks": [{"StackId": "id", "StackStatus": "CREATE_COMPLETE"}]}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, StackName: str) -> Any:  # noqa: N803 - boto3's own name
        return [{"StackResourceSummaries": self.resources}]


class Account:
    """An account in which the command line is only written down."""

    def __init__(self) -> None:
        self.service = CloudFormation()
        self.session: Any = SimpleNamespace(client=lambda _: self.service)
        self.ran: list[str] = []
        self.options: list[str] = []
        self.fails = ""

    def run(self, command: list[str], **_: Any) -> None:
        self.options = command[7:]
        assert command[3:7] == ["deploy-stack", "--environment", "live", "--yes"]
        self.ran.append("destroy" if "--destroy" in command else "deploy")
        self.service.stands = self.ran[-1] == "deploy"
        if self.ran[-1] == self.fails:
            raise subprocess.CalledProcessError(1, command)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    there = Account()
    monkeypatch.setattr(subprocess, "run", there.run)
    monkeypatch.setattr(live, "dismiss", lambda _: None)
    return there


def test_another_account_than_the_named_one_is_left_alone(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    monkeypatch.delenv(live.ACCOUNT, raising=False)
    with mock_aws():
        assert live.main([]) == 2
    assert "123456789012" in capsys.readouterr().out
    assert account.ran == []


def test_a_stack_that_is_there_already_is_nobodys_to_take_down(account: Account) -> None:
    account.service.stands = True
    with pytest.raises(NotOursError, match="deletes it"):
        live.prove(LiveStack(account.session), [])
    assert account.ran == []


@pytest.mark.parametrize("failing", ["hired", "walk"])
def test_it_is_taken_down_whatever_happens(
    account: Account, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionError

    @contextmanager
    def nobody(*_: Any) -> Iterator[dict[Any, Any]]:
        yield {}

    monkeypatch.setattr(live, "api_url", lambda _: "https://api.test")
    monkeypatch.setattr(live, "hired", nobody)
    monkeypatch.setattr(live, failing, broken)
    with pytest.raises(ConnectionError):
        live.prove(LiveStack(account.session), [])
    assert account.ran == ["deploy", "destroy"]


def test_half_a_deployment_is_taken_down_too(account: Account) -> None:
    account.fails = "deploy"
    with pytest.raises(subprocess.CalledProcessError):
        live.prove(LiveStack(account.session), [])
    assert account.ran == ["deploy", "destroy"]


def test_what_is_left_is_told(account: Account) -> None:
    stack = LiveStack(account.session)
    assert stack.destroy() == []
    stack.deploy([])
    account.service.resources = [RETAINED, RETAINED | {"ResourceStatus": "DELETE_COMPLETE"}]
    assert stack.destroy() == ["AWS::S3::Bucket kept DELETE_SKIPPED"]


def test_an_account_is_prepared_for_the_cdk_unless_that_has_been_done(account: Account) -> None:
    LiveStack(account.session).deploy(["-c", "lineal:python=3.13"])
    assert account.options == ["--allow-teardown", "--bootstrap", "-c", "lineal:python=3.13"]
    LiveStack(account.session, bootstraps=False).deploy([])
    assert account.options == ["--allow-teardown"]
