"""Everything is captured unless it is switched off; lock files and containers."""

import json
from pathlib import Path

import pytest

import lineal
from lineal.capture.container import capture_container
from lineal.capture.lockfiles import find_lockfile
from lineal.capture.switches import Item, switched_on
from lineal.client import Client
from lineal.errors import ConfigurationError, InputError
from tests.unit.sdk.fake_server import FakeServer


@pytest.fixture(autouse=True)
def _as_it_comes(monkeypatch: pytest.MonkeyPatch, _capture_little: None) -> None:
    for item in Item:
        monkeypatch.delenv(f"LINEAL_CAPTURE_{item.upper()}", raising=False)


def test_everything_is_on_unless_it_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert switched_on() == set(Item)
    assert switched_on(False) == set()
    assert switched_on({"stdout": False}) == set(Item) - {Item.STDOUT}
    monkeypatch.setenv("LINEAL_CAPTURE_SYSTEM", "OFF")
    assert switched_on() == set(Item) - {Item.SYSTEM}
    assert switched_on({"system": True}) == set(Item)
    monkeypatch.setenv("LINEAL_CAPTURE", "off")
    monkeypatch.setenv("LINEAL_CAPTURE_SYSTEM", "on")
    assert switched_on() == {Item.SYSTEM}


def test_what_is_no_switch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="stdin"):
        switched_on({"stdin": True})
    monkeypatch.setenv("LINEAL_CAPTURE_STDOUT", "perhaps")
    with pytest.raises(ConfigurationError, match="LINEAL_CAPTURE_STDOUT"):
        switched_on()


def test_switched_off_nothing_of_the_machine_is_recorded(
    server: FakeServer, client: Client, spool: Path
) -> None:
    with lineal.run(client=client, capture=False) as run:
        run.log({"loss": 1.0})
    stored = server.runs[run.id]
    assert stored.code.script is None
    assert stored.environment is not None
    assert (stored.environment.packages, stored.environment.hardware) == ({}, None)
    assert {point.key for point in server.points(run.id)} == {"loss"}
    assert (server.logs, server.beats, stored.artifacts) == ({}, [], ())


def test_the_lock_file_nearest_to_the_script_is_stored(
    server: FakeServer, client: Client, spool: Path, tmp_path: Path
) -> None:
    (tmp_path / "uv.lock").write_text("above")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "poetry.lock").write_text("locked")
    (tmp_path / "project" / "train.py").write_text("")
    on = {item.value: item in (Item.LOCKFILE, Item.CODE) for item in Item}
    with lineal.run(client=client, script=tmp_path / "project" / "train.py", capture=on) as run:
        pass
    stored = server.runs[run.id]
    assert stored.environment is not None
    assert stored.environment.lockfile is not None
    assert stored.environment.lockfile.name == "poetry.lock"
    assert [a.name for a in stored.artifacts] == [stored.environment.lockfile.artifact]


def test_lock_files_are_looked_for_up_to_the_repositorys_top(tmp_path: Path) -> None:
    inner = tmp_path / "repository" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "uv.lock").write_text("of another project")
    assert find_lockfile(inner, inner.parent) is None
    (inner.parent / "requirements-dev.txt").write_text("x==1")
    assert find_lockfile(inner, inner.parent) == inner.parent / "requirements-dev.txt"
    (inner.parent / "uv.lock").write_text("pinned")
    assert find_lockfile(inner / "train.py", inner.parent) == inner.parent / "uv.lock"
    assert find_lockfile(inner) is None


def test_containers_tell_of_themselves(tmp_path: Path) -> None:
    assert capture_container({}, tmp_path) is None
    digest = "sha256:" + "cd" * 32
    found = capture_container({"CONTAINER_IMAGE": f"registry.test/team/train@{digest}"}, tmp_path)
    assert found is not None
    assert (found.image, found.digest) == (f"registry.test/team/train@{digest}", digest)
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text("12:cpu:/docker/" + "ef" * 32 + "\n")
    in_docker = capture_container({}, tmp_path)
    assert in_docker is not None
    assert in_docker.container_id == "ef" * 32


def test_the_metadata_of_ecs_is_asked_at_its_own_address_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import urllib.request

    asked: list[str] = []

    def answer(address: str, timeout: float) -> io.BytesIO:
        asked.append(address)
        return io.BytesIO(json.dumps({"Image": "repo/train:7", "ImageID": "sha256:" + "1" * 64}).encode())

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    name = "ECS_CONTAINER_METADATA_URI_V4"
    for other in ("http://169.254.169.254/latest/", "file:///etc/passwd", "http://169.254.170.2.evil.test/x"):
        assert capture_container({name: other}, tmp_path) is None
    found = capture_container({name: "http://169.254.170.2/v4/abc-123"}, tmp_path)
    assert found is not None
    assert (found.image, found.digest, asked) == (
        "repo/train:7", "sha256:" + "1" * 64, ["http://169.254.170.2/v4/abc-123"],
    )  # fmt: skip
