"""What linters say of the templates."""

import json
from pathlib import Path

import pytest
from cfnlint.api import lint_file
from cfnlint.config import ManualArgs

from infra.app import synthesize
from infra.target import TargetName
from tests.infra.templates import Assembly

_ACCEPTED = {
    "W3005": "the CDK writes DependsOn beside a reference; it is redundant and harmless",
}


def test_cfn_lint_has_nothing_to_say(assembly: Assembly) -> None:
    config = ManualArgs(regions=["eu-central-1"], ignore_checks=list(_ACCEPTED))
    findings = lint_file(assembly.template_path, config)
    assert [f"{finding.rule.id} {finding.message}" for finding in findings] == []


def test_cdk_nag_accepts_the_template(assembly: Assembly) -> None:
    report = json.loads((assembly.folder / "validation-report.json").read_text())
    assert report["pluginReports"] == []


def test_cdk_nag_stops_what_nobody_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.queues.acknowledge", lambda *given: None)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        synthesize(tmp_path, {"lineal:target": TargetName.LOCAL})
    assert "AwsSolutions-SQS3" in (tmp_path / "validation-report.json").read_text()


def test_every_accepted_finding_gives_a_reason_on_one_construct(assembly: Assembly) -> None:
    accepted = [
        (path, finding, reason)
        for path, entries in _metadata(assembly).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for finding, reason in entry["data"].items()
    ]
    assert accepted
    for path, finding, reason in accepted:
        assert len(reason.split()) >= 6, finding
        assert path.count("/") >= 3, f"{finding} is accepted on the whole stack"


def _metadata(assembly: Assembly) -> dict[str, list[dict[str, object]]]:
    manifest = json.loads((assembly.folder / "manifest.json").read_text())
    (stack,) = (a for a in manifest["artifacts"].values() if a["type"] == "aws:cloudformation:stack")
    return json.loads((assembly.folder / stack["additionalMetadataFile"]).read_text())
