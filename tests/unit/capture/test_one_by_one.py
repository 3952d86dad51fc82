"""Each switch takes away what it names, and nothing else."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sklearn.linear_model import Ridge

import lineal
from lineal.capture import running
from lineal.capture.switches import Item
from lineal.client import Client
from lineal_contract.logs import Stream, unpack
from lineal_contract.runs import Run
from tests.unit.capture.test_sagemaker import Container, container
from tests.unit.sdk.fake_server import FakeServer

__all__ = ["container"]

GOES_WITH: dict[Item | None, set[Item]] = {None: set(), Item.CODE: {Item.CODE, Item.PATCH, Item.SOURCE}}
"""What a switch names, where that is not itself alone: patch and source are of the code."""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script that no commit has, in a repository with a lock file and a change that is not committed."""
    top = tmp_path / "work"
    top.mkdir()
    (top / "uv.lock").write_text("pinned")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", str(top), *who, *words], check=True)
    (top / "uv.lock").write_text("pinned anew")
    (top / "train.py").write_text("print('step')\n")
    return top / "train.py"


def captured(server: FakeServer, run: Run, *, watched: bool) -> set[Item]:
    """What of all that can be captured the server has of a run; `watched` says that signals were."""
    code, environment = run.code, run.environment
    (model,) = (a.model for a in run.artifacts if a.model is not None)
    assert environment is not None
    printed = {line.stream for part in server.logs.values() for line in unpack(part.data)}
    found = {
        Item.CODE: code.commit,
        Item.PATCH: code.patch,
        Item.SOURCE: code.source,
        Item.PACKAGES: environment.packages,
        Item.LOCKFILE: environment.lockfile,
        Item.CONTAINER: environment.container,
        Item.HARDWARE: environment.hardware,
        Item.MODEL: model.algorithm or model.framework,
        Item.SAGEMAKER: run.tags.get("sagemaker.training_job_name"),
        Item.STDOUT: Stream.STDOUT in printed,
        Item.STDERR: Stream.STDERR in printed,
        Item.SYSTEM: any(p.key.startswith("system/") for p in server.points(run.run_id)),
        Item.HEARTBEAT: server.beats,
        Item.EXIT: watched,
        Item.TRACEBACK: run.traceback,
    }
    return {item for item in Item if found[item]}


@pytest.mark.parametrize("off", [None, *Item])
def test_a_switch_takes_away_what_it_names_and_nothing_else(
    off: Item | None, script: Path, container: Container, server: FakeServer, client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for item in Item:
        monkeypatch.delenv(f"LINEAL_CAPTURE_{item.upper()}", raising=False)
    if off is not None:
        monkeypatch.setenv(f"LINEAL_CAPTURE_{off.upper()}", "off")
    monkeypatch.setenv("CONTAINER_IMAGE", "registry.test/team/train:7")
    monkeypatch.setattr(running, "HEARTBEAT_SECONDS", 0.01)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ValueError, match="diverged"), lineal.run(client=client, script=script) as run:
        watched = signal.getsignal(signal.SIGTERM) is not before
        sys.stdout.write("to stdout\n")
        sys.stderr.write("to stderr\n")
        run.log_model(Ridge().fit([[0.0], [1.0]], [0.0, 1.0]))
        capturing = run._context.capturing
        while off is not Item.SYSTEM and not capturing.sampled:  # type: ignore[union-attr]
            threading.Event().wait(0.01)
        while off is not Item.HEARTBEAT and not server.beats:
            threading.Event().wait(0.01)
        raise ValueError("diverged")
    assert captured(server, server.runs[run.id], watched=watched) == set(Item) - GOES_WITH.get(off, {off})
