"""The stack as it stands in an account, by the caller's own credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineal.errors import ConfigurationError

if TYPE_CHECKING:
    from boto3.session import Session

_PAGE = 1000
"""What S3 lists and deletes at once."""


@dataclass(frozen=True)
class Account:
    """Where credentials lead."""

    number: str
    region: str
    caller: str


@dataclass(frozen=True)
class Deployed:
    """A stack, its CloudFormation status and its outputs by name."""

    name: str
    status: str
    protected: bool
    outputs: Mapping[str, str]


def account(session: "Session") -> Account:
    """Return whose account the session's credentials are of. Raises ConfigurationError."""
    from botocore.exceptions import BotoCoreError, ClientError

    if not session.region_name:
        raise ConfigurationError("no region: set AWS_REGION to where the stack is to be")
    try:
        me = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(f"no usable AWS credentials: {error}") from error
    return Account(me["Account"], session.region_name, me["Arn"])


def deployed(session: "Session", stack: str) -> Deployed | None:
    """Return a stack, or None when there is none of that name."""
    from botocore.exceptions import ClientError

    try:
        (found,) = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Deployed(stack, found["StackStatus"], found.get("EnableTerminationProtection", False), outputs)


def empty_bucket(session: "Session", bucket: str) -> int:
    """Delete every version of every object in a bucket, which CloudFormation will not; return how many."""
    client = session.client("s3")
    deleted = 0
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys: list[Any] = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        for start in range(0, len(keys), _PAGE):
            some = keys[start : start + _PAGE]
            client.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True})
            deleted += len(some)
    return deleted
