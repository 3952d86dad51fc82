"""What happens between the first byte of an upload and the last."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lineal
from lineal.client import Client
from lineal.http.transport import Request, Response
from tests.unit.sdk.conftest import PARTS
from tests.unit.sdk.fake_server import API_URL, PROJECT, FakeServer


class Cut:
    """A transport whose connection to storage is cut after some parts."""

    def __init__(self, inner: FakeServer, after: int) -> None:
        self.inner, self.left = inner, after

    def send(self, request: Request) -> Response:
        if request.method == "PUT":
            if not self.left:
                raise lineal.StorageError("cut", status=0)
            self.left -= 1
        return self.inner.send(request)


def put_count(server: FakeServer) -> int:
    return len(server.calls("PUT", "storage"))


def test_what_was_interrupted_goes_on_with_the_parts_that_are_missing(
    server: FakeServer, client: Client, run: lineal.ActiveRun, large: Path
) -> None:
    cut = Client(API_URL, PROJECT, transport=Cut(server, after=2))
    with pytest.raises(lineal.StorageError):
        cut.artifacts.log(run.id, large)
    arrived = len(server.parts)
    assert 0 < arrived < PARTS
    before = put_count(server)
    client.artifacts.log(run.id, large)
    assert put_count(server) - before == PARTS - arrived


@pytest.mark.parametrize("fault", [403, 404, 400])
def test_an_address_that_is_no_longer_good_is_asked_for_again(
    server: FakeServer, run: lineal.ActiveRun, large: Path, fault: int
) -> None:
    server.faults = [fault, fault]
    assert run.log_artifact(large).digest in server.stored
    assert put_count(server) == PARTS + 2


def test_a_small_file_is_asked_for_again_too(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(b"x")
    server.faults = [403]
    assert run.log_artifact(tmp_path / "f").size == 1


def test_addresses_that_are_never_good_end_it(server: FakeServer, run: lineal.ActiveRun, large: Path) -> None:
    server.faults = [403] * 1_000
    with pytest.raises(lineal.StorageError, match="HTTP 403"):
        run.log_artifact(large)


def _grow(file: Path) -> None:
    with file.open("ab") as out:
        out.write(b"more")


def _shrink(file: Path) -> None:
    os.truncate(file, 100)


def _replace(file: Path) -> None:
    other = file.with_suffix(".other")
    other.write_bytes(file.read_bytes())
    other.replace(file)


def _same_size_and_time(file: Path) -> None:
    """What a careful forger does; the time of the record itself cannot be set back."""
    before = file.stat()
    with file.open("r+b") as out:
        out.write(b"PART")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [_grow, _shrink, _replace, _same_size_and_time, Path.unlink])
def test_bytes_that_change_under_way_are_refused(
    server: FakeServer, large: Path, change: Callable[[Path], object]
) -> None:
    class Meddler:
        def send(self, request: Request) -> Response:
            answer = server.send(request)
            if request.method == "PUT" and request.url.endswith("/1"):
                change(large)
            return answer

    run = lineal.run(client=Client(API_URL, PROJECT, transport=Meddler()))
    with pytest.raises(lineal.FileChangedError):
        run.log_artifact(large)
    assert server.stored == {}


def test_the_same_content_twice_in_a_folder_is_sent_once(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"same" if name != "c" else b"other")
    assert len(run.log_artifact(tmp_path, "folder").files) == 3
    assert put_count(server) == 2


def _blocks() -> Iterator[bytes]:
    yield from (b"one ", b"", bytearray(b"two "), memoryview(b"three"))  # type: ignore[misc]


class Pipe(io.RawIOBase):
    """A reader without length that gives a few bytes at a time."""

    def __init__(self) -> None:
        self._blocks = [b"one ", b"two ", b"three"]

    def read(self, size: int = -1) -> bytes:
        return self._blocks.pop(0) if self._blocks else b""


@pytest.mark.parametrize("stream", [_blocks, Pipe, lambda: io.BytesIO(b"one two three")])
def test_a_stream_of_unknown_length_is_stored_under_its_name(
    server: FakeServer, run: lineal.ActiveRun, stream: Callable[[], io.BytesIO]
) -> None:
    artifact = run.log_artifact(stream(), "logs/out.txt")
    assert (artifact.name, [f.path for f in artifact.files]) == ("logs/out.txt", ["out.txt"])
    assert server.objects[artifact.digest] == b"one two three"


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (io.BytesIO(b"x"), None),
        (io.BytesIO(b"x"), "a/.."),
        (io.StringIO("text"), "n"),
        (iter(["text"]), "n"),
        (b"bytes", None),
        (7, "n"),
    ],
)
def test_what_is_no_stream_of_bytes_with_a_name_is_refused(
    run: lineal.ActiveRun, stream: io.BytesIO, name: str | None
) -> None:
    with pytest.raises(lineal.InputError):
        run.log_artifact(stream, name)


def test_a_pickle_is_bytes_like_any_other(server: FakeServer, run: lineal.ActiveRun, tmp_path: Path) -> None:
    evil = b"cos\nsystem\n(S'touch " + os.fsencode(tmp_path / "owned") + b"'\ntR."
    (tmp_path / "model.pkl").write_bytes(evil)
    assert server.objects[run.log_artifact(tmp_path / "model.pkl").digest] == evil
    assert not (tmp_path / "owned").exists()


def _zip(path: Path) -> None:
    """One member leads out of the folder, and one is a thousand times what it takes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../owned", b"x")
        archive.writestr("bomb", b"\0" * 2**20)


def _tar(path: Path) -> None:
    """A link that leads out of the folder, and a hard link through it."""
    with tarfile.open(path, "w") as archive:
        for name, kind, target in (("l", tarfile.SYMTYPE, "../.."), ("owned", tarfile.LNKTYPE, "l/owned")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)


@pytest.mark.parametrize("make", [_zip, _tar])
def test_an_archive_is_bytes_like_any_other_there_and_back(
    server: FakeServer, client: Client, run: lineal.ActiveRun, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "archive")
    artifact = run.log_artifact(tmp_path / "archive")
    there = client.artifacts.fetch(client.artifacts.get(run.id, "archive"), tmp_path / "there")
    assert server.objects[artifact.digest] == (tmp_path / "archive").read_bytes()
    assert [(p.name, p.read_bytes()) for p in there.iterdir()] == [
        ("archive", (tmp_path / "archive").read_bytes())
    ]
    assert not list(tmp_path.rglob("owned"))
