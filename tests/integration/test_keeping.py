"""Backups of a small stack: what is copied, what is refused, and how it goes on after an interruption."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.dynamo import document
from functions.adapters.keys import registry as registry_keys
from functions.adapters.keys import runs as run_keys
from functions.adapters.keys.key import key
from lineal import keeping
from lineal.keeping import Archive, BackupError, NotFreshError, Stores
from lineal.keeping.items import is_secret
from lineal.keeping.progress import silent
from lineal_contract.artifacts import Artifact, ManifestEntry, StoredObject, manifest_digest
from lineal_contract.digests import MIN_PART_BYTES, address_of
from lineal_contract.lists import FileList, prefix_of
from tests.aws import BUCKET, moto_stack, shared_client

LARGE = b"large" + bytes(MIN_PART_BYTES)


@pytest.fixture
def stores() -> Iterator[Stores]:
    with moto_stack():
        yield Stores(
            {"runs": "runs", "registry": "registry"}, BUCKET, shared_client("dynamodb"), shared_client("s3")
        )


def store(stores: Stores, data: bytes) -> StoredObject:
    """Put bytes and the record of them, as an upload leaves them."""
    digest = address_of(data)
    key = f"projects/p/objects/{digest[:2]}/{digest}"
    version_id = stores.s3.put_object(Bucket=BUCKET, Key=key, Body=data)["VersionId"]
    sha256 = hashlib.sha256(data).hexdigest()
    stored = StoredObject(
        digest=digest, sha256=sha256, size=len(data), bucket=BUCKET, key=key, version_id=version_id
    )
    put(stores, "runs", run_keys.stored_object("p", digest) | document(stored))
    return stored


def put(stores: Stores, table: str, item: Any) -> None:
    stores.dynamodb.put_item(TableName=table, Item=item)


def recorded(stores: Stores, stored: StoredObject) -> StoredObject:
    at = run_keys.stored_object("p", stored.digest)
    return StoredObject.model_validate_json(
        stores.dynamodb.get_item(TableName="runs", Key=at)["Item"]["doc"]["S"]
    )


def emptied(stores: Stores) -> Stores:
    """Throw all away, and return a stack with another bucket."""
    for table in stores.tables:
        for item in list(stores.items(table)):
            stores.dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("PK", "SK")})
    place = {"LocationConstraint": stores.s3.meta.region_name}
    stores.s3.create_bucket(Bucket="another", CreateBucketConfiguration=place)
    stores.s3.put_bucket_versioning(Bucket="another", VersioningConfiguration={"Status": "Enabled"})
    return replace(stores, bucket="another")


def test_bytes_come_back_under_pins_that_lead_to_them(stores: Stores, tmp_path: Path) -> None:
    small, large = store(stores, b"weights"), store(stores, LARGE)
    chunk: Any = run_keys.chunk("p", "0" * 32, "w", 1) | {"points": {"B": b"\0\xff"}, "B": {"S": "text"}}
    named: Any = run_keys.requests("p", "0" * 32, "f" * 32, "a") | {"said": {"BS": [b"\1\xff", b"\0\xff"]}}
    for item in (chunk, named):
        put(stores, "runs", item)
    before = keeping.create(stores, Archive(tmp_path / "b"), silent)
    assert (before.objects.count, before.bytes) == (2, len(b"weights") + len(LARGE))

    fresh = emptied(stores)
    keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    for stored, data in ((small, b"weights"), (large, LARGE)):
        now = recorded(fresh, stored)
        assert (now.bucket, now.recorded_version_id) == ("another", stored.version_id)
        assert now.version_id != stored.version_id
        at = {"Bucket": now.bucket, "Key": now.key, "VersionId": now.version_id}
        assert fresh.s3.get_object(**at)["Body"].read() == data
    restored = list(fresh.items("runs"))
    assert chunk in restored
    (names,) = (item["said"]["BS"] for item in restored if "said" in item)
    assert set(names) == {b"\0\xff", b"\1\xff"}


def refer_by_list(stores: Stores, *stored: StoredObject) -> StoredObject:
    """Let an artifact of a run pin contents by a list in the bucket."""
    entries = [ManifestEntry(path=f"{number}", object=each) for number, each in enumerate(stored)]
    listed = store(stores, FileList.of(entries, prefix_of("p")).to_bytes())
    artifact = Artifact(
        name="many", digest=manifest_digest(entries), size=1, files=(), manifest_object=listed, created_at=1
    )
    put(stores, "runs", run_keys.artifact("p", "0" * 32, "many") | document(artifact))
    return listed


def artifact_of(stores: Stores) -> Artifact:
    (item,) = (item for item in stores.items("runs") if item["SK"]["S"].startswith("IO#A#"))
    return Artifact.model_validate_json(item["doc"]["S"])


def test_lists_of_files_are_followed_and_lead_to_where_the_files_are(stores: Stores, tmp_path: Path) -> None:
    first, second = store(stores, b"one"), store(stores, b"two")
    listed = refer_by_list(stores, first, second)
    stores.s3.put_object(Bucket=BUCKET, Key=first.key, Body=b"a newer version that nothing pins")
    for item in [i for i in stores.items("runs") if first.digest in i["PK"]["S"]]:
        stores.dynamodb.delete_item(TableName="runs", Key={name: item[name] for name in ("PK", "SK")})
    keeping.create(stores, Archive(tmp_path / "b"), silent)

    fresh = emptied(stores)
    for _ in range(2):  # one that is run again goes over what is there
        keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    artifact = artifact_of(fresh)
    assert artifact.manifest_object is not None
    assert artifact.manifest_object.digest != listed.digest
    assert recorded(fresh, artifact.manifest_object) == artifact.manifest_object
    entries = FileList.model_validate_json(fresh.read(artifact.manifest_object)).entries()
    assert [fresh.read(entry.object) for entry in entries] == [b"one", b"two"]
    assert manifest_digest(entries) == artifact.digest
    assert entries[0].object.original_version_id == first.version_id


def test_an_interrupted_restore_goes_on_and_stores_nothing_twice(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = [store(stores, b"one"), store(stores, b"two")]
    keeping.create(stores, Archive(tmp_path / "b"), silent)
    fresh = emptied(stores)
    with monkeypatch.context() as broken, pytest.raises(ConnectionError):
        broken.setattr(Stores, "put_items", lambda *_: (_ for _ in ()).throw(ConnectionError))
        keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    versions = fresh.s3.list_object_versions(Bucket="another", Prefix="projects/")["Versions"]
    assert len(versions) == 2
    assert {recorded(fresh, each).version_id for each in stored} == {each["VersionId"] for each in versions}


def test_the_second_restore_still_tells_the_first_pin(stores: Stores, tmp_path: Path) -> None:
    stored = store(stores, b"weights")
    keeping.create(stores, Archive(tmp_path / "1"), silent)
    fresh = emptied(stores)
    keeping.restore(fresh, Archive(tmp_path / "1"), silent)
    keeping.create(fresh, Archive(tmp_path / "2"), silent)
    stores.s3.delete_object(Bucket=BUCKET, Key=stored.key, VersionId=stored.version_id)
    for item in list(fresh.items("runs")):
        fresh.dynamodb.delete_item(TableName="runs", Key={name: item[name] for name in ("PK", "SK")})
    keeping.restore(stores, Archive(tmp_path / "2"), silent)
    assert recorded(stores, stored).recorded_version_id == stored.version_id


@pytest.mark.parametrize("what", ["objects", "runs.jsonl"])
def test_a_backup_that_was_altered_restores_nothing(stores: Stores, tmp_path: Path, what: str) -> None:
    store(stores, b"weights")
    keeping.create(stores, Archive(tmp_path / "b"), silent)
    (file, *_) = [f for f in sorted((tmp_path / "b").rglob("*")) if f.is_file() and what in str(f)]
    file.write_bytes(file.read_bytes() + b" ")
    fresh = emptied(stores)
    with pytest.raises(BackupError, match=r"changed|not the file"):
        keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    assert not fresh.all_keys()
    assert not list(fresh.items("runs"))


def test_the_trail_of_setting_up_a_stack_gives_way_to_the_trail_that_comes(
    stores: Stores, tmp_path: Path
) -> None:
    def record(sequence: int, who: str) -> Any:
        return key(registry_keys.audit_chain("p"), registry_keys.audit_sort(sequence)) | {"doc": {"S": who}}

    put(stores, "registry", record(1, "of the backup"))
    keeping.create(stores, Archive(tmp_path / "b"), silent)
    fresh = emptied(stores)
    for sequence in (1, 2):
        put(fresh, "registry", record(sequence, "of setting up"))
    put(fresh, "registry", registry_keys.trail("p"))
    fresh.s3.put_object(Bucket=fresh.bucket, Key="anchors/p.json", Body=b"{}")
    keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    assert list(fresh.items("registry")) == [record(1, "of the backup")]
    with pytest.raises(fresh.s3.exceptions.NoSuchKey):
        fresh.s3.get_object(Bucket=fresh.bucket, Key="anchors/p.json")


def test_a_backup_without_its_end_is_none(stores: Stores, tmp_path: Path) -> None:
    keeping.create(stores, Archive(tmp_path / "b"), silent)
    (tmp_path / "b" / "backup.json").unlink()
    with pytest.raises(BackupError, match="no whole backup"):
        keeping.restore(stores, Archive(tmp_path / "b"), silent)


def test_a_stack_in_use_is_left_alone(stores: Stores, tmp_path: Path) -> None:
    store(stores, b"weights")
    keeping.create(stores, Archive(tmp_path / "b"), silent)
    before = list(stores.items("runs"))
    with pytest.raises(NotFreshError, match="in use"):
        keeping.restore(stores, Archive(tmp_path / "b"), silent)
    assert list(stores.items("runs")) == before
    with pytest.raises(BackupError, match="has a backup already"):
        keeping.create(stores, Archive(tmp_path / "b"), silent)


def test_lost_bytes_are_told_and_keep_no_backup_from_being_taken(stores: Stores, tmp_path: Path) -> None:
    lost, kept = store(stores, b"lost"), store(stores, b"kept")
    stores.s3.delete_object(Bucket=BUCKET, Key=lost.key, VersionId=lost.version_id)
    summary = keeping.create(stores, Archive(tmp_path / "b"), silent)
    assert summary.missing == ((lost.key, lost.version_id),)
    fresh = emptied(stores)
    keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    assert recorded(fresh, lost) == lost
    assert recorded(fresh, kept).bucket == "another"


def test_audit_records_stay_as_they_were(stores: Stores, tmp_path: Path) -> None:
    stored = store(stores, b"weights")
    record: Any = key(registry_keys.audit_chain("p", "m"), registry_keys.audit_sort(1)) | document(stored)
    put(stores, "registry", record)
    keeping.create(stores, Archive(tmp_path / "b"), silent)
    fresh = emptied(stores)
    keeping.restore(fresh, Archive(tmp_path / "b"), silent)
    assert list(fresh.items("registry")) == [record]


def test_a_registry_that_never_holds_still_gives_no_backup(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Stores.items

    def busy(self: Stores, table: str) -> Iterator[Any]:
        put(self, "registry", registry_keys.person(f"p{len(list(read(self, 'registry')))}"))
        return read(self, table)

    monkeypatch.setattr(Stores, "items", busy)
    with pytest.raises(BackupError, match="quieter time"):
        keeping.create(stores, Archive(tmp_path / "b"), silent)


def test_secrets_of_a_running_stack_stay_in_it() -> None:
    assert is_secret(run_keys.page_secret())
    assert is_secret(registry_keys.task_token("p", "a"))
    assert not is_secret(registry_keys.token_secret("d"))
    assert not is_secret(key(registry_keys.tokens("p"), "t"))
