"""A linter over every policy of the stack: what an attacker would look for in a role, there is none of."""

from collections import defaultdict
from typing import Any

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument

from tests.infra.templates import Assembly, listed, text

_UNBOUNDED = {
    "states:SendTaskSuccess": "a task token names no resource",
}
"""Writes that IAM cannot bound to a resource, each with its reason."""

_SERVICES = {
    "lambda.amazonaws.com",
    "states.amazonaws.com",
    "events.amazonaws.com",
    "sagemaker.amazonaws.com",
}
"""What runs our code, and training jobs that log as a data scientist."""


def _documents(assembly: Assembly) -> dict[str, PolicyDocument]:
    """What each role or managed policy allows altogether, with references made into names."""
    statements: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for owner, statement in assembly.statements():
        resources = [_arn(resource) for resource in listed(statement.get("Resource", []))]
        statements[owner].append({**statement, "Resource": resources})
    return {
        owner: PolicyDocument({"Version": "2012-10-17", "Statement": found})
        for owner, found in statements.items()
    }


def _arn(resource: Any) -> str:
    named = text(resource)
    return named if named.startswith("arn:") or named == "*" else f"arn:aws:service:region:account:{named}"


@pytest.fixture
def documents(assembly: Assembly) -> dict[str, PolicyDocument]:
    return _documents(assembly)


def test_no_policy_lets_its_owner_gain_rights(documents: dict[str, PolicyDocument]) -> None:
    for owner, document in documents.items():
        assert document.allows_privilege_escalation == [], owner
        assert document.permissions_management_without_constraints == [], owner
        assert document.credentials_exposure == [], owner


def test_no_policy_lets_data_out_or_changes_what_it_does_not_name(
    documents: dict[str, PolicyDocument],
) -> None:
    for owner, document in documents.items():
        assert document.allows_data_exfiltration_actions == [], owner
        assert set(document.write_actions_without_constraints) <= set(_UNBOUNDED), owner


def test_no_policy_says_what_it_does_not_mean(assembly: Assembly) -> None:
    for owner, statement in assembly.statements():
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement), owner
        for action in listed(statement["Action"]):
            service, _, name = action.partition(":")
            assert service != "*", owner
            assert not name.startswith("*"), f"{owner}: {action}"


def test_roles_are_assumed_by_services_and_by_this_account_only(assembly: Assembly) -> None:
    for owner, role in assembly.of_type("AWS::IAM::Role").items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            principal = statement["Principal"]
            if "Service" in principal:
                assert set(listed(principal["Service"])) <= _SERVICES, owner
            else:
                assert text(principal["AWS"]) == "arn:<AWS::Partition>:iam::<AWS::AccountId>:root", owner


def test_the_linter_sees_what_is_wrong() -> None:
    document = PolicyDocument(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["iam:PutRolePolicy", "s3:GetObject"], "Resource": "*"},
                {"Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": "*"},
            ],
        }
    )
    assert document.permissions_management_without_constraints
    assert document.allows_data_exfiltration_actions == ["s3:GetObject"]
    assert "dynamodb:DeleteItem" in document.write_actions_without_constraints
