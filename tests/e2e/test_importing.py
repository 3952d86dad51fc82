"""`lineal import mlflow` on the real template: from a folder, and from a server by its REST API.

The server is a real one where MLFLOW_PYTHON has MLflow whole, as `make mlflow` sets it; else another
project's own surface, which speaks the same.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from lineal.importing.identities import run_id
from lineal.local import Identity
from lineal_contract.ids import new_id
from tests.e2e.conftest import World
from tests.e2e.test_mlflow import PYTHON, by_token, leave_aliases_free, run, variables
from tests.patience import PATIENCE

FILLED = Path(__file__).with_name("mlflow_client") / "filled.py"
WHOLE = "MLFLOW_PYTHON" in os.environ
START = 1_735_689_600_000


def said_by(environment: dict[str, str], folder: Path, python: str = PYTHON) -> dict[str, Any]:
    """Fill a store and return what is in it."""
    said: dict[str, Any] = json.loads(run(environment, folder, str(FILLED), python=python).splitlines()[-1])
    return said


@contextmanager
def a_folder(world: World) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """A store of files that this test's client fills; the address, what the import needs, what is in it."""
    uri = (world.folder / "mlruns").as_uri()
    environment = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_ALLOW_FILE_STORE": "true"}
    kept = {k: v for k, v in variables(world).items() if not k.startswith("MLFLOW_TRACKING")}
    yield uri, {}, said_by(kept | environment, world.folder, sys.executable)


@contextmanager
def a_database(world: World) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """A database that a client wrote to without any server; the files lie beside it."""
    uri = f"sqlite:///{world.folder / 'm.db'}"
    yield uri, {}, said_by(by_token(world) | {"MLFLOW_TRACKING_URI": uri}, world.folder)


