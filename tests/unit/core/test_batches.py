"""Many small files at once: each is asked for, ended and read as if it were alone."""

import pytest

from functions.core.errors import ChecksumMismatchError, NotFoundError, QuotaExceededError
from functions.core.objects.batches import Batches
from functions.core.objects.uploads import object_key
from functions.core.runs.quotas import CountedObjects, Quotas
from lineal_contract.batches import SmallFile, SmallFiles
from lineal_contract.digests import address_of
from lineal_contract.quotas import Limit, StoredQuota
from tests.builders import NOW, PROJECT, sha
from tests.fakes.objects import MemoryObjectRecords, MemoryObjects
from tests.fakes.quotas import MemoryQuotas

FILES = (b"one", b"two", b"", b"one")


class Yard:
    """Batches on stores in memory, with a quota."""

    def __init__(self) -> None:
        self.objects, self.limits = MemoryObjects(), MemoryQuotas()
        self.quotas = Quotas(self.limits, lambda: NOW)
        self.batches = Batches(self.objects, CountedObjects(MemoryObjectRecords(), self.quotas))

    def send(self, *contents: bytes) -> None:
        for data in contents:
            self.objects.put(object_key(PROJECT, address_of(data)), data)

    @property
    def used(self) -> int:
        return self.limits.used(PROJECT, Limit.STORED_BYTES, None)


@pytest.fixture
def yard() -> Yard:
    return Yard()


def files(*contents: bytes) -> SmallFiles:
    return SmallFiles(files=tuple(SmallFile(size=len(data), sha256=sha(data)) for data in contents))


def test_what_is_known_is_not_sent_again(yard: Yard) -> None:
    begun = yard.batches.begin(PROJECT, files(*FILES)).uploads
    assert [each.digest for each in begun] == [address_of(data) for data in FILES]
    assert all(each.missing == len(each.parts) == 1 for each in begun)
    yard.send(b"one", b"")
    ended = yard.batches.end(PROJECT, files(*FILES))
    assert {each.digest for each in ended.stored} == {address_of(b"one"), address_of(b"")}
    assert ended.missing == (address_of(b"two"),)
    known = yard.batches.begin(PROJECT, files(*FILES)).uploads
    assert [each.stored is not None for each in known] == [True, False, True, True]


def test_ending_twice_gives_the_same_and_counts_once(yard: Yard) -> None:
    yard.send(*FILES)
    first = yard.batches.end(PROJECT, files(*FILES))
    assert yard.used == len(b"one" + b"two")
    yard.send(*FILES)  # another version of each object
    assert yard.batches.end(PROJECT, files(*FILES)) == first
    assert yard.used == len(b"one" + b"two")


def test_other_bytes_than_announced_are_refused(yard: Yard) -> None:
    yard.objects.put(object_key(PROJECT, address_of(b"one")), b"two")
    with pytest.raises(ChecksumMismatchError):
        yard.batches.end(PROJECT, files(b"one"))


def test_a_batch_beyond_the_quota_records_nothing(yard: Yard) -> None:
    yard.limits.put_quota(PROJECT, StoredQuota(stored_bytes=5), None)
    yard.send(*FILES)
    with pytest.raises(QuotaExceededError):
        yard.batches.end(PROJECT, files(*FILES))
    assert [u.stored for u in yard.batches.begin(PROJECT, files(*FILES)).uploads] == [None] * len(FILES)


def test_what_is_read_is_given_in_the_order_that_was_asked(yard: Yard) -> None:
    yard.send(*FILES)
    yard.batches.end(PROJECT, files(*FILES))
    digests = [address_of(data) for data in FILES]
    assert [each.stored.digest for each in yard.batches.downloads(PROJECT, digests).items] == digests
    with pytest.raises(NotFoundError, match="and 1 more is stored"):
        yard.batches.downloads(PROJECT, [*digests, "0" * 64, "1" * 64])
