import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import lineal
from lineal.cli import app
from lineal.cli.exit_codes import ExitCode
from lineal.client import Client

Cli = Callable[..., Result]


@pytest.fixture
def cli(client: Client) -> Cli:
    def invoke(*arguments: object, **options: Any) -> Result:
        words = [str(a) for a in arguments]
        return CliRunner().invoke(app, words, obj=lambda: client, catch_exceptions=False, **options)

    return invoke


@pytest.fixture
def run_id(client: Client) -> str:
    return lineal.run(client=client).id


def test_a_folder_goes_up_and_comes_down(cli: Cli, run_id: str, tmp_path: Path) -> None:
    (tmp_path / "m" / "sub").mkdir(parents=True)
    (tmp_path / "m" / "sub" / "a").write_bytes(b"one")
    up = cli("artifacts", "upload", run_id, tmp_path / "m", "--json")
    assert json.loads(up.stdout)["name"] == "m"
    down = cli("artifacts", "download", run_id, "m", "--to", tmp_path / "back")
    assert "1 file, 3 bytes, verified" in down.stdout
    assert (tmp_path / "back" / "sub" / "a").read_bytes() == b"one"


def test_standard_input_is_a_stream_that_needs_a_name(cli: Cli, run_id: str) -> None:
    assert cli("artifacts", "upload", run_id, "-", input=b"piped").exit_code == ExitCode.USAGE
    up = cli("artifacts", "upload", run_id, "-", "--name", "log.txt", input=b"piped")
    assert up.exit_code == 0, up.output
    assert "log.txt" in cli("artifacts", "list", run_id).stdout


def test_an_artifact_that_is_missing_is_told_with_those_there_are(
    cli: Cli, run_id: str, tmp_path: Path
) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    cli("artifacts", "upload", run_id, tmp_path / "model.bin")
    down = cli("artifacts", "download", run_id, "nothing", "--to", tmp_path)
    assert down.exit_code == ExitCode.NOT_FOUND
    assert "'model.bin'" in down.stderr
