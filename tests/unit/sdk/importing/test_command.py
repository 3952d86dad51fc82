"""`lineal import mlflow`: what it says before it writes, and how it ends."""

import json

import pytest

import lineal.cli.importing
import lineal.importing.mlflow
from lineal.importing.report import Problem, Report
from tests.unit.sdk.conftest import Cli
from tests.unit.sdk.fake_server import FakeServer
from tests.unit.sdk.importing.memory_source import MemorySource, experiment, run


@pytest.fixture(autouse=True)
def _source(monkeypatch: pytest.MonkeyPatch) -> None:
    source = MemorySource(all_experiments=[experiment("a")], all_runs=[run("1", "a"), run("2", "a", 9_000)])
    monkeypatch.setattr(lineal.importing.mlflow, "open_source", lambda uri, **more: source)


def test_a_dry_run_counts_and_writes_nothing(cli: Cli, server: FakeServer) -> None:
    result = cli("import", "mlflow", "memory", "--dry-run", "--json", "--since", "1970-01-01T00:00:05Z")
    said = json.loads(result.stdout)
    assert (said["dry_run"], said["counts"]["runs"]["found"], result.exit_code) == (True, 1, 0)
    assert server.requests == []
    assert "runs" in cli("import", "mlflow", "memory", "--dry-run").stdout


@pytest.mark.parametrize("wrong", [("--since", "yesterday"), ("--experiment", "nope")])
def test_a_choice_of_nothing_is_a_mistake(cli: Cli, wrong: tuple[str, str]) -> None:
    assert cli("import", "mlflow", "memory", *wrong).exit_code == 2


@pytest.mark.parametrize(
    ("verified", "left", "code"), [(1, 0, 0), (0, 1, 4), (0, 0, 5)], ids=["all", "less", "other"]
)
def test_the_exit_code_tells_what_is_here(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, verified: int, left: int, code: int
) -> None:
    report = Report(source="memory", kind="mlflow", project="team")
    tally = report.counts["runs"]
    tally.found, tally.verified, tally.left = 1, verified, left
    report.problems.append(Problem(kind="run", id="1", what="[bold]odd[/bold]"))
    monkeypatch.setattr(lineal.importing, "run_import", lambda *arguments: report)
    result = cli("import", "mlflow", "memory")
    assert result.exit_code == code
    assert "run 1: [bold]odd[/bold]" in result.stdout
