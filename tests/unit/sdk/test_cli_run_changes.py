"""What people change of a run on the command line, and the tree that runs are in."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import lineal
from lineal.cli import app
from lineal.client import Client
from lineal_contract.runs import Lifecycle
from tests.unit.sdk.fake_server import FakeServer

Cli = Callable[..., Result]


@pytest.fixture
def cli(client: Client) -> Cli:
    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=lambda: client, catch_exceptions=False, **options)

    return invoke


@pytest.fixture
def sweep(server: FakeServer, client: Client) -> lineal.ActiveRun:
    with lineal.run(experiment="sweep", name="search", client=client) as sweep:
        for rate in (0.3, 0.1):
            with sweep.child(f"lr {rate}", params={"lr": rate, "same": 1}) as trial:
                trial.log({"mae": rate})
            server.summarise(trial.id)
            trial.child("fold").end()
    return sweep


def test_tags_are_set_and_removed(server: FakeServer, sweep: lineal.ActiveRun, cli: Cli) -> None:
    assert cli("runs", "tag", sweep.id, "team=risk", "formula=a=b").exit_code == 0
    sent = len(server.requests)
    assert cli("runs", "tag", sweep.id, "team=fraud", "--remove", "formula").exit_code == 0
    assert len(server.requests) == sent + 1, "one change, not two of which one may fail"
    assert server.runs[sweep.id].tags == {"team": "fraud"}
    assert cli("runs", "tag", sweep.id).exit_code == 2
    assert cli("runs", "tag", sweep.id, "team").exit_code == 2
    assert cli("runs", "tag", sweep.id, "=x").exit_code == 2


def test_a_note_is_set_shown_and_removed(server: FakeServer, sweep: lineal.ActiveRun, cli: Cli) -> None:
    assert cli("runs", "note", sweep.id, "-", input="# bold\n\x1b[31m**red**\n").exit_code == 0
    shown = cli("runs", "note", sweep.id).stdout
    assert shown == "# bold\n\\x1b[31m**red**\n"
    assert json.loads(cli("runs", "note", sweep.id, "--json").stdout) == {"note": "# bold\n\x1b[31m**red**\n"}
    assert cli("runs", "note", sweep.id, "--remove").exit_code == 0
    assert server.runs[sweep.id].note == ""
    assert cli("runs", "note", sweep.id).stdout == ""


def test_a_run_is_asked_to_stop_with_a_reason(server: FakeServer, sweep: lineal.ActiveRun, cli: Cli) -> None:
    assert cli("runs", "stop", sweep.id, "--reason", "too slow").exit_code == 0
    stop = server.runs[sweep.id].stop
    assert stop is not None
    assert stop.reason == "too slow"
    assert "ada too slow" in cli("runs", "show", sweep.id).stdout


def test_a_run_is_deleted_and_restored(server: FakeServer, sweep: lineal.ActiveRun, cli: Cli) -> None:
    assert "runs restore" in cli("runs", "delete", sweep.id).stdout
    assert sweep.id not in cli("runs", "list").stdout
    assert sweep.id in cli("runs", "list", "--deleted").stdout
    assert json.loads(cli("runs", "restore", sweep.id, "--json").stdout)["lifecycle"] == "active"
    assert server.runs[sweep.id].lifecycle is Lifecycle.ACTIVE


def test_children_are_a_ranked_table_of_what_they_differ_in(sweep: lineal.ActiveRun, cli: Cli) -> None:
    head, *rows = cli("runs", "children", sweep.id, "--order-by", "metrics.mae").stdout.splitlines()
    assert head.split() == ["RANK", "RUN", "NAME", "STATUS", "METRICS.MAE", "PARAMS.LR"]
    assert len(rows) == 2
    found = json.loads(cli("runs", "children", sweep.id, "--json").stdout)
    assert {r["parent_run_id"] for r in found} == {sweep.id}


def test_the_tree_is_shown_from_its_root(client: Client, sweep: lineal.ActiveRun, cli: Cli) -> None:
    trial = next(client.runs.search(parent=sweep.id))
    lines = cli("runs", "tree", trial.id).stdout.splitlines()
    assert lines[0].startswith(sweep.id)
    assert len(lines) == 5
    assert len(cli("runs", "tree", trial.id, "--depth", "1").stdout.splitlines()) == 3
    document = json.loads(cli("runs", "tree", trial.id, "--json").stdout)
    assert document["run"]["run_id"] == sweep.id
    assert [len(c["children"]) for c in document["children"]] == [1, 1]


def test_a_circle_of_parents_ends(server: FakeServer, client: Client, cli: Cli) -> None:
    first = lineal.run(client=client)
    second = lineal.run(parent=first, client=client)
    server._change(server.runs[first.id], parent_run_id=second.id)
    assert cli("runs", "tree", first.id, "--depth", "4").exit_code == 0
    for run in (first, second):
        run.end()
