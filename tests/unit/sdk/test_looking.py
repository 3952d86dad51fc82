"""`lineal diff` and `lineal runs show --html`, against the server in memory."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import lineal
from lineal.cli import app
from lineal.cli.exit_codes import ExitCode
from lineal.client import Client
from lineal.comparing import Change, compare
from lineal_contract.runs import Code, ModelFacts, UpdateRun
from tests import builders
from tests.unit.sdk.fake_server import FakeServer

Cli = Callable[..., Result]


@pytest.fixture
def cli(client: Client) -> Cli:
    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=lambda: client, catch_exceptions=False, **options)

    return invoke


def trained(server: FakeServer, client: Client, rate: float, **tags: str) -> lineal.ActiveRun:
    with lineal.run(params={"lr": rate, "seed": 1}, tags=tags, client=client) as run:
        run.use_dataset("rows", b"1,2" if rate < 1 else b"3,4")
        run.log({"mae": rate, "nan": math.nan, "same": 1.0, "system/cpu_percent": 10 * rate})
    server.summarise(run.id)
    return run


def test_a_run_is_shown_with_its_model_and_its_own_metrics_before_the_machines(
    server: FakeServer, client: Client, cli: Cli
) -> None:
    with lineal.run(client=client) as run:
        run.log({"system/cpu_percent": 50.0, "mae": 1.0})
    server.summarise(run.id)
    facts = ModelFacts(model_type="Ridge", algorithm="Ridge", framework="sklearn", framework_version="1.9")
    client.runs.update(run.id, UpdateRun(model=facts))
    shown = [line.split() for line in cli("runs", "show", run.id).stdout.splitlines()]
    assert ["model", "Ridge,", "sklearn", "1.9"] in shown
    assert [line[1] for line in shown if line[0] == "metric"] == ["mae", "system/cpu_percent"]


def test_a_diff_has_only_what_differs(server: FakeServer, client: Client) -> None:
    left, right = trained(server, client, 0.1, team="a"), trained(server, client, 2.0, team="a", extra="b")
    found = lineal.diff(left, right.id, client=client)
    assert found.params == (Change("lr", "0.1", "2.0"),)
    assert found.tags == (Change("extra", None, "b"),)
    assert [c.key for c in found.metrics] == ["mae"]
    assert [c.key for c in found.data] == ["training/rows"]
    assert (found.code, found.environment, found.packages, found.patch) == ((), (), (), ())
    assert found
    assert not lineal.diff(left, left, client=client)


def test_packages_code_and_patches_are_compared() -> None:
    environment = builders.run().environment
    assert environment is not None

    def run(**values: Any) -> Any:
        code = {"commit": "a" * 40, "branch": "main", "patch": "+one\n same\n", "patch_digest": "1" * 64}
        packages = values.pop("packages", {"torch": "2.8", "numpy": "2.0"})
        return builders.run(
            code=Code(**code | values), environment=environment.model_copy(update={"packages": packages})
        )

    changed = run(
        commit="b" * 40, patch="+two\n same\n", patch_digest="2" * 64, packages={"torch": "2.9", "jax": "1"}
    )
    found = compare(run(), changed)
    assert found.packages == (
        Change("jax", None, "1"), Change("numpy", "2.0", None), Change("torch", "2.8", "2.9"),
    )  # fmt: skip
    assert {c.key for c in found.code} == {"commit", "patch_digest"}
    assert {"-+one", "++two"} <= set(found.patch)


def test_diff_ends_with_its_own_code(server: FakeServer, client: Client, cli: Cli) -> None:
    left, right = trained(server, client, 0.1), trained(server, client, 2.0)
    same = cli("diff", left.id, left.id)
    assert (same.exit_code, same.stdout) == (0, "the runs do not differ\n")
    differ = cli("diff", left.id, right.id)
    assert differ.exit_code == ExitCode.DIFFERENT
    assert "lr" in differ.stdout
    assert "seed" not in differ.stdout
    document = cli("diff", left.id, right.id, "--json")
    assert document.exit_code == ExitCode.DIFFERENT
    assert json.loads(document.stdout)["params"] == [{"key": "lr", "left": "0.1", "right": "2.0"}]
    assert cli("diff", left.id, "0" * 32).exit_code == ExitCode.NOT_FOUND


def test_a_page_is_written_whole(server: FakeServer, client: Client, cli: Cli, tmp_path: Path) -> None:
    run = trained(server, client, 0.1)
    run_child = lineal.run(parent=run, name="below", client=client)
    run_child.end()
    target = tmp_path / "page.html"
    assert cli("runs", "show", run.id, "--html", str(target)).exit_code == 0
    text = target.read_text()
    assert text.startswith("<!DOCTYPE html>")
    assert "below" in text
    assert list(tmp_path.iterdir()) == [target]
    assert cli("runs", "show", run.id, "--html", "-").stdout.startswith("<!DOCTYPE html>")
    assert cli("runs", "show", run.id, "--html", str(tmp_path / "absent" / "x.html")).exit_code == 1
    assert cli("runs", "show", run.id, str(target)).exit_code == 2


def test_a_page_goes_by_the_runs_id(
    server: FakeServer, client: Client, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(server, client, 0.1)
    server._change(server.runs[run.id], parent_run_id="0" * 32)
    monkeypatch.chdir(tmp_path)
    assert cli("runs", "show", run.id, "--html").exit_code == 0
    assert (tmp_path / f"run-{run.id}.html").exists()
