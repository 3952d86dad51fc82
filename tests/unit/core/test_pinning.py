"""Staged files become pinned files of a version."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.errors import InvalidRequestError, NotFoundError, TooLargeError
from functions.core.objects.pinning import MAX_BYTES, Pinning, fingerprint
from functions.core.objects.staging import Staging
from functions.core.ports.staging import StagedFile
from lineal_contract.digests import MIN_PART_BYTES, address_of
from tests.builders import PROJECT, sha
from tests.fakes.objects import MemoryObjectRecords
from tests.fakes.staging import MemoryStaging

WHOLE = bytes(range(256)) * (2 * MIN_PART_BYTES // 256) + b"end"


class Oversized(MemoryStaging):
    """Says of every file that it is as large as a version may be."""

    def head(self, key: str) -> StagedFile | None:
        found = super().head(key)
        return found and StagedFile(found.path, MAX_BYTES, found.version_id)


def pinning(store: MemoryStaging) -> Pinning:
    return Pinning(Staging(store), MemoryObjectRecords())


@settings(deadline=None, max_examples=20)  # it hashes 32 MB
@given(st.lists(st.integers(min_value=1, max_value=len(WHOLE)), max_size=4))
def test_bytes_have_one_address_however_they_come(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    blocks = [WHOLE[a:b] for a, b in pairwise(edges)]
    assert fingerprint(blocks, len(WHOLE)) == (address_of(WHOLE), sha(WHOLE))


@pytest.mark.parametrize("size", [0, 1, MIN_PART_BYTES - 1, MIN_PART_BYTES, MIN_PART_BYTES + 1])
def test_sizes_around_a_part_have_the_address_of_an_upload(size: int) -> None:
    data = WHOLE[:size]
    assert fingerprint([data], size) == (address_of(data), sha(data))


def test_a_folder_is_pinned_file_by_file() -> None:
    store = MemoryStaging()
    staging = Staging(store)
    staging.write(PROJECT, "0/run/model/MLmodel", b"a")
    staging.write(PROJECT, "0/run/model/data/x.pkl", b"b")
    staging.write(PROJECT, "0/run/modelled/other", b"c")
    files = pinning(store).pin(PROJECT, "0/run/model")
    assert [(f.path, f.object.digest, f.object.sha256) for f in files] == [
        ("MLmodel", address_of(b"a"), sha(b"a")),
        ("data/x.pkl", address_of(b"b"), sha(b"b")),
    ]
    assert files[0].object.key == f"projects/{PROJECT}/mlflow/0/run/model/MLmodel"
    (one,) = pinning(store).pin(PROJECT, "0/run/model/MLmodel")
    assert (one.path, one.object.version_id) == ("MLmodel", "1")


def test_what_is_not_there_leads_out_or_is_too_large_is_refused() -> None:
    store = Oversized()
    for name in "ab":
        Staging(store).write(PROJECT, f"0/{name}", b"x")
    with pytest.raises(NotFoundError, match="log them before"):
        pinning(store).pin(PROJECT, "1")
    with pytest.raises(InvalidRequestError):
        pinning(store).pin(PROJECT, "0/%2e%2e/x")
    with pytest.raises(TooLargeError, match="register_files"):
        pinning(store).pin(PROJECT, "0")
