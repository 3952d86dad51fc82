"""Uploads by content address, and the proof that the bytes arrived."""

import hashlib
from base64 import b64decode, b64encode

import pytest

from functions.core.errors import (
    ChecksumMismatchError,
    InvalidRequestError,
    NotFoundError,
    UploadIncompleteError,
)
from functions.core.uploads import PAGE, Uploads, expected_checksum, object_key
from lineal_contract import digests
from lineal_contract.artifacts import BeginUpload, CompleteUpload, PartsRequest
from lineal_contract.digests import content_address
from tests import builders
from tests.builders import PROJECT, part_digests, sha
from tests.fakes.objects import MemoryObjectRecords, MemoryObjects

PART = 4
ONE = b"abc"
THREE = b"abcdefghij"


class Desk:
    """Uploads on stores in memory."""

    def __init__(self) -> None:
        self.objects = MemoryObjects()
        self.uploads = Uploads(self.objects, MemoryObjectRecords())

    def send(self, data: bytes, address_of: bytes | None = None) -> str:
        digest = content_address(part_digests(address_of or data))
        self.objects.put(object_key(PROJECT, digest), data)
        return digest

    def complete(self, data: bytes) -> object:
        digest = content_address(part_digests(data))
        return self.uploads.complete(PROJECT, digest, completing(data))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(digests, "MIN_PART_BYTES", PART)
    return Desk()


def beginning(data: bytes) -> BeginUpload:
    return BeginUpload(size=len(data), sha256=sha(data), part_digests=part_digests(data))


def completing(data: bytes) -> CompleteUpload:
    return CompleteUpload(size=len(data), sha256=sha(data), part_digests=part_digests(data))


def test_the_checksum_of_one_part_is_the_plain_sha256() -> None:
    digest = sha("data")
    expected = expected_checksum(content_address([digest]), (digest,))
    assert b64decode(expected).hex() == digest


def test_the_checksum_of_several_parts_is_composite_and_gives_the_address() -> None:
    parts = (sha("a"), sha("b"), sha("c"))
    joined = hashlib.sha256(b"".join(bytes.fromhex(p) for p in parts)).digest()
    assert expected_checksum(content_address(parts), parts) == f"{b64encode(joined).decode()}-3"
    assert content_address(parts) == joined.hex()


def test_an_object_lies_under_its_project() -> None:
    assert object_key("team", "ab" + "0" * 62) == f"projects/team/objects/ab/ab{'0' * 62}"


def test_one_part_is_one_put(desk: Desk) -> None:
    upload = desk.uploads.begin(PROJECT, beginning(ONE))
    assert [p.number for p in upload.parts] == [1]
    assert (upload.upload_id, upload.next_part, upload.stored) == (None, None, None)


def test_more_parts_are_sized_to_the_byte(desk: Desk) -> None:
    upload = desk.uploads.begin(PROJECT, beginning(THREE))
    assert upload.upload_id is not None
    sizes = [part.url.split("?")[1].split("&")[:2] for part in upload.parts]
    assert sizes == [["1", "4"], ["2", "4"], ["3", "2"]]


def test_parts_come_in_pages(desk: Desk) -> None:
    data = bytes(PART * (PAGE + 1))
    first = desk.uploads.begin(PROJECT, beginning(data))
    assert (len(first.parts), first.next_part) == (PAGE, PAGE + 1)
    assert first.upload_id is not None
    more = PartsRequest(
        upload_id=first.upload_id, size=len(data), part_digests=part_digests(data), first_part=PAGE + 1
    )
    rest = desk.uploads.parts(PROJECT, first.digest, more)
    assert ([p.number for p in rest.parts], rest.next_part) == ([PAGE + 1], None)


@pytest.mark.parametrize("data", [b"", ONE, THREE, THREE[:PART]])
def test_what_arrived_whole_is_stored_and_known_from_then_on(desk: Desk, data: bytes) -> None:
    digest = desk.send(data)
    stored = desk.complete(data)
    assert desk.complete(data) == stored
    assert desk.uploads.begin(PROJECT, beginning(data)).stored == stored
    assert desk.uploads.download(PROJECT, digest).stored == stored


def test_a_known_content_keeps_the_version_that_was_proved_first(desk: Desk) -> None:
    digest = desk.send(ONE)
    stored = desk.complete(ONE)
    desk.objects.put(object_key(PROJECT, digest), b"xyz")
    assert desk.complete(ONE) == stored


@pytest.mark.parametrize("wrong", [b"abd", b"ab", b"abcd", b""])
def test_other_bytes_than_announced_are_refused(desk: Desk, wrong: bytes) -> None:
    desk.send(wrong, address_of=ONE)
    with pytest.raises(ChecksumMismatchError):
        desk.complete(ONE)


def test_an_upload_without_bytes_is_incomplete(desk: Desk) -> None:
    with pytest.raises(UploadIncompleteError):
        desk.complete(ONE)


def test_a_count_of_parts_that_the_size_does_not_have_is_refused(desk: Desk) -> None:
    wanted = beginning(THREE).model_copy(update={"size": len(ONE)})
    with pytest.raises(InvalidRequestError):
        desk.uploads.begin(PROJECT, wanted)


def test_the_claimed_digest_of_one_part_is_that_parts(desk: Desk) -> None:
    with pytest.raises(InvalidRequestError):
        desk.uploads.begin(PROJECT, beginning(ONE).model_copy(update={"sha256": sha("other")}))


def test_an_address_that_the_parts_do_not_give_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRequestError):
        desk.uploads.complete(PROJECT, sha("another"), completing(ONE))


def test_content_belongs_to_one_project(desk: Desk) -> None:
    digest = desk.send(ONE)
    desk.complete(ONE)
    assert desk.uploads.begin("others", beginning(ONE)).stored is None
    with pytest.raises(NotFoundError):
        desk.uploads.download("others", digest)


def test_the_builders_agree_with_the_service_on_keys() -> None:
    assert builders.stored(ONE).key == object_key(PROJECT, builders.stored(ONE).digest)
