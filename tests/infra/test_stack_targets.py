"""Exactly what differs between the cloud and the local template."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.infra.templates import Assembly

_MISSING = "missing"

DIFFERENCES = {
    ("AWS::Events::Archive", ()),
    ("AWS::DynamoDB::Table", ("Properties", "DeletionProtectionEnabled")),
    (
        "AWS::Lambda::Function",
        ("Properties", "Environment", "Variables", "LINEAL_TRAIL_PATIENCE_SECONDS"),
    ),
    *(
        ("AWS::Lambda::Function", ("Properties", "Environment", "Variables", "LINEAL_API_URL", way))
        for way in ("Fn::GetAtt", "Fn::Join")
    ),
    *(
        (kind, (policy,))
        for kind in ("AWS::DynamoDB::Table", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::SQS::Queue")
        for policy in ("DeletionPolicy", "UpdateReplacePolicy")
    ),
    *(("AWS::StepFunctions::StateMachine", (p,)) for p in ("DeletionPolicy", "UpdateReplacePolicy")),
    ("AWS::Lambda::Function", ("Properties", "Environment", "Variables", "LINEAL_DEFAULT_MEMBERS")),
    ("AWS::Lambda::Function", ("Properties", "Environment", "Variables", "LINEAL_WEBHOOK_HOSTS")),
    ("AWS::IAM::ManagedPolicy", ("Properties", "PolicyDocument", "Statement")),
}
"""Type and path of each difference: no archive, no keeping of data, another address, members of projects that
nobody has created, webhooks to the same machine, and staged files of any project. On top come the name of the
stack and the wheels in the bundles, which these templates are made without."""


def test_the_local_template_differs_in_nothing_else(cloud: Assembly, local: Assembly) -> None:
    assert set(_differences(_with_one_name(cloud), _with_one_name(local))) == DIFFERENCES


def test_outputs_and_parameters_do_not_differ(cloud: Assembly, local: Assembly) -> None:
    for section in ("Outputs", "Parameters", "Rules", "Conditions"):
        assert cloud.template.get(section) == local.template.get(section)


def _with_one_name(assembly: Assembly) -> dict[str, Any]:
    """Return the resources with the stack's name, and hashes made from it, taken out of names."""
    name = r"lineal-?(?:production|local)"
    named = re.compile(rf"\w*{name}\w*")
    plain = re.compile(rf"{name}|[0-9A-F]{{8}}")
    return json.loads(named.sub(lambda found: plain.sub("", found[0]), json.dumps(assembly.resources)))


def _differences(cloud: dict[str, Any], local: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in cloud.keys() | local.keys():
        kind = (cloud.get(name) or local[name])["Type"]
        for path in _paths(cloud.get(name, _MISSING), local.get(name, _MISSING)):
            yield kind, path


def _paths(one: Any, other: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            for path in _paths(one.get(key, _MISSING), other.get(key, _MISSING)):
                yield (key, *path)
    elif one != other:
        yield ()
