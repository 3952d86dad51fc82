import hashlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.client import Client
from lineal.http.transport import Request, Response
from lineal.transfer.files import read_file, read_tree
from lineal_contract.artifacts import BeginUpload, Upload
from lineal_contract.digests import MIN_PART_BYTES, content_address
from tests.unit.sdk.conftest import PARTS
from tests.unit.sdk.fake_server import API_URL, FakeServer


def test_a_file_is_stored_under_its_content(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path
) -> None:
    (tmp_path / "weights.bin").write_bytes(b"weights")
    artifact = run.log_artifact(tmp_path / "weights.bin", description="d", metadata={"k": "v"})
    digest = content_address([hashlib.sha256(b"weights").hexdigest()])
    assert (artifact.name, artifact.digest, artifact.size) == ("weights.bin", digest, 7)
    assert (artifact.description, artifact.metadata) == ("d", {"k": "v"})
    assert [f.path for f in artifact.files] == ["weights.bin"]
    assert server.objects == {digest: b"weights"}


def test_a_folder_is_stored_with_its_paths(server: FakeServer, run: lineal.ActiveRun, tmp_path: Path) -> None:
    (tmp_path / "m" / "sub").mkdir(parents=True)
    (tmp_path / "m" / "sub" / "b c.txt").write_text("two")
    (tmp_path / "m" / "a.txt").write_text("one")
    (tmp_path / "m" / "link.txt").symlink_to("a.txt")
    artifact = run.log_artifact(tmp_path / "m", name="models/m")
    assert artifact.name == "models/m"
    assert [f.path for f in artifact.files] == ["a.txt", "link.txt", "sub/b c.txt"]
    assert len(server.objects) == 2


def test_known_content_is_not_sent_again(server: FakeServer, run: lineal.ActiveRun, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"same")
    (tmp_path / "b").write_bytes(b"same")
    first, second = run.log_artifact(tmp_path / "a"), run.log_artifact(tmp_path / "b")
    assert first.digest == second.digest
    assert len(server.calls("PUT", "storage")) == 1


def test_an_empty_file_is_a_content_too(server: FakeServer, run: lineal.ActiveRun, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert run.log_artifact(tmp_path / "empty").size == 0
    assert list(server.objects.values()) == [b""]


def test_a_large_file_goes_in_parts_and_pages(server: FakeServer, run: lineal.ActiveRun, large: Path) -> None:
    artifact = run.log_artifact(large)
    assert len(server.calls("PUT", "storage")) == PARTS
    assert len(server.calls("POST", "/uploads")) == 3 + 1  # asked for three pages, and ended
    stored = server.objects[artifact.digest]
    assert hashlib.sha256(stored).hexdigest() == hashlib.sha256(large.read_bytes()).hexdigest()


def test_a_size_of_whole_parts_has_no_empty_part_behind(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(bytes(2 * MIN_PART_BYTES))
    assert len(read_file(file, "f").part_digests) == 2


def test_content_that_somebody_stored_meanwhile_is_fine(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"same")
    digest = read_file(tmp_path / "a", "a").digest
    server.objects[digest] = b"same"
    assert run.log_artifact(tmp_path / "a").digest == digest


def test_a_bar_is_shown_on_a_terminal(
    run: lineal.ActiveRun, large: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.log_artifact(large, "a")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run.log_artifact(large, "b")
    assert "Storing" in capsys.readouterr().err


class Meddler:
    """A transport that changes something between the answer to a call and the next one."""

    def __init__(self, inner: FakeServer, route: str, change: Callable[[], object]) -> None:
        self.inner, self.route, self.change = inner, route, change

    def send(self, request: Request) -> Response:
        response = self.inner.send(request)
        if request.method == "POST" and request.url.endswith(self.route):
            self.change()
        return response


def test_a_file_that_changes_before_it_is_sent_is_refused(server: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"one")
    meddler = Meddler(server, "/uploads", lambda: file.write_bytes(b"two"))
    run = lineal.run(client=Client(API_URL, "alpha", transport=meddler))
    with pytest.raises(lineal.FileChangedError):
        run.log_artifact(file)
    assert server.stored == {}


def test_a_file_that_is_replaced_by_an_equal_one_is_refused_as_well(
    server: FakeServer, tmp_path: Path
) -> None:
    file, other = tmp_path / "f", tmp_path / "other"
    file.write_bytes(b"one")
    other.write_bytes(b"one")
    meddler = Meddler(server, "/uploads", lambda: other.replace(file))
    with pytest.raises(lineal.FileChangedError):
        lineal.run(client=Client(API_URL, "alpha", transport=meddler)).log_artifact(file)


def test_a_file_that_vanishes_is_an_error_of_ours(server: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"one")
    meddler = Meddler(server, "/uploads", file.unlink)
    with pytest.raises(lineal.FileChangedError):
        lineal.run(client=Client(API_URL, "alpha", transport=meddler)).log_artifact(file)


def test_what_storage_refuses_is_told(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"one")
    monkeypatch.setattr(server, "_storage", lambda request: Response(403))
    with pytest.raises(lineal.StorageError, match="HTTP 403") as caught:
        run.log_artifact(tmp_path / "f")
    assert caught.value.status == 403


def test_another_address_than_the_bytes_have_is_not_believed(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"one")

    def lie(asked: BeginUpload, **_: str) -> Upload:
        return Upload(digest="0" * 64)

    monkeypatch.setattr(server, "_begin_upload", lie)
    with pytest.raises(lineal.UnexpectedAnswerError, match="address"):
        run.log_artifact(tmp_path / "f")


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "x")


def _link_out(folder: Path) -> None:
    (folder / "x").symlink_to("/etc/hosts")


def _link_to_folder(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "x").symlink_to("real")


def _dangling_link(folder: Path) -> None:
    (folder / "x").symlink_to("nowhere")


def _loop(folder: Path) -> None:
    (folder / "x").symlink_to("y")
    (folder / "y").symlink_to("x")


def _link_upwards(folder: Path) -> None:
    (folder / "x").symlink_to("..")


def _device(folder: Path) -> None:
    (folder / "x").symlink_to("/dev/zero")


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "x"))