@contextmanager
def a_server(world: World) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """A real MLflow server over a database, from the interpreter that has it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    uri = f"http://127.0.0.1:{port}"
    command = [PYTHON, "-W", "ignore", "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    store = ["--backend-store-uri", "sqlite:///m.db", "--artifacts-destination", str(world.folder / "kept")]
    quiet = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    process = subprocess.Popen(
        [*command, *store, "--workers", "1"], cwd=world.folder, env=quiet, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until_healthy(uri, process)
        environment = by_token(world) | {"MLFLOW_TRACKING_URI": uri, "MLFLOW_TRACKING_TOKEN": ""}
        yield uri, {}, said_by(environment, world.folder)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _until_healthy(uri: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            if requests.get(f"{uri}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError("the server did not come up")


@contextmanager
def a_surface(world: World) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """Another project of the same stack, by the address and the token that its clients have."""
    other = World(world.stack, f"{world.project}-source", world.folder)
    environment = by_token(other)
    said = said_by(environment | {"FILL_PLAIN": "1"}, world.folder)
    yield (
        environment["MLFLOW_TRACKING_URI"],
        {"LINEAL_IMPORT_TOKEN": environment["MLFLOW_TRACKING_TOKEN"]},
        said,
    )


def importing(
    world: World, uri: str, more: dict[str, str], *options: str
) -> tuple[list[str], dict[str, str]]:
    journal = ("--journal", str(world.folder / "journal"))
    command = [*_python(uri), "import", "mlflow", uri, *journal, "--json", *options]
    return command, variables(world) | more


def _python(uri: str) -> list[str]:
    """Databases are read by the MLflow that is whole; what lineal needs beside comes after its packages."""
    if not uri.startswith("sqlite:"):
        return [sys.executable, "-W", "ignore", "-m", "lineal"]
    beside = f"import runpy, sys; sys.path.append({sysconfig.get_path('purelib')!r})"
    return [PYTHON, "-W", "ignore", "-c", f"{beside}; runpy.run_module('lineal', run_name='__main__')"]


def imported(world: World, uri: str, more: dict[str, str], *options: str, code: int = 0) -> dict[str, Any]:
    command, environment = importing(world, uri, more, *options)
    done = subprocess.run(
        command,
        env=environment,
        cwd=world.folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def killed(world: World, uri: str, more: dict[str, str]) -> None:
    """Import until the first run is in the journal, and kill the process."""
    command, environment = importing(world, uri, more, "--deleted", "--parallel", "1")
    process = subprocess.Popen(
        command, env=environment, cwd=world.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    journal, deadline = world.folder / "journal", time.monotonic() + PATIENCE
    while not any(file.stat().st_size for file in journal.glob("*.jsonl")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()


def test_a_folder_comes_over_whole_though_the_import_was_killed(world: World) -> None:
    leave_aliases_free(world)
    with a_folder(world) as (uri, more, said):
        dry = imported(world, uri, more, "--deleted", "--dry-run")
        assert (dry["counts"]["runs"]["found"], dry["counts"]["versions"]["found"]) == (3, 5)
        assert list(world.scientist.runs.search()) == []
        killed(world, uri, more)
        report = imported(world, uri, more, "--deleted", code=4)
        assert report["counts"]["runs"]["present"] >= 1
        _check(world, uri, report, said)
        again = imported(world, uri, more, "--deleted", code=4)
        assert {kind: tally["written"] for kind, tally in again["counts"].items() if tally["written"]} == {}
        left, _ = sorted(report["problems"], key=lambda problem: problem["kind"], reverse=True)
        assert (left["kind"], left["id"]) == ("version", "churn model/4")
        _check(world, uri, again, said)
        add_late_files(world, said)
        more_of_it = imported(world, uri, more, "--deleted", "--journal", str(world.folder / "new"), code=4)
        assert more_of_it["identical"] and more_of_it["counts"]["versions"]["verified"] == 5
        outer = world.scientist.runs.get(run_id("mlflow", said["outer"], START))
        assert "late.txt" in {artifact.name for artifact in outer.artifacts}
        assert (outer.status, outer.ended_at, len(outer.attempts)) == ("finished", START + 60_000, 1)


def add_late_files(world: World, said: dict[str, Any]) -> None:
    """Files that the source gives now and did not give before: of a finished run, and of a version."""
    outer, inner = (
        next(world.folder.glob(f"mlruns/*/{said[name]}/artifacts")) for name in ("outer", "inner")
    )
    (outer / "late.txt").write_text("late")
    (inner / "nothing").mkdir()
    (inner / "nothing" / "MLmodel").write_text("flavors: {}")


def _check(world: World, uri: str, report: dict[str, Any], said: dict[str, Any]) -> None:
    assert report["identical"]
    assert report["points"]["found"] == report["points"]["stored"] == said["points"]
    counts = {kind: (tally["verified"], tally["left"]) for kind, tally in report["counts"].items()}
    assert counts == {
        "experiments": (3, 0), "runs": (3, 0), "logged models": (1, 0), "models": (3, 0),
        "versions": (4, 1), "aliases": (1, 1), "stages": (1, 0),
    }  # fmt: skip
    client = world.scientist
    outer = client.runs.get(run_id("mlflow", said["outer"], START))
    assert (outer.name, outer.note, outer.params, outer.status) == (
        "outer",
        "*noted*",
        {"depth": "3"},
        "finished",
    )
    assert (outer.started_at, outer.ended_at) == (START, START + 60_000)
    assert outer.tags["lineal.import.run_id"] == said["outer"]
    assert outer.tags["lineal.import.source"] == uri
    assert outer.actor.person == "scientist"
    assert [(d.name, d.context) for d in outer.datasets] == [("rows", "training")]
    assert {a.name for a in outer.artifacts} == {"model", "pages", "d.json", "scorer"}
    assert (outer.metrics["loss"].count, len(client.runs.metric(outer.id, "loss"))) == (2_500, 2_500)
    assert [str(p.value) for p in client.runs.metric(outer.id, "odd")] == ["nan", "1.5", "-0.25"]
    (inner,) = outer.children()
    assert (inner.name, inner.status) == ("inner", "failed")
    (deleted,) = client.runs.search(lifecycle="deleted")
    assert (deleted.name, deleted.status) == ("deleted", "killed")
    (model,) = (m for m in client.models.list() if m.tags["lineal.import.name"] == "churn model")
    assert (model.description, model.tags["owner"], model.aliases) == ("who leaves", "ann", {"candidate": 2})
    first, second = client.models.version(model.model, 1), client.models.version(model.model, 2)
    assert (first.run_id, first.stage, second.run_id) == (outer.id, "staging", inner.id)
    assert second.tags["lineal.import.version"] == "3"
    assert client.models.version("copies", 1).manifest == second.manifest
    assert client.models.version("scorer", 1).run_id == outer.id


@pytest.mark.skipif(not WHOLE, reason="needs MLflow whole, which `make mlflow` installs beside")
def test_a_database_comes_over_whole(world: World) -> None:
    leave_aliases_free(world)
    with a_database(world) as (uri, more, said):
        _check(world, uri, imported(world, uri, more, "--deleted", code=4), said)
        again = imported(world, uri, more, "--deleted", code=4)
        assert not any(tally["written"] for tally in again["counts"].values())


@pytest.mark.skipif(not WHOLE, reason="needs MLflow whole, which `make mlflow` installs beside")
def test_a_real_server_comes_over_whole(world: World) -> None:
    leave_aliases_free(world)
    with a_server(world) as (uri, more, said):
        report = imported(world, uri.replace("//", "//ann:secret@"), more, "--deleted", code=4)
        _check(world, uri, report, said)
        assert "secret" not in json.dumps(report)


@pytest.mark.skipif(WHOLE, reason="a real server takes its place")
def test_a_server_is_read_by_its_rest_api_alone(world: World) -> None:
    with a_surface(world) as (uri, more, said):
        report = imported(world, uri, more, "--experiment", "churn")
        assert report["points"]["stored"] == said["points"]
        assert [p["what"][:10] for p in report["problems"]] == []
        model = world.scientist.models.get("scorer")
        assert model.latest_version == 1
    command, env = importing(world, uri, {"LINEAL_IMPORT_TOKEN": new_id()})
    refused = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert refused.returncode == 1 and "refused" in refused.stderr
    assert world.as_(Identity.SCIENTIST).models.get("scorer").latest_version == 1
