"""Findings of cdk-nag that are accepted, each on one construct and with its reason."""

import re
from collections.abc import Mapping
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *findings: str) -> None:
    """Accept `findings` (`Rule` or `Rule[detail]`) on a construct and what is below it."""
    for finding in findings:
        Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))


def wildcard(scope: IConstruct, arn: str) -> str:
    """Return the finding that a statement names resources by pattern `arn`."""
    return f"AwsSolutions-IAM5[Resource::{_flat(Stack.of(scope).resolve(arn))}]"


def _flat(value: str | Mapping[str, Any]) -> str:
    """Write a CloudFormation value as cdk-nag does: references and variables in angle brackets."""
    match value:
        case str():
            return re.sub(r"\$\{(.*?)\}", r"<\1>", value)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": ["", parts]}:
            return "".join(_flat(part) for part in parts)
    raise ValueError(f"no pattern of an ARN: {value}")
