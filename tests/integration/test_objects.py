"""Bytes in the bucket: which version, which part, and what is signed.

Whether S3 refuses wrong checksums and altered addresses is for the end-to-end tests: moto does not.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.stub import Stubber

from functions.adapters.objects import S3Objects
from functions.core.errors import NotFoundError
from functions.core.ports.objects import Head, SentPart
from lineal_contract import digests
from lineal_contract.artifacts import StoredObject
from tests import builders
from tests.aws import BUCKET, moto_stack, shared_client
from tests.builders import sha

DATA = b"0123456789"


@pytest.fixture
def client(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(digests, "MIN_PART_BYTES", 4)
    with moto_stack():
        yield shared_client("s3")


def put(client: Any, data: bytes) -> StoredObject:
    key = builders.stored(data).key
    version = client.put_object(Bucket=BUCKET, Key=key, Body=data, ChecksumAlgorithm="SHA256")["VersionId"]
    return builders.stored(data, version)


def test_each_part_is_hashed_by_itself(client: Any) -> None:
    stored = put(client, DATA)
    objects = S3Objects(client, BUCKET)
    assert [objects.part_digest(stored, n) for n in (1, 2, 3)] == [sha(b"0123"), sha(b"4567"), sha(b"89")]


@pytest.mark.parametrize("data", [b"", b"0", b"0123", DATA])
def test_bytes_are_read_whole(client: Any, data: bytes) -> None:
    assert S3Objects(client, BUCKET).read(put(client, data)) == data


def test_an_empty_object_has_one_empty_part(client: Any) -> None:
    assert S3Objects(client, BUCKET).part_digest(put(client, b""), 1) == sha(b"")


def test_the_pinned_version_is_read_whatever_came_later(client: Any) -> None:
    stored = put(client, DATA)
    client.put_object(Bucket=BUCKET, Key=stored.key, Body=b"other")
    client.delete_object(Bucket=BUCKET, Key=stored.key)
    assert S3Objects(client, BUCKET).read(stored) == DATA


def test_a_version_that_is_gone_is_not_found(client: Any) -> None:
    stored = put(client, DATA)
    client.delete_object(Bucket=BUCKET, Key=stored.key, VersionId=stored.version_id)
    with pytest.raises(NotFoundError):
        S3Objects(client, BUCKET).read(stored)


def test_a_head_says_what_is_stored_now(client: Any) -> None:
    stored = put(client, DATA)
    head = S3Objects(client, BUCKET).head(stored.key)
    assert head is not None
    assert (head.version_id, head.size, head.bucket) == (stored.version_id, len(DATA), BUCKET)
    assert head.checksum == b64encode(bytes.fromhex(sha(DATA))).decode()
    assert S3Objects(client, BUCKET).head("another") is None


@pytest.mark.parametrize("told", [{}, {"VersionId": "v1"}, {"ChecksumSHA256": "abc=-2"}])
def test_only_a_store_that_tells_version_and_checksum_saves_a_look_at_what_was_joined(
    told: dict[str, str],
) -> None:
    s3 = boto3.client("s3")
    parts = [SentPart(number=n, size=5, sha256=sha("a"), etag="e") for n in (1, 2)]
    whole = {"VersionId": "v1", "ChecksumSHA256": "abc=-2"}
    with Stubber(s3) as stub:
        stub.add_response("complete_multipart_upload", whole)
        stub.add_response("complete_multipart_upload", told)
        objects = S3Objects(s3, BUCKET)
        head = objects.complete_multipart("key", "upload", parts)
        assert head == Head(BUCKET, "v1", size=10, checksum="abc=-2")
        assert objects.complete_multipart("key", "upload", parts) is None


def test_many_heads_are_asked_for_at_once_and_come_in_order(client: Any) -> None:
    stored = [put(client, b"%d" % n) for n in range(25)]
    keys = [each.key for each in stored]
    found = S3Objects(client, BUCKET).heads([*keys[:20], "another", *keys[20:]])
    assert found.index(None) == 20
    versions = [head.version_id for head in found if head is not None]
    assert versions == [each.version_id for each in stored]


def test_an_upload_is_signed_with_its_length_and_checksum_and_creates_once(client: Any) -> None:
    part = S3Objects(client, BUCKET).presign_object("key", 10, sha(DATA))
    signed = parse_qs(urlsplit(part.url).query)
    assert {name.lower() for name in part.headers} <= set(signed["X-Amz-SignedHeaders"][0].split(";"))
    assert part.headers["x-amz-checksum-sha256"] == b64encode(bytes.fromhex(sha(DATA))).decode()
    assert (part.headers["Content-Length"], part.headers["If-None-Match"]) == ("10", "*")
    assert int(signed["X-Amz-Expires"][0]) <= 900


def test_each_part_is_signed_with_its_number_and_checksum(client: Any) -> None:
    objects = S3Objects(client, BUCKET)
    upload_id = objects.begin_multipart("key")
    part = objects.presign_part("key", upload_id, 3, 2, sha(b"89"))
    signed = parse_qs(urlsplit(part.url).query)
    assert {name.lower() for name in part.headers} <= set(signed["X-Amz-SignedHeaders"][0].split(";"))
    assert (signed["partNumber"], signed["uploadId"]) == (["3"], [upload_id])


def test_a_download_is_of_one_version_and_never_shown_in_a_page(client: Any) -> None:
    stored = put(client, DATA)
    signed = parse_qs(urlsplit(S3Objects(client, BUCKET).presign_download(stored)).query)
    assert signed["versionId"] == [stored.version_id]
    assert signed["response-content-disposition"] == ["attachment"]
    assert signed["response-content-type"] == ["application/octet-stream"]
