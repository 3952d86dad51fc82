"""lineal projects retain, on a project in memory."""

import json

import pytest

from tests.unit.sdk.conftest import Cli


def test_how_mlflows_clients_reach_files_is_chosen(cli: Cli) -> None:
    for scheme in ("proxy", "s3"):
        done = cli("projects", "mlflow", "--artifacts", scheme, "--json")
        assert json.loads(done.stdout)["mlflow"] == {"artifacts": scheme}
    assert cli("projects", "mlflow", "--artifacts", "ftp").exit_code == 2


def retention(cli: Cli, *options: str) -> dict[str, int | None]:
    done = cli("projects", "retain", *options, "--json")
    assert done.exit_code == 0, done.output
    kept: dict[str, int | None] = json.loads(done.stdout)["retention"]
    return kept


def test_what_is_not_named_stays_and_none_is_for_ever(cli: Cli) -> None:
    assert retention(cli, "--series-days", "365") == {"deleted_runs_days": None, "series_days": 365}
    assert retention(cli, "--deleted-runs-days", "30") == {"deleted_runs_days": 30, "series_days": 365}
    assert "kept for 365 days" in cli("projects", "show").stdout
    assert retention(cli, "--series-days", "none") == {"deleted_runs_days": 30, "series_days": None}


@pytest.mark.parametrize("days", ["0", "-1", "soon", "99999999"])
def test_days_that_are_none_are_refused(cli: Cli, days: str) -> None:
    assert cli("projects", "retain", f"--series-days={days}").exit_code == 2