def _control_character(folder: Path) -> None:
    (folder / "x\n").touch()


def _backslash(folder: Path) -> None:
    (folder / "x\\y").touch()


def _not_utf8(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/x\xff"))).touch()


def _nothing(folder: Path) -> None:
    (folder / "empty").mkdir()


@pytest.mark.parametrize(
    "make",
    [
        _fifo,
        _link_out,
        _link_to_folder,
        _dangling_link,
        _loop,
        _link_upwards,
        _device,
        _socket,
        _control_character,
        _backslash,
        _not_utf8,
        _nothing,
    ],
)
def test_what_is_no_plain_file_is_refused_and_nothing_is_sent(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    make(folder)
    before = len(server.requests)
    with pytest.raises(lineal.InputError):
        run.log_artifact(folder)
    assert len(server.requests) == before


@pytest.mark.parametrize("make", [_backslash, _control_character])
def test_a_name_that_not_every_machine_could_have_is_told(
    run: lineal.ActiveRun, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path)
    (made,) = tmp_path.iterdir()
    with pytest.raises(lineal.InputError) as refused:
        run.log_artifact(tmp_path)
    assert f"{str(made)!r}: a path has no backslashes and no control characters" in str(refused.value)
    with pytest.raises(lineal.InputError, match="should be a path with forward slashes"):
        run.log_artifact(b"x", "C:\\weights.bin")


@pytest.mark.parametrize("data", [b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_bytes_are_stored_with_what_is_said_of_them(
    server: FakeServer, run: lineal.ActiveRun, data: bytes
) -> None:
    run.log_artifact(data, "notes/a.txt", metadata={"epoch": 3})
    (artifact,) = server.runs[run.id].artifacts
    assert (artifact.name, artifact.metadata, artifact.files[0].path) == (
        "notes/a.txt",
        {"epoch": "3"},
        "a.txt",
    )
    assert b"abc" in server.objects.values()


@pytest.mark.parametrize("path", ["nowhere", "/dev/null"])
def test_nor_is_a_path_that_is_none(run: lineal.ActiveRun, tmp_path: Path, path: str) -> None:
    with pytest.raises(lineal.InputError):
        run.log_artifact(tmp_path / path)


@pytest.mark.parametrize("name", ["../up", "/root", "a//b", "a/", "", "x" * 901])
def test_a_name_stays_within_the_run(run: lineal.ActiveRun, tmp_path: Path, name: str) -> None:
    (tmp_path / "f").touch()
    if name:
        with pytest.raises(lineal.InputError, match="name"):
            run.log_artifact(tmp_path / "f", name=name)
    else:
        assert run.log_artifact(tmp_path / "f", name=name).name == "f"


def test_content_comes_back_verified(
    client: Client, run: lineal.ActiveRun, large: Path, tmp_path: Path
) -> None:
    artifact = run.log_artifact(large)
    target = client.artifacts.download(artifact.digest, tmp_path / "copy")
    assert target.read_bytes() == large.read_bytes()


def test_content_that_is_not_what_was_recorded_leaves_no_file(
    server: FakeServer, client: Client, run: lineal.ActiveRun, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(b"one")
    digest = run.log_artifact(tmp_path / "f").digest
    server.objects[digest] = b"two"
    (tmp_path / "to").mkdir()
    with pytest.raises(lineal.IntegrityError, match=digest):
        client.artifacts.download(digest, tmp_path / "to" / "copy")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_download_that_storage_refuses_is_told(
    server: FakeServer, client: Client, run: lineal.ActiveRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"one")
    digest = run.log_artifact(tmp_path / "f").digest
    monkeypatch.setattr(server, "_storage", lambda request: Response(404))
    with pytest.raises(lineal.StorageError):
        client.artifacts.download(digest, tmp_path / "copy")


def test_reading_a_tree_gives_paths_with_forward_slashes_in_order(tmp_path: Path) -> None:
    for name in ("b/x", "a", "b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    found: list[Any] = [f.path for f in read_tree(tmp_path)]
    assert found == ["a", "b/x", "b.txt"]
