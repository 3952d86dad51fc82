"""The examples use commands that exist and templates that are valid."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import lint_file
from cfnlint.config import ManualArgs
from cfnlint.decode import cfn_yaml

from tests.unit.command_line import mistake

EXAMPLES = Path(__file__).parents[2] / "examples"
PIPELINE = EXAMPLES / "github-actions"
WORKFLOWS = sorted(PIPELINE.glob("*.yml"))


def workflow(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("script", sorted(EXAMPLES.rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_use_commands_that_exist(script: Path) -> None:
    joined = script.read_text().replace("\\\n", " ")
    calls = re.findall(r"(?:^|\$\()lineal ([^|)\n]*)", joined, re.MULTILINE)
    assert calls
    for call in calls:
        words = shlex.split(call.partition("||")[0])
        assert mistake(words, whole=True) is None, words


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_use_commands_and_files_that_exist(path: Path) -> None:
    steps = [step for job in workflow(path)["jobs"].values() for step in job["steps"]]
    for step in steps:
        words = shlex.split(step.get("run", ""))
        if words[:1] == ["lineal"]:
            assert mistake(words[1:], whole=True) is None, words
        if words[:1] == ["bash"]:
            assert (PIPELINE / words[1]).is_file()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_get_no_more_rights_than_they_need(path: Path) -> None:
    granted = workflow(path)["permissions"]
    assert set(granted) <= {"contents", "id-token"}
    assert granted["contents"] == "read"
    assert "secrets." not in path.read_text()


def test_the_roles_template_is_valid() -> None:
    findings = lint_file(PIPELINE / "oidc-role.yaml", ManualArgs(regions=["eu-central-1"]))
    assert [f"{finding.rule.id} {finding.message}" for finding in findings] == []


def test_only_one_branch_of_one_repository_takes_the_role() -> None:
    role = cfn_yaml.load(str(PIPELINE / "oidc-role.yaml"))["Resources"]["Role"]["Properties"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    claims = "token.actions.githubusercontent.com"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            f"{claims}:aud": "sts.amazonaws.com",
            f"{claims}:sub": {"Fn::Sub": "repo:${Repository}:ref:refs/heads/${Branch}"},
        }
    }
    assert role["ManagedPolicyArns"] == [{"Ref": "LinealPolicyArn"}]


def test_the_workflow_is_started_by_that_branch_alone() -> None:
    started = workflow(PIPELINE / "release.yml")[True]  # YAML 1.1 reads `on` as a truth value
    assert started == {"push": {"branches": ["main"]}}
