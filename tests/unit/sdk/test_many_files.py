"""Folders of many files: few requests, and the same promises as for one."""

from pathlib import Path

import pytest

import lineal
import lineal.transfer.file_lists
from lineal.client import Client
from lineal.transfer.small_files import BATCH_FILES
from lineal_contract.artifacts import MAX_INLINE_FILES, ManifestEntry
from lineal_contract.batches import MAX_BATCH, MAX_DOWNLOADS
from lineal_contract.digests import address_of
from lineal_contract.lists import FileList
from tests import builders
from tests.unit.sdk.fake_server import FakeServer

MANY = MAX_BATCH + 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "shards"
    for number in range(MANY):
        file = root / f"{number % 7}" / f"{number:04d}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"file %d" % number)
    return root


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_folder_of_many_files_is_stored_and_comes_back(
    server: FakeServer, client: Client, run: lineal.ActiveRun, folder: Path, tmp_path: Path
) -> None:
    server.requests.clear()
    artifact = client.artifacts.log(run.id, folder)
    assert (artifact.files, artifact.count) == ((), MANY)
    assert artifact.manifest_object is not None
    listed = FileList.model_validate_json(server.objects[artifact.manifest_object.digest]).entries()
    assert [entry.path for entry in listed] == sorted(tree(folder))
    asked = [request for request in server.requests if "storage" not in request.url]
    assert len(asked) == 2 * -(-MANY // BATCH_FILES) + 2 + 1  # the batches, the list, the artifact
    server.requests.clear()
    there = client.artifacts.fetch(artifact, tmp_path / "there")
    assert tree(there) == tree(folder)
    assert len(server.calls("GET", "objects?digests")) == -(-MANY // MAX_DOWNLOADS)


def test_what_is_stored_already_is_not_sent(
    server: FakeServer, client: Client, run: lineal.ActiveRun, folder: Path
) -> None:
    client.artifacts.log(run.id, folder)
    (folder / "0" / "0000.bin").write_bytes(b"another")
    server.requests.clear()
    client.artifacts.log(run.id, folder, "again")
    assert len(server.calls("PUT", "storage")) == 2  # the one that changed, and the list


def test_a_file_that_storage_takes_no_more_ends_it_and_asking_again_goes_on(
    server: FakeServer, client: Client, run: lineal.ActiveRun, folder: Path
) -> None:
    server.faults = [403] * 100 + [500]
    with pytest.raises(lineal.StorageError):
        client.artifacts.log(run.id, folder)
    server.faults.clear()
    server.requests.clear()
    assert client.artifacts.log(run.id, folder).count == MANY
    assert len(server.calls("PUT", "storage")) < 2 * MANY


def test_addresses_that_are_no_longer_good_are_asked_for_again(
    server: FakeServer, client: Client, run: lineal.ActiveRun, folder: Path
) -> None:
    server.faults = [403, 404, 400]
    assert client.artifacts.log(run.id, folder).count == MANY


def test_a_file_that_changes_under_way_is_refused(
    server: FakeServer, client: Client, run: lineal.ActiveRun, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = folder / "3" / "0003.bin"
    before = server._begin_uploads

    def begin(*given: object, **named: str) -> object:
        victim.write_bytes(b"changed")
        return before(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(server, "_begin_uploads", begin)
    with pytest.raises(lineal.FileChangedError):
        client.artifacts.log(run.id, folder)
    assert client.runs.get(run.id).artifacts == ()


def test_more_files_than_there_may_be_are_refused_before_they_are_read(
    server: FakeServer, client: Client, run: lineal.ActiveRun, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineal.transfer.file_lists, "MAX_FILES", MANY - 1)
    server.requests.clear()
    with pytest.raises(lineal.InputError, match="509 files at most, not 510"):
        client.artifacts.log(run.id, folder)
    with pytest.raises(lineal.InputError):
        run.log_artifact(folder)
    assert server.requests == []


def test_files_that_are_not_those_of_the_digest_are_not_given(
    server: FakeServer, client: Client, run: lineal.ActiveRun, folder: Path
) -> None:
    artifact = client.artifacts.log(run.id, folder)
    forged = artifact.model_copy(update={"digest": "0" * 64})
    with pytest.raises(lineal.IntegrityError):
        client.artifacts.files(forged)


def test_few_files_are_listed_in_the_request_and_more_in_a_document() -> None:
    entries = [
        ManifestEntry(path=f"{n}", object=builders.stored(b"%d" % n)) for n in range(MAX_INLINE_FILES + 1)
    ]
    few, many = (lineal.transfer.file_lists.listed(some, "p") for some in (entries[:-1], entries))
    assert (len(few.files), few.manifest, few.document) == (MAX_INLINE_FILES, None, None)
    assert (many.files, many.manifest) == ((), address_of(many.document or b""))
