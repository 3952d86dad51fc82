"""Staged files become pinned files of a version."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.errors import BytesChangedError, InvalidRequestError, NotFoundError, TooLargeError
from functions.core.objects.hashing import Hashing, digests_of
from functions.core.objects.pinning import Pinning
from functions.core.objects.plans import GIB, MAX_BYTES
from functions.core.objects.staging import Staging
from lineal_contract.digests import MIN_PART_BYTES, address_of, content_address, part_size
from tests.builders import PROJECT, sha
from tests.fakes.objects import MemoryObjectRecords
from tests.fakes.staging import MemoryStaging

WHOLE = bytes(range(256)) * (2 * MIN_PART_BYTES // 256) + b"end"


def hashing(store: MemoryStaging) -> Hashing:
    return Hashing(store, MemoryObjectRecords())


@settings(max_examples=20)  # it hashes 32 MB
@given(st.lists(st.integers(min_value=1, max_value=len(WHOLE)), max_size=4))
def test_bytes_have_one_address_however_they_come(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    length, found = digests_of([WHOLE[a:b] for a, b in pairwise(edges)], part_size(len(WHOLE)))
    assert (length, content_address(found.parts), found.whole) == (len(WHOLE), address_of(WHOLE), sha(WHOLE))


@pytest.mark.parametrize("size", [0, 1, MIN_PART_BYTES - 1, MIN_PART_BYTES, MIN_PART_BYTES + 1])
def test_sizes_around_a_part_have_the_address_of_an_upload(size: int) -> None:
    data = WHOLE[:size]
    _, found = digests_of([data], part_size(size))
    assert (content_address(found.parts), found.whole) == (address_of(data), sha(data))


def test_a_folder_is_pinned_and_hashed_file_by_file() -> None:
    store = MemoryStaging()
    staging = Staging(store)
    staging.write(PROJECT, "0/run/model/MLmodel", b"a")
    staging.write(PROJECT, "0/run/model/data/x.pkl", b"b")
    staging.write(PROJECT, "0/run/model/data/y.pkl", b"b")
    staging.write(PROJECT, "0/run/modelled/other", b"c")
    plan = Pinning(staging).pin(PROJECT, "0/run/model")
    files = hashing(store).whole(PROJECT, plan)
    assert [(f.path, f.object.digest, f.object.sha256) for f in files] == [
        ("MLmodel", address_of(b"a"), sha(b"a")),
        ("data/x.pkl", address_of(b"b"), sha(b"b")),
        ("data/y.pkl", address_of(b"b"), sha(b"b")),
    ]
    assert files[0].object.key == f"projects/{PROJECT}/mlflow/0/run/model/MLmodel"
    assert files[2].object == files[1].object, "one content is one object"
    (one,) = Pinning(staging).pin(PROJECT, "0/run/model/MLmodel").files
    assert (one.path, one.version_id) == ("MLmodel", "1")


def test_what_is_written_after_the_pinning_is_not_what_is_hashed() -> None:
    store = MemoryStaging()
    staging = Staging(store)
    staging.write(PROJECT, "0/m/w", b"before")
    plan = Pinning(staging).pin(PROJECT, "0/m")
    staging.write(PROJECT, "0/m/w", b"after")
    staging.write(PROJECT, "0/m/more", b"after")
    (file,) = hashing(store).whole(PROJECT, plan)
    assert (file.path, file.object.sha256, file.object.version_id) == ("w", sha(b"before"), "1")
    store.lose(file.object.key)
    with pytest.raises(BytesChangedError, match="no longer has what was staged as 'w'"):
        hashing(store).whole(PROJECT, plan)


def test_what_is_not_there_leads_out_or_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStaging()
    for name in "ab":
        Staging(store).write(PROJECT, f"0/{name}", b"x")
    pinning = Pinning(Staging(store))
    with pytest.raises(NotFoundError, match="log them before"):
        pinning.pin(PROJECT, "1")
    with pytest.raises(InvalidRequestError):
        pinning.pin(PROJECT, "0/%2e%2e/x")
    monkeypatch.setattr("functions.core.objects.plans.MAX_FILES", 1)
    with pytest.raises(TooLargeError, match="1 files at most"):
        pinning.pin(PROJECT, "0")
    assert MAX_BYTES > 2 * 5 * 1024 * GIB - 1, "two objects as large as S3 has them"
