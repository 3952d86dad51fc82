"""Reading back: resumed, verified, and nowhere but inside the target."""

from pathlib import Path

import pytest

import lineal
from lineal.client import Client
from lineal.http.transport import Request, Response
from lineal.transfer.safe_paths import targets_below
from lineal_contract.artifacts import ManifestEntry, StoredObject
from lineal_contract.digests import MIN_PART_BYTES
from tests.unit.sdk.conftest import PARTS
from tests.unit.sdk.fake_server import API_URL, PROJECT, FakeServer


@pytest.fixture
def digest(client: Client, large: Path) -> str:
    return lineal.run(client=client).log_artifact(large).digest


class Cut:
    """A transport whose downloads end after some."""

    def __init__(self, inner: FakeServer, after: int) -> None:
        self.inner, self.left = inner, after

    def send(self, request: Request) -> Response:
        if request.into is not None:
            if not self.left:
                raise lineal.StorageError("cut", status=0)
            self.left -= 1
        return self.inner.send(request)


def interrupted(server: FakeServer, digest: str, target: Path) -> None:
    with pytest.raises(lineal.StorageError):
        Client(API_URL, PROJECT, transport=Cut(server, after=2)).artifacts.download(digest, target)
    assert not target.exists()


def test_an_interrupted_download_asks_for_the_missing_parts_alone(
    server: FakeServer, client: Client, digest: str, large: Path, tmp_path: Path
) -> None:
    target = tmp_path / "to" / "copy"
    target.parent.mkdir()
    interrupted(server, digest, target)
    before = len(server.calls("GET", "storage"))
    client.artifacts.download(digest, target)
    assert len(server.calls("GET", "storage")) - before == PARTS - 2
    assert target.read_bytes() == large.read_bytes()
    assert list(target.parent.iterdir()) == [target]


def test_a_part_that_rotted_meanwhile_is_fetched_again(
    server: FakeServer, client: Client, digest: str, large: Path, tmp_path: Path
) -> None:
    target = tmp_path / "to" / "copy"
    target.parent.mkdir()
    interrupted(server, digest, target)
    with (target.parent / f".lineal-{digest}.part").open("r+b") as partial:
        for number in range(PARTS):
            partial.seek(number * MIN_PART_BYTES)
            partial.write(b"rot")
    assert client.artifacts.download(digest, target).read_bytes() == large.read_bytes()


def test_a_list_of_parts_that_is_nonsense_is_no_harm(
    client: Client, digest: str, large: Path, tmp_path: Path
) -> None:
    (tmp_path / f".lineal-{digest}.parts").write_bytes(b"1 \xff\n-1 x\n99999999999999999999 y\nz\n\n2")
    assert client.artifacts.download(digest, tmp_path / "copy").read_bytes() == large.read_bytes()


def test_an_address_that_expired_is_asked_for_again(
    server: FakeServer, client: Client, digest: str, tmp_path: Path
) -> None:
    server.faults = [403, 403]
    assert client.artifacts.download(digest, tmp_path / "copy").exists()
    server.faults = [403] * 100
    with pytest.raises(lineal.StorageError, match="403"):
        client.artifacts.download(digest, tmp_path / "other")


def test_a_file_that_is_there_already_is_not_fetched(
    server: FakeServer, client: Client, digest: str, large: Path
) -> None:
    before = len(server.calls("GET", "storage"))
    assert client.artifacts.download(digest, large) == large
    assert len(server.calls("GET", "storage")) == before


