"""The stack of the live suite: an environment of its own, made by `lineal deploy-stack` and deleted by it."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineal import cloud
from lineal.cli.deploy_stack import Environment

if TYPE_CHECKING:
    from boto3.session import Session

NAME = f"lineal-{Environment.LIVE}"
_GONE = "DELETE_COMPLETE"


class NotOursError(RuntimeError):
    """There is a stack of the live suite's name, which it did not make."""


@dataclass(frozen=True)
class LiveStack:
    """The stack in the account of a session, which is prepared for the CDK first if need be."""

    session: "Session"
    bootstraps: bool = True

    def check_absent(self) -> None:
        """Raise NotOursError where there is one already, which is nobody's here to take down."""
        if cloud.deployed(self.session, NAME) is not None:
            raise NotOursError(f"there is a {NAME} already: somebody tests, or a test left it; {_BY_HAND}")

    def deploy(self, arguments: Sequence[str]) -> cloud.Deployed:
        """Deploy it. Raises CalledProcessError, and then half of it may be there."""
        _lineal("--allow-teardown", *(["--bootstrap"] if self.bootstraps else []), *arguments)
        there = cloud.deployed(self.session, NAME)
        if there is None:
            raise NotOursError(f"{NAME} is not there after it was deployed")
        return there

    def destroy(self) -> list[str]:
        """Delete it with all its data, and return what is left of it in the account, by id and status."""
        client = self.session.client("cloudformation")
        if cloud.deployed(self.session, NAME) is None:
            return []
        stack_id = client.describe_stacks(StackName=NAME)["Stacks"][0]["StackId"]
        _lineal("--destroy")
        pages = client.get_paginator("list_stack_resources").paginate(StackName=stack_id)
        return [
            f"{each['ResourceType']} {each.get('PhysicalResourceId')} {each['ResourceStatus']}"
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceStatus"] != _GONE
        ]


_BY_HAND = f"`lineal deploy-stack --environment {Environment.LIVE} --destroy` deletes it"


def _lineal(*arguments: str) -> None:
    command = [sys.executable, "-m", "lineal", "deploy-stack", "--environment", Environment.LIVE, "--yes"]
    subprocess.run([*command, *arguments], check=True)
