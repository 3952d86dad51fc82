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
from functions.core.objects.uploads import PAGE, Uploads, expected_checksum, object_key
from lineal_contract import digests
from lineal_contract.artifacts import BeginUpload, CompleteUpload
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

    def arrive(self, number: int, data: bytes) -> None:
        """Let one part of the open upload arrive."""
        part = data[(number - 1) * PART : number * PART]
        self.objects.put_part(self.objects.open_uploads[-1], number, part)

    def complete(self, data: bytes) -> object:
        digest = content_address(part_digests(data))
        return self.uploads.complete(PROJECT, digest, completing(data))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(digests, "MIN_PART_BYTES", PART)
    return Desk()


def beginning(data: bytes) -> BeginUpload:
    return BeginUpload(size=len(data), part_digests=part_digests(data))


def beginning_digest(data: bytes) -> str:
    return content_address(part_digests(data))


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
    assert ([p.number for p in upload.parts], upload.missing, upload.stored) == ([1], 1, None)


def test_more_parts_are_sized_to_the_byte(desk: Desk) -> None:
    upload = desk.uploads.begin(PROJECT, beginning(THREE))
    sizes = [part.url.split("?")[1].split("&")[:2] for part in upload.parts]
    assert sizes == [["1", "4"], ["2", "4"], ["3", "2"]]


def test_parts_come_in_pages(desk: Desk) -> None:
    data = bytes(PART * (PAGE + 1))
    first = desk.uploads.begin(PROJECT, beginning(data))
    assert (len(first.parts), first.missing) == (PAGE, PAGE + 1)
    for part in first.parts:
        desk.arrive(part.number, data)
    rest = desk.uploads.begin(PROJECT, beginning(data))
    assert ([p.number for p in rest.parts], rest.missing) == ([PAGE + 1], 1)


def test_an_upload_goes_on_where_it_ended_whoever_began_it(desk: Desk) -> None:
    desk.uploads.begin(PROJECT, beginning(THREE))
    desk.arrive(2, THREE)
    again = desk.uploads.begin(PROJECT, beginning(THREE))
    assert ([p.number for p in again.parts], again.missing) == ([1, 3], 2)
    assert len(desk.objects.open_uploads) == 1
    with pytest.raises(UploadIncompleteError, match="2 parts"):
        desk.complete(THREE)
    desk.arrive(1, THREE)
    desk.arrive(3, THREE)
    assert desk.uploads.begin(PROJECT, beginning(THREE)).missing == 0
    stored = desk.complete(THREE)
    assert desk.uploads.begin(PROJECT, beginning(THREE)).stored == stored == desk.complete(THREE)


def test_a_part_that_is_not_the_announced_one_counts_as_missing(desk: Desk) -> None:
    desk.uploads.begin(PROJECT, beginning(THREE))
    desk.objects.put_part(desk.objects.open_uploads[0], 1, b"????")
    assert desk.uploads.begin(PROJECT, beginning(THREE)).missing == 3


def test_an_upload_that_was_given_up_begins_anew(desk: Desk) -> None:
    desk.uploads.begin(PROJECT, beginning(THREE))
    desk.objects.abort_multipart("", desk.objects.open_uploads[0])
    assert desk.uploads.begin(PROJECT, beginning(THREE)).missing == 3
    assert len(desk.objects.open_uploads) == 1


def test_an_object_that_was_joined_but_never_recorded_is_not_sent_again(desk: Desk) -> None:
    desk.uploads.begin(PROJECT, beginning(THREE))
    for number in (1, 2, 3):
        desk.arrive(number, THREE)
    key, (upload_id,) = object_key(PROJECT, beginning_digest(THREE)), desk.objects.open_uploads
    desk.objects.complete_multipart(key, upload_id, desk.objects.sent_parts(key, upload_id) or ())
    upload = desk.uploads.begin(PROJECT, beginning(THREE))
    assert (upload.missing, upload.parts, upload.stored) == (0, (), None)
    assert desk.complete(THREE)


def test_of_two_uploads_opened_at_once_both_clients_fill_the_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = desk.uploads.records
    desk.uploads.begin(PROJECT, beginning(THREE))
    (first,) = desk.objects.open_uploads
    desk.arrive(1, THREE)
    monkeypatch.setattr(records, "open_upload", lambda project, digest: None)
    second = desk.uploads.begin(PROJECT, beginning(THREE))
    assert desk.objects.open_uploads == [first]
    assert [p.number for p in second.parts] == [2, 3]


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
        digest = beginning_digest(ONE)
        desk.uploads.complete(PROJECT, digest, completing(ONE).model_copy(update={"sha256": sha("other")}))


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
