"""Metrics read back through the SDK and the command line."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import lineal
from lineal.cli import app
from lineal.cli.sparkline import sparkline
from lineal.client import Client
from tests.unit.sdk.fake_server import FakeServer

Cli = Callable[..., Result]


@pytest.fixture
def cli(client: Client) -> Cli:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=lambda: client, catch_exceptions=False)

    return invoke


def logged(client: Client, count: int, key: str = "loss") -> str:
    with lineal.run(client=client) as run:
        for step in range(count):
            run.log({key: float(step)}, step=step)
    return run.id


def test_a_metric_yields_its_points(client: Client) -> None:
    run_id = logged(client, 5)
    points = client.runs.get(run_id).metric("loss")
    assert [(p.step, p.value) for p in points] == [(step, float(step)) for step in range(5)]
    assert all(abs(p.timestamp / 1_000 - datetime.now(UTC).timestamp()) < 3_600 for p in points)


def test_a_metric_is_read_in_part(client: Client) -> None:
    run = client.runs.get(logged(client, 100))
    assert [p.step for p in run.metric("loss", from_step=3, to_step=4)] == [3, 4]
    assert len(run.metric("loss", max_points=20)) == 20
    now = datetime.now(UTC)
    assert len(run.metric("loss", from_time=now - timedelta(hours=1))) == 100
    assert run.metric("loss", from_time=now + timedelta(hours=1)) == ()
    for wrong in ({"max_points": 7}, {"from_step": 2**63}, {"from_time": now.replace(tzinfo=None)}):
        with pytest.raises(lineal.InputError):
            run.metric("loss", **wrong)  # type: ignore[arg-type]


def test_many_runs_take_few_requests(server: FakeServer, client: Client) -> None:
    runs = [logged(client, 2) for _ in range(3)]
    found = client.runs.metrics([client.runs.get(runs[0]), *runs[1:], runs[0]], "loss")
    assert [(s.run_id, [p.value for p in s.points]) for s in found] == [(r, [0.0, 1.0]) for r in runs]
    assert len(server.calls("GET", "/series")) == 2  # the server in memory gives two of a page
    assert client.runs.metrics([], "loss") == client.runs.metrics(runs, []) == ()
    many = client.runs.metrics([f"{n:032x}" for n in range(101)], [f"k{n}" for n in range(21)])
    assert len(many) == 101 * 21


@pytest.mark.parametrize("key", ["val/loss", "a,b", "a b%&=+#", "größe"])
def test_any_key_is_found_again(client: Client, key: str) -> None:
    run_id = logged(client, 1, key)
    assert [p.value for p in client.runs.metric(run_id, key)] == [0.0]
    assert [(s.key, len(s.points)) for s in client.runs.metrics([run_id], ["other", key])] == [
        ("other", 0),
        (key, 1),
    ]


def test_series_become_tables(client: Client) -> None:
    run_id = logged(client, 3)
    one, some = client.runs.metric(run_id, "loss"), client.runs.metrics([run_id], ["loss", "none"])
    assert list(one.to_pandas().columns) == ["step", "timestamp", "value"]
    table = some.to_pandas()
    assert (list(table["value"]), set(table["run_id"]), str(table["timestamp"].dt.tz)) == (
        [0, 1, 2],
        {run_id},
        "UTC",
    )
    assert list(client.runs.metrics([run_id], "none").to_pandas().columns) == list(table.columns)


def test_the_package_reads_metrics(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineal.fluent.runs.default_client", lambda: client)
    run_id = logged(client, 2)
    assert [len(s.points) for s in lineal.read_metrics([run_id], ["loss"], to_step=0)] == [1]


def test_csv_and_json_have_all_points(cli: Cli, client: Client) -> None:
    with lineal.run(client=client) as run:
        run.log({"loss": float("nan")})
        run.log({"loss": 0.1})
    rows = list(csv.reader(StringIO(cli("metrics", "show", run.id, "loss", "--csv").stdout)))
    assert [rows[0], *([r[0], r[2]] for r in rows[1:])] == [
        ["step", "timestamp", "value"],
        ["0", "nan"],
        ["1", "0.1"],
    ]
    found: list[dict[str, Any]] = json.loads(cli("metrics", "show", run.id, "loss", "--json").stdout)
    assert [p["value"] for p in found] == ["NaN", 0.1]
    rows = list(csv.reader(StringIO(cli("metrics", "compare", "loss", run.id, "--csv").stdout)))
    assert rows[0] == ["run_id", "step", "timestamp", "value"]
    assert {row[0] for row in rows[1:]} == {run.id}


def test_people_see_a_curve_and_both_ends(cli: Cli, client: Client) -> None:
    run_id = logged(client, 100)
    shown = cli("metrics", "show", run_id, "loss").stdout
    assert "▁" in shown
    assert "█" in shown
    assert "80 more" in shown
    assert "99.0" in shown
    assert cli("metrics", "show", run_id, "lost").exit_code == 0  # the fake knows any metric
    assert run_id in cli("metrics", "compare", "loss", run_id).stdout


@given(st.lists(st.floats()), st.integers(1, 80))
def test_any_values_fit_a_line(values: list[float], width: int) -> None:
    assert len(sparkline(values, width)) == min(width, len(values))


def test_a_curve_rises_from_the_lowest_bar_to_the_highest() -> None:
    assert sparkline([0.0, 1.0, 2.0, 3.0, float("nan"), 7.0], 6) == "▁▂▃▄ █"
    assert sparkline([5.0, 5.0], 9) == "▁▁"
    assert sparkline([-1.7e308, 1.7e308], 2) == "▁█"
