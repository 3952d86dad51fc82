"""S3 prefixes as datasets. Composite checksums are for the end-to-end tests: moto makes none."""

import hashlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

import lineal
from lineal.data.sources.local import read_local
from lineal.data.sources.s3 import read_prefix
from lineal_contract.datasets import digest_of

BUCKET = "data-of-ours"


@pytest.fixture
def s3(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


def put(s3: Any, key: str, data: bytes, checksum: bool = True) -> str:
    extra = {"ChecksumAlgorithm": "SHA256"} if checksum else {}
    return str(s3.put_object(Bucket=BUCKET, Key=key, Body=data, **extra)["VersionId"])


def test_objects_count_by_the_sha256_that_s3_has_and_nothing_is_downloaded(s3: Any) -> None:
    versions = {put(s3, "train/a.csv", b"a"), put(s3, "train/sub/b.csv", b"b")}
    put(s3, "train/", b"", checksum=False)
    put(s3, "training/c.csv", b"c")
    calls: list[str] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    found = read_prefix(f"s3://{BUCKET}/train", client=s3)
    assert [f.path for f in found.files] == ["a.csv", "sub/b.csv"]
    assert [f.sha256 for f in found.files] == [hashlib.sha256(d).hexdigest() for d in (b"a", b"b")]
    assert {f.version for f in found.files} == versions
    assert "GetObject" not in calls


def test_a_download_of_the_objects_is_the_same_dataset(s3: Any, tmp_path: Any) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "sub" / "b").write_bytes(b"b")
    put(s3, "here/a", b"a")
    put(s3, "here/sub/b", b"b")
    there = digest_of(read_prefix(f"s3://{BUCKET}/here/", client=s3).files)
    assert there == digest_of(read_local(tmp_path).files)
    put(s3, "here/a", b"A")
    assert digest_of(read_prefix(f"s3://{BUCKET}/here/", client=s3).files) != there


def test_an_object_without_a_sha256_counts_by_its_etag_or_is_read_where_that_is_asked(s3: Any) -> None:
    put(s3, "old.csv", b"old", checksum=False)
    (known,) = read_prefix(f"s3://{BUCKET}/old.csv", client=s3).files
    assert (known.path, known.size, known.sha256) == (".", 3, None)
    assert known.checksum == f"etag:{hashlib.md5(b'old', usedforsecurity=False).hexdigest()}"
    (read,) = read_prefix(f"s3://{BUCKET}/old.csv", client=s3, hash_remote=True).files
    assert (read.sha256, read.checksum) == (hashlib.sha256(b"old").hexdigest(), None)


def test_a_prefix_that_is_no_folder_names_what_begins_with_it(s3: Any) -> None:
    for name in ("in/train-1.csv", "in/train-2.csv", "in/test.csv"):
        put(s3, name, name.encode())
    found = read_prefix(f"s3://{BUCKET}/in/train-", client=s3)
    assert [f.path for f in found.files] == ["train-1.csv", "train-2.csv"]


@pytest.mark.parametrize(
    "uri",
    ["s3://", "s3://B/x", "s3://user:word@bucket/x", "s3:/bucket/x", "s3://../x", f"s3://{BUCKET}/nothing"],
)
def test_what_names_no_object_is_refused(s3: Any, uri: str) -> None:
    with pytest.raises(lineal.InputError):
        read_prefix(uri, client=s3)


def test_another_persons_bucket_is_refused_in_the_words_of_s3(s3: Any) -> None:
    with pytest.raises(lineal.StorageError, match="NoSuchBucket"):
        read_prefix("s3://not-there-at-all/x/", client=s3)


def test_without_credentials_that_is_what_is_said(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(lineal.ConfigurationError, match="credentials"):
        read_prefix("s3://bucket/x")