@pytest.mark.parametrize("extra", [b"more", b""])
def test_more_or_fewer_bytes_than_were_asked_for_are_refused(
    server: FakeServer, client: Client, tmp_path: Path, extra: bytes
) -> None:
    (tmp_path / "f").write_bytes(b"data")
    digest = lineal.run(client=client).log_artifact(tmp_path / "f").digest
    server.objects[digest] = b"data" + extra if extra else b"dat"
    with pytest.raises(lineal.UnexpectedAnswerError, match="more" if extra else "fewer"):
        client.artifacts.download(digest, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_folder_that_cannot_be_written_is_told(client: Client, digest: str, tmp_path: Path) -> None:
    with pytest.raises(lineal.DiskError):
        client.artifacts.download(digest, tmp_path / "no" / "such" / "copy")
    with pytest.raises(lineal.DiskError):
        client.artifacts.download(digest, tmp_path)


def test_a_tree_comes_back_as_it_was(client: Client, tmp_path: Path) -> None:
    files = {"a.txt": b"one", "sub/b.txt": b"two", "sub/empty": b"", "%2e%2e%2fx": b"three", "CON.": b"four"}
    for path, data in files.items():
        (tmp_path / "m" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "m" / path).write_bytes(data)
    run = lineal.run(client=client)
    artifact = run.log_artifact(tmp_path / "m")
    assert artifact.name == "m"
    back = client.artifacts.fetch(client.artifacts.get(run.id, "m").files, tmp_path / "back")
    assert {p: (back / p).read_bytes() for p in files} == files
    assert {p.name for p in tmp_path.iterdir()} == {"back", "m"}


def entry(path: str, stored: StoredObject) -> ManifestEntry:
    """An entry as a server that is not ours might send it."""
    return ManifestEntry.model_construct(path=path, object=stored)


@pytest.mark.parametrize(
    "path", ["../up", "/root", "a/../../up", "a//b", "a/./b", "", "a/", "nul\0", "a\nb", "a\x7f"]
)
def test_no_path_leads_out_of_the_folder(
    server: FakeServer, client: Client, digest: str, tmp_path: Path, path: str
) -> None:
    folder = tmp_path / "to"
    with pytest.raises(lineal.InputError):
        client.artifacts.fetch(
            [entry("fine", server.stored[digest]), entry(path, server.stored[digest])], folder
        )
    assert not folder.exists()


def test_no_link_in_the_folder_leads_out_of_it(
    server: FakeServer, client: Client, digest: str, tmp_path: Path
) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "to" / "sub").symlink_to(tmp_path / "outside")
    with pytest.raises(lineal.InputError, match="link"):
        client.artifacts.fetch([entry("sub/x", server.stored[digest])], tmp_path / "to")
    (tmp_path / "to" / "file").symlink_to(tmp_path / "outside" / "file")
    client.artifacts.fetch([entry("file", server.stored[digest])], tmp_path / "to")
    assert not (tmp_path / "to" / "file").is_symlink()
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize(
    "path",
    ["CON", "con.txt", "a/Aux", "NUL.tar.gz", "lpt1", "COM¹", "trailing.", "space ", "a:b", "a\\b", "what?"],
)
def test_names_that_windows_cannot_have_are_refused_there(tmp_path: Path, path: str) -> None:
    with pytest.raises(lineal.InputError, match="Windows"):
        targets_below(tmp_path, [path], windows=True)
    assert targets_below(tmp_path, [path], windows=False) == {path: tmp_path / path}


@pytest.mark.parametrize(
    "twins", [("Model", "model"), ("a/X", "A/x"), ("\u00e9", "e\u0301"), ("stra\u00dfe", "STRASSE")]
)
def test_two_names_that_are_one_where_case_is_ignored_are_refused_there(
    tmp_path: Path, twins: tuple[str, str]
) -> None:
    with pytest.raises(lineal.InputError, match="one file"):
        targets_below(tmp_path, twins, folds=True)
    assert len(targets_below(tmp_path, twins, folds=False)) == 2


@pytest.mark.parametrize("paths", [("a", "a/b"), ("x/y/z", "x"), ("x", "x")])
def test_a_file_is_no_folder(tmp_path: Path, paths: tuple[str, ...]) -> None:
    if len(set(paths)) == 1:
        assert targets_below(tmp_path, paths) == {"x": tmp_path / "x"}
        return
    with pytest.raises(lineal.InputError, match="cannot hold"):
        targets_below(tmp_path, paths)
